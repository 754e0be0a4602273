"""Opening and closing accounts, granting and removing roles."""

import secrets
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, insert, update

from lms.accounts import policy, queries
from lms.accounts.errors import (
    EmailTaken,
    HolderLeft,
    LastAdministrator,
    OthersEmail,
    PasswordRefused,
    RoleHoldersEmail,
)
from lms.accounts.events import administrator_created
from lms.accounts.models import Account, OneTimeCode, Passkey, RoleGrant, SignedInSession, SignInLink
from lms.accounts.passwords import weakness_of
from lms.audit.api import record, record_all
from lms.kernel import clock, records
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import clean_email
from lms.people.api import (
    find_organisation_by_slug,
    list_employers_on_or_after,
    load_merged_ids,
    record_organisation,
    record_person,
)
from lms.people.models import Person
from lms.web.formatting import day as in_words


def open_account(actor: Actor, person: Person, *, email: str | None = None, hashed: str | None = None) -> Account:
    """Opens an account for a person; the e-mail is stored in lower case.

    ``hashed`` is the hash of a password. Raises ``EmailTaken`` where the e-mail has an account of which the actor may
    know.
    """
    (account_id,) = open_accounts(actor, [(person.id, email)], hashed=hashed)
    return session.get_one(Account, account_id)


def open_accounts(
    actor: Actor, persons: Iterable[tuple[int, str | None]], *, hashed: str | None = None
) -> Sequence[int]:
    """Opens an account for each of many people, by person id and e-mail, and returns their ids.

    No query for each of them. Where somebody has an e-mail of whom the actor may not know, the new account has none of
    its own: what the actor sees is the same (docs/decisions/0046). Raises ``EmailTaken`` where the actor may know, or
    where two of the people share an e-mail.
    """
    moment = clock.now()
    addresses = {person_id: clean_email(email) for person_id, email in persons}
    emails = [email for email in addresses.values() if email]
    if len(set(emails)) < len(emails) or queries.list_known_emails(actor, emails, addresses):
        raise EmailTaken
    free = set(emails) - queries.find_emails_with_account(emails)
    accounts = [
        {
            "person_id": person_id,
            "email": email if email in free else None,
            "password": hashed,
            "active": True,
            "fs_uniquifier": secrets.token_hex(16),
            "recorded_at": moment,
        }
        for person_id, email in addresses.items()
    ]
    if not accounts:
        return []
    opened = insert(Account).returning(Account.id, sort_by_parameter_order=True)
    ids = session.scalars(opened, accounts).all()
    record_all(actor, "accounts.open", "account", {account_id: {} for account_id in ids})
    return ids


def grant_role(
    actor: Actor, account: Account, role: Role, organisation_id: int | None = None, *, reason: str = ""
) -> RoleGrant:
    """Grants a role in an organisation, or in all where none is given; granting it twice has no effect.

    The holder signs in again, so that no session begun before has the role; not who grants it to themselves.
    Raises ``HolderLeft`` for somebody whose role would be suspended at once.
    """
    if role is Role.LEARNER:
        raise Invalid(_("Everyone who signs in is a learner. There is nothing to grant."))
    if role is Role.HR and organisation_id is None:
        raise Invalid(_("The HR role belongs to one organisation. Choose it."))
    if role is Role.ADMIN and organisation_id is not None:
        raise Invalid(_("An administrator is responsible for all organisations. Do not choose one."))
    if known := _list_grants(account, role, organisation_id):
        return known[0]
    grant = RoleGrant(account_id=account.id, role=str(role), organisation_id=organisation_id)
    records.add(actor, grant)
    account.roles_since = account.roles_since or clock.now()
    if last_on := queries.list_last_days(clock.today(), RoleGrant.id == grant.id).get(grant.id):
        raise HolderLeft(
            _(
                "The last day at work was %(day)s, so the role would be suspended. Ask HR to record the placement "
                "first, or check the day.",
                day=in_words(last_on),
            )
        )
    _end_sessions_of_other(actor, account)
    record(
        actor, "accounts.grant", "account", account.id,
        organisation_id=organisation_id, reason=reason, role=str(role),
    )  # fmt: skip
    return grant


def remove_role(
    actor: Actor, account: Account, role: Role, organisation_id: int | None = None, *, reason: str = ""
) -> None:
    """Removes a role, after which its holder signs in again; one that the account does not have is ignored.

    Raises ``LastAdministrator``.
    """
    if role is Role.ADMIN:
        _require_another_administrator(account)
    for grant in _list_grants(account, role, organisation_id):
        records.retract(actor, grant)
        _end_sessions_of_other(actor, account)
        record(
            actor, "accounts.retract", "account", account.id,
            organisation_id=organisation_id, reason=reason, role=str(role),
        )  # fmt: skip


def close_account(actor: Actor, account: Account, *, reason: str) -> None:
    """Closes an account: nobody can sign in with it, and its sessions end; nothing else changes.

    Raises ``LastAdministrator``.
    """
    _require_another_administrator(account)
    account.active = False
    sign_out_everywhere(account)
    record(actor, "accounts.close", "account", account.id, reason=reason)


