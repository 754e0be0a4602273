"""The roof: puts the rooms together. The only module that knows every room."""

import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import lms.accounts.queries
import lms.accounts.receivers
import lms.accounts.views
import lms.assessment.models
import lms.audit.jobs
import lms.audit.views
import lms.catalogue.models
import lms.certification.models
import lms.certification.subscribers
import lms.certification.views
import lms.cli
import lms.compliance.coverage_models
import lms.compliance.jobs
import lms.compliance.report.export.models
import lms.compliance.requirements.models
import lms.compliance.source_data.person_status
import lms.compliance.subscribers
import lms.compliance.views
import lms.home.views
import lms.learning.models
import lms.learning.receivers
import lms.learning.views
import lms.pathways.models
import lms.pathways.views
import lms.people.importing.jobs
import lms.people.views
import lms.reminders.alarm
import lms.reminders.jobs
import lms.reminders.models
import lms.reminders.views
from lms.accounts.list_queries import list_account_numbers_like, names_of_accounts
from lms.accounts.security import set_up_accounts
from lms.assessment.events import attempts_changed
from lms.audit.slots import Names as AuditNames, names as audit_names
from lms.certification.awards.renewal_note import renewal_note
from lms.certification.events import awards_changed
from lms.certification.hooks import window_sources
from lms.demo.mark import Mark
from lms.home.alarms import alarm_sources
from lms.kernel import db as database
from lms.kernel.config import ROOT, Settings, make_writable_folder
from lms.kernel.logs import set_up_logs
from lms.kernel.mail import set_up_mail
from lms.kernel.requests import Application
from lms.kernel.worker import periodic_jobs, set_up_worker
from lms.learning.events import course_completed, progress_made
from lms.learning.slots import quiz_notes
from lms.people.events import people_added, people_merged, placements_changed
from lms.web.access import current_actor
from lms.web.limits import set_up_limits
from lms.web.shell import set_up_web

BLUEPRINTS = (
    lms.home.views.bp,
    lms.reminders.views.bp,
    lms.accounts.views.bp,
    lms.people.views.bp,
    lms.audit.views.bp,
    lms.pathways.views.bp,
    lms.certification.views.bp,
    lms.learning.views.bp,
    lms.compliance.views.bp,
)


def create_app(settings: Settings | None = None) -> Flask:
    """Builds the application from its settings, read from the environment where none are given."""
    settings = settings or Settings()
    app = Application("lms", static_folder=None, template_folder=None, root_path=str(ROOT / "lms"))
    app.extensions["settings"] = settings
    set_up_config(app, settings)
    set_up_logs(app, settings.log_format)
    set_up_database(app)
    CSRFProtect(app)
    Compress(app)
    set_up_mail(app)
    set_up_limits(app, enabled=settings.rate_limits, storage=settings.rate_limit_storage)
    set_up_accounts(app, settings)
    set_up_public_pages(app)
    set_up_web(app)
    set_up_rooms(app)
    connect_rooms()
    set_up_worker(app, settings.instance)
    return app


def set_up_config(app: Flask, settings: Settings) -> None:
    """Turns our settings into Flask's."""
    make_writable_folder(settings.instance)
    app.config.update(
        SECRET_KEY=settings.secret_key or kept_secret(settings.instance),
        SQLALCHEMY_DATABASE_URI=database_address(settings),
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings),
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="every_sector",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=settings.sign_in_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_MIN_SIZE=500,
        COMPRESS_MIMETYPES=["text/html", "application/json", "text/csv", "image/svg+xml"],
        MAIL_SERVER=settings.mail_server,
        MAIL_PORT=settings.mail_port,
        MAIL_USERNAME=settings.mail_username or None,
        MAIL_PASSWORD=settings.mail_password or None,
        MAIL_USE_TLS=settings.mail_use_tls,
        MAIL_DEFAULT_SENDER=settings.mail_sender,
        PRODUCT_NAME=settings.product_name,
        QUICK_EXIT_URL=settings.quick_exit_address,
        LANGUAGES=settings.languages,
        BABEL_DEFAULT_LOCALE=settings.languages[0],
        DEMONSTRATION=Mark(),
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def kept_secret(folder: Path) -> str:
    """Returns the secret key kept in the instance folder, making it the first time."""
    path = folder / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


def database_address(settings: Settings) -> str:
    """Returns the database's address: SQLite in the instance folder where none is set."""
    if not settings.database_url:
        return f"sqlite:///{settings.instance / 'every_sector.db'}"
    return settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Returns how connections are kept: checked before use on PostgreSQL, so that it can go away and come back."""
    if database_address(settings).startswith("sqlite"):
        return {}
    return {
        "connect_args": {"connect_timeout": 5},
        "pool_size": 5,
        "max_overflow": 10,
        "pool_pre_ping": True,
        "pool_timeout": 10,
    }


def set_up_database(app: Flask) -> None:
    """Connects the database and the migrations."""
    database.db.init_app(app)
    Migrate(app, database.db, directory=str(ROOT / "migrations"))
    with app.app_context():
        database.prepare_engine(database.db.engine)


def set_up_public_pages(app: Flask) -> None:
    """Lets public pages, static files and probes answer without the database.

    Flask-Principal, which comes with Flask-Security and judges nothing here, would ask who is signed in before every
    request, and so send anybody who holds a session cookie away while the database is.
    """
    app.extensions["security"].principal.identity_loaders.clear()


def connect_rooms() -> None:
    """Lets upper rooms hear what happens below, and fills the places that lower rooms keep for them."""
    people_added.connect(lms.accounts.receivers.open_accounts)
    attempts_changed.connect(lms.learning.receivers.on_attempts_changed)
    course_completed.connect(lms.certification.subscribers.on_course_completed)
    placements_changed.connect(lms.compliance.subscribers.on_persons_changed)
    people_merged.connect(lms.compliance.subscribers.on_persons_changed)
    awards_changed.connect(lms.compliance.subscribers.on_persons_changed)
    attempts_changed.connect(lms.compliance.subscribers.on_attempts_changed)
    progress_made.connect(lms.compliance.subscribers.on_progress_made)
    quiz_notes[:] = [renewal_note]
    window_sources[:] = [lms.compliance.source_data.person_status.renewal_windows]
    audit_names[:] = [
        AuditNames(
            names_of_accounts, list_account_numbers_like, lms.accounts.queries.list_organisation_choices
        )
    ]
    periodic_jobs[:] = [*lms.audit.jobs.JOBS, *lms.compliance.jobs.JOBS, *lms.reminders.jobs.JOBS]
    alarm_sources[:] = [lms.reminders.alarm.sentences]


def set_up_rooms(app: Flask) -> None:
    """Opens every room's pages and commands."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for command in lms.cli.COMMANDS:
        app.cli.add_command(command)
    app.context_processor(lambda: {"actor": current_actor()})
