"""The tables of sign-in."""

from datetime import date, datetime
from typing import Any, ClassVar

from flask_security import UserMixin, WebAuthnMixin
from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, false, text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded, Retractable
from lms.people.models import Organisation, Person

UNLESS_RETRACTED: dict[str, Any] = {
    "sqlite_where": text("retracted_at IS NULL"),
    "postgresql_where": text("retracted_at IS NULL"),
}
"""Of an index: only rows that are not retracted."""


class Account(Model, UserMixin):
    """One row: a person can sign in.

    Personal data: the e-mail, the password's hash, and what signing in with a second step needs; removed with the
    account.
    """

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    # The e-mail to sign in with, in lower case; people without e-mail use their staff number. Empty also where another
    # account had the person's e-mail first: see address.
    email: Mapped[str | None] = mapped_column(String(254), unique=True)  # type: ignore[assignment]  # may be empty here
    # Argon2id; empty until the person has chosen one.
    password: Mapped[str | None] = mapped_column(String(255))
    # Closed accounts cannot sign in; nothing else changes.
    active: Mapped[bool] = mapped_column(default=True)
    # What links in mails name; changing it makes those sent before useless.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Since when its holder has had a role, from when the days are counted until they need a second step to sign in.
    # Empty: they have had none, or are of the demonstration, where everybody is invented and a page shows the password.
    roles_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The app that shows codes: "authenticator" where one is set up, its secret (encrypted), and the time step, in 30
    # seconds, of the last code used: none works twice.
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(500))
    tf_last_step: Mapped[int | None] = mapped_column(BigInteger)
    # The recovery codes left, encrypted.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON(none_as_null=True)))
    # What passkeys know their holder by; random, empty where there was never one.
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(  # type: ignore[assignment]  # may be empty here
        String(64), index=True, unique=True
    )

    person: Mapped[Person] = relationship(lazy="raise")
    grants: Mapped[list["RoleGrant"]] = relationship(lazy="raise", foreign_keys="RoleGrant.account_id")
    passkeys: Mapped[list["Passkey"]] = relationship(order_by="Passkey.id")

    # Roles are judged by the actor, not by Flask-Security; it asks for a list all the same.
    roles: ClassVar[tuple[()]] = ()  # type: ignore[misc, assignment]
    # Set for the length of a request when the account is loaded.
    actor: ClassVar[Actor | None] = None

    @property
    def address(self) -> str | None:
        """Returns the e-mail its holder signs in with and gets e-mails at, also where another account has it too."""
        return self.email or self.person.email

    def calc_username(self) -> str:
        """Returns by which name apps and passkeys show the account."""
        return self.address or self.person.name

    @property
    def webauthn(self) -> list["Passkey"]:  # type: ignore[override]  # nobody sets it
        """Returns the passkeys, without a query where there was never one: everybody who signs in is asked."""
        return self.passkeys if self.fs_webauthn_user_handle else []

    @property
    def has_second_step(self) -> bool:
        """Returns whether signing in takes more than the password."""
        return bool(self.tf_primary_method or self.webauthn)


class Passkey(Model, WebAuthnMixin):
    """One row: a passkey of an account, with which its holder takes the second step of signing in.

    Personal data: the name its holder gave it, and when it was last used; removed by them or with the account.
    """

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    name: Mapped[str] = mapped_column(String(64))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    # How often it has signed, where it counts.
    sign_count: Mapped[int] = mapped_column(BigInteger)
    # How it can be reached ("usb", "internal"), for the browser.
    transports: Mapped[list[str] | None] = mapped_column(JSON)
    # Whether it is copied to other devices of its holder, and whether it can be.
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    create_datetime: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    lastuse_datetime: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    # What Flask-Security stores besides: all are for the second step, and what browsers say of extensions is not used.
    usage: ClassVar[str] = "secondary"  # type: ignore[misc]
    extensions: ClassVar[str | None] = None  # type: ignore[misc]

    def get_user_mapping(self) -> dict[str, int]:
        """Returns how its account is found."""
        return {"id": self.account_id}


class SignedInSession(Model):
    """One row: somebody is signed in on one device; removed when they sign out there, or 90 days after they signed in.

    Personal data: the account's number and when it signed in.
    """

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # What the cookies of the device name, the session's and that of "keep me signed in"; random.
    token: Mapped[str] = mapped_column(String(32), unique=True)
    signed_in_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # Where a provider signed them in: by which link, its own name of the session, and the address that signs out there.
    link_id: Mapped[int | None] = mapped_column(ForeignKey("sign_in_link.id"), index=True)
    provider_session: Mapped[str | None] = mapped_column(String(255))
    sign_out_address: Mapped[str | None] = mapped_column(Text)
    # Whether the provider asked them for a second step.
    second_step: Mapped[bool] = mapped_column(default=False, server_default=false())