def erase_account(actor: Actor, account: Account, *, reason: str) -> None:
    """Closes an account for good: it has no e-mail, no password and no role any more. Raises ``LastAdministrator``."""
    close_account(actor, account, reason=reason)
    for grant in queries.list_grants(RoleGrant.account_id == account.id):
        remove_role(actor, account, Role(grant.role), grant.organisation_id, reason=reason)
    account.email = account.password = None
    account.tf_primary_method = account.tf_totp_secret = account.mf_recovery_codes = None
    account.fs_webauthn_user_handle = None
    session.execute(delete(Passkey).where(Passkey.account_id == account.id))
    session.execute(delete(OneTimeCode).where(OneTimeCode.account_id == account.id))
    session.execute(delete(SignInLink).where(SignInLink.account_id == account.id))
    session.flush()


def close_unused_accounts(actor: Actor, accounts: Iterable[Account], *, reason: str) -> None:
    """Closes accounts that were opened by mistake and that nobody has used, with no query for each of them."""
    for account in accounts:
        account.active = False
        record(actor, "accounts.close_unused", "account", account.id, reason=reason)
    session.flush()


def close_other_accounts(account: Account, *, reason: str) -> None:
    """Closes all accounts but one and ends their sessions: nobody else can sign in any more."""
    is_other = Account.id != account.id
    session.execute(update(Account).where(is_other).values(active=False))
    session.execute(delete(SignedInSession).where(SignedInSession.account_id != account.id))
    record(SYSTEM, "accounts.close_others", "account", account.id, reason=reason)


def reopen_account(actor: Actor, account: Account, *, reason: str) -> None:
    """Opens a closed account again, with the password and roles it had."""
    account.active = True
    session.flush()
    record(actor, "accounts.reopen", "account", account.id, reason=reason)


def change_email(actor: Actor, account: Account, email: str | None) -> None:
    """Changes the e-mail an account signs in with, or removes it, and ends its sessions and links sent to the old one.

    Where another account has it of which the actor may not know, this one has none of its own, as in ``open_accounts``.
    Raises ``EmailTaken`` where the actor may know; unless the actor is an administrator, ``RoleHoldersEmail`` where
    the account has a role, and ``OthersEmail`` for whom the actor could print no code. Of somebody who works nowhere
    the e-mail may be removed.
    """
    if not actor.has(Role.ADMIN):
        if queries.list_grants(RoleGrant.account_id == account.id):
            raise RoleHoldersEmail
        ids, today = load_merged_ids(account.person_id), clock.today(actor.time_zone)
        employers = list_employers_on_or_after(ids, today)
        if (email or employers) and not policy.may_print_code(actor, employers, has_role=False):
            raise OthersEmail
        if email and queries.has_not_arrived(ids, today, has_signed_in=account.password is not None):
            raise OthersEmail
    if email and queries.list_known_emails(actor, [email], [account.person_id]):
        raise EmailTaken
    account.email = email if email and not queries.find_emails_with_account([email]) else None
    sign_out_everywhere(account)
    record(actor, "accounts.change_email", "account", account.id)


def sign_out_everywhere(account: Account) -> None:
    """Ends every session and every "keep me signed in" of an account, and makes links sent to it useless."""
    account.fs_uniquifier = secrets.token_hex(16)
    _end_sessions(account)
    session.flush()


def create_admin(
    *, name: str, email: str, password: str, hashed: str, product: str, organisation: str = ""
) -> tuple[Account, bool]:
    """Creates the first administrator of an installation, from the command line.

    ``hashed`` is the hash of the password, made before the transaction began: nobody waits for it. ``organisation`` is
    the slug of one in which they are HR too; it is recorded where it is new. Returns the account and whether it is new:
    an administrator with this e-mail is left as they are. Raises ``EmailTaken``
    where the e-mail is somebody else's account and ``PasswordRefused`` for a weak password.
    """
    known = queries.find_account_by_email(email)
    if known is not None:
        if _list_grants(known, Role.ADMIN, None):
            return known, False
        raise EmailTaken(_("An account that is not an administrator signs in with this e-mail. Choose another e-mail."))
    weakness = weakness_of(password, product, [name, *name.split(), email, email.partition("@")[0]])
    if weakness is not None:
        raise PasswordRefused(_(weakness))
    person = record_person(SYSTEM, name=name, email=email)
    account = open_account(SYSTEM, person, email=email, hashed=hashed)
    grant_role(SYSTEM, account, Role.ADMIN)
    if organisation:
        title = organisation.replace("-", " ").title()
        initials = "".join(word[0] for word in title.split())[:6]
        found = find_organisation_by_slug(organisation) or record_organisation(
            SYSTEM, slug=organisation, name=title, initials=initials
        )
        grant_role(SYSTEM, account, Role.HR, found.id)
    administrator_created.send(None, account=account)
    return account, True


def _end_sessions(account: Account) -> None:
    session.execute(delete(SignedInSession).where(SignedInSession.account_id == account.id))


def _end_sessions_of_other(actor: Actor, account: Account) -> None:
    """Ends the sessions of an account whose roles change. Links sent to it, such as an invitation, go on working."""
    if actor.account_id != account.id:
        _end_sessions(account)


def _list_grants(account: Account, role: Role, organisation_id: int | None) -> Sequence[RoleGrant]:
    return queries.list_grants(
        RoleGrant.account_id == account.id, RoleGrant.role == role, RoleGrant.organisation_id == organisation_id
    )


def _require_another_administrator(account: Account) -> None:
    if queries.lock_administrators() == {account.id}:
        raise LastAdministrator
