"""Settings: read once from the environment (prefix ``LMS_``).

The sentence of each field is also in docs/handbook/settings.md; a test compares them.
"""

import os
import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from flask import current_app
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from lms.kernel import setting_rules as rules
from lms.kernel.errors import CannotStart
from lms.kernel.i18n import gettext as _

ROOT = Path(__file__).resolve().parents[2]
"""The project's folder, which contains modules/, quizzes/ and certificates/."""

VERSION = str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
"""The version of the application, as in the changelog."""


class SignInProviderSettings(BaseModel):
    """A provider of single sign-on in the settings: the same as an administrator types on a page."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    """The word in its addresses, such as /login/with/rivers."""
    name: str = Field(min_length=1, max_length=80)
    organisation: str
    """The organisation's short name."""
    issuer: str = Field(min_length=1, max_length=300)
    client_id: str = Field(min_length=1, max_length=200)
    client_secret: str
    match_by: Literal["email", "staff_number"] = "email"
    staff_number_claim: str = Field(default="", max_length=60)
    email_domains: tuple[str, ...] = ()
    makes_people: bool = False
    is_second_step: bool = False


class Settings(BaseSettings):
    """All settings of an installation."""

    model_config = SettingsConfigDict(
        env_prefix="LMS_", env_file=None, env_ignore_empty=True, frozen=True, extra="ignore"
    )

    instance: Path = ROOT / "instance"
    """The folder for the SQLite database, the secret key and the job queue. Must be writable."""

    shared_folder: Path | None = None
    """Where the worker puts files that pages offer, the same on all machines. Empty: the instance folder."""

    database_url: Annotated[str, AfterValidator(rules.database_address)] = ""
    """The database, as an SQLAlchemy address. Empty: SQLite in the instance folder."""

    postgresql_programs: Path | None = None
    """The folder of pg_dump and pg_restore, for backups. Empty: those on the path."""

    secret_key: Annotated[str, AfterValidator(rules.secret_key)] = ""
    """Signs sessions and reset links. Empty: created once and stored in the instance folder."""

    public_address: Annotated[str, AfterValidator(rules.site_address)] = "http://127.0.0.1:8000"
    """The address people type, without a slash at the end: printed on certificates and in mails."""

    product_name: str = "Every Sector"
    """The name of the product on pages, mails and certificates."""

    modules: Path = ROOT / "modules"
    """The folder of the courses."""

    quizzes: Path = ROOT / "quizzes"
    """The folder of the question banks."""

    git_repository: str = ""
    """A git repository that follows what is published, as a path or address. Empty: none."""

    git_branch: str = "main"
    """The branch of that repository."""

    git_webhook_secret: str = ""
    """The secret with which a git server signs that somebody has pushed. Empty: git is asked every five minutes."""

    review_required: bool = False
    """Whether drafts are published only once a reviewer, who wrote nothing in them, has signed off their text."""

    languages: Annotated[list[str], NoDecode, BeforeValidator(rules.languages)] = Field(default=["en"])
    """The languages offered, the default first. JSON list."""

    time_zone: Annotated[str, AfterValidator(rules.time_zone)] = "UTC"
    """The installation's time zone, used where a placement's station names none."""

    gap_days: int = Field(default=30, ge=0, le=365)
    """A gap of at most this many days without a placement does not restart an obligation."""

    prior_training_months: int = Field(default=24, ge=1, le=120)
    """How old, in months, prior training and in-person sessions may be and still be recognised."""

    reminders_hour: int = Field(default=6, ge=0, le=23)
    """The hour, in the installation's time zone, from which the day's reminders are sent; in the organisation's,
    scheduled reports."""

    quick_exit_address: Annotated[str, AfterValidator(rules.web_address)] = "https://www.wikipedia.org/"
    """Where "Leave this page" leads: an ordinary page that reveals nothing."""

    mail_server: Annotated[str, AfterValidator(rules.host_name)] = ""
    """The SMTP server. Empty: mails wait in the outbox, and /admin says so."""

    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    """How the connection to the SMTP server is encrypted: starttls, tls (from the first byte), or none."""

    mail_port: int = Field(default=0, ge=0, le=65535)
    """The SMTP server's port. 0: the usual one, which is 587 for starttls, 465 for tls and 25 for none."""

    mail_ca_file: Path | None = None
    """A file with the certificate authority of the SMTP server, in PEM form. Empty: the public ones are trusted."""

    mail_username: str = ""
    """The user name for the SMTP server, if it requires one."""

    mail_password: str = ""
    """The password for the SMTP server, if it requires one."""

    mail_per_minute: int = Field(default=0, ge=0)
    """At most so many mails are sent a minute. 0: as many as the SMTP server takes."""

    mail_sender: Annotated[str, AfterValidator(rules.e_mail_sender)] = "every-sector@localhost"
    """The address that mails come from, which may have a name: Training <training@example.org>."""

    rate_limits: bool = True
    """Whether sign-in, verification and other guessable pages are rate-limited."""

    rate_limit_storage: Annotated[str, AfterValidator(rules.redis_address)] = ""
    """Where rate limits are counted: a Redis address for several machines. Empty: a file in the instance folder."""

    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies are in front and may report the client's address and scheme."""

    secure_cookies: bool = False
    """Whether cookies are sent over TLS only. Set it to true wherever there is TLS."""

    max_request_bytes: int = Field(default=2_000_000, ge=100_000)
    """The largest request body accepted, in bytes."""

    max_import_bytes: int = Field(default=30_000_000, ge=100_000)
    """The largest list of people accepted by the import page, in bytes."""

    log_format: Literal["json", "console"] = "json"
    """The format of log lines: json for machines, console for people."""

    metrics_token: str = ""
    """The token with which Prometheus reads /metrics. Empty: there is no such page."""

    sentry_dsn: str = ""
    """Where unexpected errors are reported: the DSN of a Sentry. Types and places in the code only. Empty: nowhere."""

    retention_years: int = Field(default=0, ge=0, le=100)
    """How many years after the last day at work `flask people retention` erases who somebody was. 0: never."""

    webhook_networks: list[IPv4Network | IPv6Network] = Field(default=[])
    """Networks of your own that webhooks may reach although nobody else can. JSON list, such as ["10.2.0.0/16"]."""

    sign_in_providers: list[SignInProviderSettings] = Field(default=[])
    """Sign-in providers that are not added on a page. JSON list, see docs/handbook/directory.md."""

    sign_in_networks: list[IPv4Network | IPv6Network] = Field(default=[])
    """Networks of your own in which such a provider may be. JSON list, such as ["10.2.0.0/16"]."""

    security_contact: Annotated[str, AfterValidator(rules.contact)] = ""
    """Who is told of a weakness in this installation: an e-mail address or a page. Empty: there is no security.txt."""

    sign_in_hours: int = Field(default=12, ge=1, le=24 * 30)
    """After how many hours without use a session ends (phones are shared)."""

    role_sign_in_hours: int = Field(default=2, ge=0, le=24 * 30)
    """The same for whoever holds a role, but on a device that they said is their own. 0: as for everybody."""

    role_sign_in_days: int = Field(default=7, ge=0, le=90)
    """After how many days whoever holds a role signs in again, on any device. 0: after 90, as everybody."""

    second_step_required: bool = True
    """Whether HR, coordinators, trainers and administrators must set up a second step for signing in."""

    second_step_after_days: int = Field(default=30, ge=0, le=365)
    """How many days after getting their first role, or after the upgrade that brought this setting, they must."""