class SignInProvider(Retractable, Model):
    """One row: people of an organisation may sign in through its provider (OpenID Connect), until it is retracted.

    Personal data: none.
    """

    __table_args__ = (
        CheckConstraint("match_by IN ('email', 'staff_number')", name="match_known"),
        CheckConstraint("match_by <> 'staff_number' OR staff_number_claim <> ''", name="match_has_claim"),
        CheckConstraint("NOT makes_people OR staff_number_claim <> ''", name="new_people_have_number"),
        Index("uq_sign_in_provider_slug_unique", "slug", unique=True, **UNLESS_RETRACTED),
    )

    id: Mapped[Id]
    # Whose people it signs in, and nobody else.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # The word in its addresses, which the provider knows: never changed.
    slug: Mapped[str] = mapped_column(String(40))
    # What its button says.
    name: Mapped[str] = mapped_column(String(80))
    issuer: Mapped[str] = mapped_column(String(300))
    client_id: Mapped[str] = mapped_column(String(200))
    # Encrypted with a key made from the installation's secret.
    client_secret: Mapped[str] = mapped_column(String(1000))
    # By what somebody is recognised at their first sign-in.
    match_by: Mapped[str] = mapped_column(String(20))
    # What the provider calls the staff number; empty where it does not say it.
    staff_number_claim: Mapped[str] = mapped_column(String(60), default="")
    # The domains that a verified e-mail must have; none: any.
    email_domains: Mapped[list[str]] = mapped_column(Document)
    # Whether somebody unknown becomes a person here.
    makes_people: Mapped[bool] = mapped_column(default=False)
    # Whether it asks everybody for a second step, without saying so.
    is_second_step: Mapped[bool] = mapped_column(default=False)
    # Whether people can sign in through it.
    is_on: Mapped[bool] = mapped_column(default=True)

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class SignInLink(Retractable, Model):
    """One row: a provider's person is the holder of an account, or HR allows it to become so, until it is retracted.

    Personal data: who they are in the provider, and when they last came from it; removed with the account.
    """

    __table_args__ = (
        CheckConstraint("subject IS NOT NULL OR expires_at IS NOT NULL", name="linked_or_allowed"),
        Index(
            "uq_sign_in_link_subject_unique", "organisation_id", "issuer", "subject", unique=True,
            **UNLESS_RETRACTED,
        ),
    )  # fmt: skip

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    issuer: Mapped[str] = mapped_column(String(300))
    # Who it is for the provider, for ever; empty until they first sign in.
    subject: Mapped[str | None] = mapped_column(String(255))
    # Until when they may first sign in, where HR allowed it.
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    account: Mapped[Account] = relationship(lazy="raise")


class SignedIn(UserMixin):
    """Who a session cookie names, with what every page needs; not a table. Pages that change an account load it."""

    roles: ClassVar[tuple[()]] = ()  # type: ignore[misc, assignment]

    def __init__(
        self,
        token: str,
        actor: Actor,
        *,
        signed_in_at: datetime,
        active: bool,
        roles_since: datetime | None,
        has_second_step: bool,
    ) -> None:
        self.fs_uniquifier = token
        self.signed_in_at = signed_in_at
        self.actor = actor
        self.active = active
        self.roles_since = roles_since
        self.has_second_step = has_second_step
        self.holds_role = bool(actor.scopes.keys() - {Role.LEARNER})
        # Whether the roles rest until a second step is set up: only that page opens.
        self.needs_second_step = False


class RoleGrant(Retractable, Model):
    """One row: an account has a role, in one organisation or in all, until it is retracted.

    Personal data: none beyond the account's number.
    """

    __table_args__ = (
        CheckConstraint("role IN ('trainer', 'hr', 'coordinator', 'admin')", name="role_known"),
        CheckConstraint("role <> 'hr' OR organisation_id IS NOT NULL", name="hr_has_organisation"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))
    # Where it holds; empty for all organisations.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    organisation: Mapped[Organisation | None] = relationship(lazy="raise")


def has_role(account: Account) -> bool:
    """Returns whether an account has a role, one that is suspended too; it is loaded with its grants."""
    return any(grant.retracted_at is None for grant in account.grants)


class OneTimeCode(Recorded, Model):
    """One row: HR printed a code with which a person without e-mail sets a password, once, for a few days.

    Personal data: none; only a hash of the code is stored.
    """

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # SHA-256 of the code and the account's uniquifier.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInSlips(Model):
    """One row: HR asked for sign-in slips of many people as PDF files; a job makes them, part by part.

    Personal data: the accounts' numbers, and the files with names and codes that work; both are removed a day later.
    """

    __table_args__ = (CheckConstraint("outcome IN ('', 'ready', 'refused', 'failed')", name="outcome_known"),)

    id: Mapped[Id]
    # Who asked, and the only one who may download the files.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # Of whom, by account, in the order of printing.
    people: Mapped[list[int]] = mapped_column(Document)
    # Of how many people.
    people_count: Mapped[int]
    # The files made so far, each as its random name and the stations in it.
    files: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How it ended: ready, refused (who asked may not any more), failed; empty until then.
    outcome: Mapped[str] = mapped_column(String(10), default="")
    # When the files were removed.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SupportView(Recorded, Model):
    """One row: an administrator saw the pages of an account's holder as they see them, for support; never removed.

    Personal data: the account's number, and the reason, which its holder is shown.
    """

    id: Mapped[Id]
    # Whose pages; who saw them is in recorded_by.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(500))
    # When it ends by itself.
    until_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When it was stopped, or noticed to be over; empty before.
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AccessToken(Retractable, Model):
    """One row: a program of an organisation may use the interface for programs as an account, until it is retracted.

    Personal data: the account's number and the name its holder gave the token; only a hash of the token is stored.
    """

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # The one organisation whose data it opens.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # What it is for, in the holder's words.
    name: Mapped[str] = mapped_column(String(80))
    # SHA-256 of the token, which is random: nobody can guess one from it.
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    # The first characters of the token, by which its holder recognises it.
    beginning: Mapped[str] = mapped_column(String(12))
    # What it may do: words of TokenScope.
    scopes: Mapped[list[str]] = mapped_column(Document)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The last day (UTC) on which it was used; empty before.
    used_on: Mapped[date | None]

    account: Mapped[Account] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")