_SECRET = frozenset(
    {
        "database_url",
        "secret_key",
        "mail_password",
        "rate_limit_storage",
        "metrics_token",
        "sentry_dsn",
        "git_repository",
        "git_webhook_secret",
        "sign_in_providers",
    }
)
"""Settings that may contain a password: their values are not repeated."""


def load_settings() -> Settings:
    """Reads the settings; raises ``CannotStart`` with a sentence for each that is wrong and each unknown name."""
    problems = rules.unknown_names(os.environ, {f"LMS_{name.upper()}" for name in Settings.model_fields})
    try:
        settings = Settings()
    except ValidationError as error:
        problems += [
            rules.sentence(f"LMS_{name.upper()}", each, repeat=name not in _SECRET)
            for each in error.errors()
            for name in [str(each["loc"][0])]
        ]
    if problems:
        raise CannotStart("\n".join([*problems, _("All settings: docs/handbook/settings.md")]))
    return settings


def files_folder(name: str) -> Path:
    """Returns the folder of one kind of files that the worker makes and pages offer; only the application reads it."""
    settings = current_settings()
    folder = (settings.shared_folder or settings.instance) / name
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def current_settings() -> Settings:
    """Returns the settings of the application that runs."""
    settings: Settings = current_app.extensions["settings"]
    return settings


def make_writable_folder(folder: Path) -> None:
    """Creates the instance folder where it is missing; raises ``CannotStart`` before anything else can fail."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(folder, os.W_OK | os.X_OK) else _("no permission, or a read-only disk")
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
    if reason:
        raise CannotStart(
            _(
                "The folder %(folder)s cannot be written to (%(reason)s). The database is stored there. "
                "Choose another folder: LMS_INSTANCE=/path/to/a/folder",
                folder=folder,
                reason=reason,
            )
        )
