"""What changes in sign-in: accounts, roles, passwords, one-time codes."""

import secrets
from collections.abc import Sequence

from flask_security import hash_password

from lms.accounts import queries, rules
from lms.accounts.errors import EmailTaken, LastAdministrator, PasswordRefused
from lms.accounts.models import Account, OneTimeCode, RoleGrant
from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.people.api import find_organisation_by_slug, record_organisation, record_person
from lms.people.models import Organisation, Person

SCOPED = frozenset({Role.HR})
"""Roles that belong to one organisation."""

EMAIL_TAKEN = (
    "An account here signs in with this e-mail already. Leave the e-mail empty, or ask your administrator."
)

HOUSE_WIDE = frozenset({Role.ADMIN})
"""Roles that hold in the whole house and nowhere less; the others can be given either way."""


def open_account(
    actor: Actor,
    person: Person,
    *,
    email: str | None = None,
    password: str | None = None,
    hashed: str | None = None,
) -> Account:
    """Gives a person an account; the e-mail is stored in lower case.

    ``hashed`` takes a password that is hashed already. Raises ``EmailTaken`` where the e-mail has an account.
    """
    address = email.strip().lower() if email else None
    if address and queries.find_account_by_email(address) is not None:
        raise EmailTaken(EMAIL_TAKEN)
    account = Account(
        person_id=person.id,
        email=address,
        password=hashed or (hash_password(password) if password else None),
        active=True,
        fs_uniquifier=secrets.token_hex(16),
        recorded_at=clock.now(),
    )
    session.add(account)
    session.flush()
    record(actor, "accounts.open", "account", account.id)
    return account


def open_accounts(actor: Actor, persons: Sequence[tuple[int, str | None]]) -> None:
    """Gives many people an account each, by number and e-mail, with no question asked for each of them.

    Raises ``EmailTaken`` where one of the e-mails has an account, or two of the people share one.
    """
    addresses = [email.strip().lower() for _person, email in persons if email]
    if len(set(addresses)) < len(addresses) or queries.sign_in_with(addresses):
        raise EmailTaken(EMAIL_TAKEN)
    opened = [
        Account(
            person_id=person_id,
            email=email.strip().lower() if email else None,
            active=True,
            fs_uniquifier=secrets.token_hex(16),
            recorded_at=clock.now(),
        )
        for person_id, email in persons
    ]
    session.add_all(opened)
    session.flush()
    for account in opened:
        record(actor, "accounts.open", "account", account.id)


def grant_role(
    actor: Actor, account: Account, role: Role, organisation_id: int | None = None, *, reason: str = ""
) -> RoleGrant:
    """Grants a role in an organisation, or in the whole house where none is given; granting twice is harmless."""
    if role is Role.LEARNER:
        raise Invalid("Everybody who signs in is a learner; there is nothing to grant.")
    if role in SCOPED and organisation_id is None:
        raise Invalid("HR belongs to one organisation: choose it.")
    if role in HOUSE_WIDE and organisation_id is not None:
        raise Invalid("An administrator looks after the whole house: choose no organisation.")
    for grant in queries.list_grants(account.id):
        if grant.role == role and grant.organisation_id == organisation_id:
            return grant
    grant = RoleGrant(
        account_id=account.id,
        role=str(role),
        organisation_id=organisation_id,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(grant)
    session.flush()
    record(
        actor,
        "accounts.grant",
        "account",
        account.id,
        organisation_id=organisation_id,
        reason=reason,
        role=str(role),
    )
    return grant


def retract_role(
    actor: Actor, account: Account, role: Role, organisation_id: int | None = None, *, reason: str = ""
) -> None:
    """Takes a role back; a role that is not held is left alone. Raises ``LastAdministrator``."""
    if role is Role.ADMIN:
        _keep_an_administrator(account)
    for grant in queries.list_grants(account.id):
        if grant.role == role and grant.organisation_id == organisation_id:
            grant.retracted_at = clock.now()
            grant.retracted_by = actor.account_id or None
            record(
                actor, "accounts.retract", "account", account.id,
                organisation_id=organisation_id, reason=reason, role=str(role),
            )  # fmt: skip


def close_account(actor: Actor, account: Account, *, reason: str) -> None:
    """Closes an account: nobody signs in with it, and whoever is signed in is signed out; nothing else changes.

    Raises ``LastAdministrator``.
    """
    _keep_an_administrator(account)
    account.active = False
    sign_out_everywhere(account)
    record(actor, "accounts.close", "account", account.id, reason=reason)


def reopen_account(actor: Actor, account: Account, *, reason: str) -> None:
    """Opens a closed account again, with the password and roles it had."""
    account.active = True
    session.flush()
    record(actor, "accounts.reopen", "account", account.id, reason=reason)


def print_codes(actor: Actor, accounts: Sequence[Account]) -> list[str]:
    """Makes a one-time code for each account and returns them in their order, to be printed once.

    With a code its holder sets a password. Codes printed earlier stay usable until they run out, so that reprinting
    never locks anybody out. Who may do this is judged before (``policy.may_print_code``).
    """
    if not all(account.active for account in accounts):
        raise Invalid("This account is closed. An administrator can open it again.")
    codes = [rules.make_code(secrets.randbelow) for _ in accounts]
    now = clock.now()
    for account, code in zip(accounts, codes, strict=True):
        session.add(
            OneTimeCode(
                account_id=account.id,
                digest=rules.digest_code(code),
                expires_at=rules.expiry(now),
                recorded_at=now,
                recorded_by=actor.account_id or None,
            )
        )
        record(actor, "accounts.print_code", "account", account.id)
    session.flush()
    return codes


def print_code(actor: Actor, account: Account) -> str:
    """Makes a one-time code for one account; see ``print_codes``."""
    return print_codes(actor, [account])[0]


def use_code(actor: Actor, account: Account, password: str) -> None:
    """Sets the password that the holder of a printed code chose; all their codes are used up by it."""
    set_password(account, password)
    record(actor, "accounts.use_code", "account", account.id)


def set_password(account: Account, password: str) -> None:
    """Sets a new password, signs the account out everywhere and uses up the codes that lie about on paper."""
    account.password = hash_password(password)
    sign_out_everywhere(account)
    use_up_codes(account)


def use_up_codes(account: Account) -> None:
    """Makes every open code of an account useless, because a password was chosen after they were printed."""
    now = clock.now()
    for code in queries.list_open_codes(account.id, now):
        code.used_at = now
    session.flush()


def sign_out_everywhere(account: Account) -> None:
    """Ends every session and every "keep me signed in" of an account."""
    account.fs_uniquifier = secrets.token_hex(16)
    session.flush()


def create_admin(
    *, name: str, email: str, password: str, product: str, organisation: str = ""
) -> tuple[Account, bool]:
    """Creates the first administrator of an installation, from the command line.

    ``organisation`` is the slug of one in which they are HR too; it is recorded where it is new. Returns the account
    and whether it is new: an administrator with this e-mail is left as they are. Raises ``EmailTaken`` where the
    e-mail is somebody else's account and ``PasswordRefused`` for a weak password.
    """
    known = queries.find_account_by_email(email)
    if known is not None:
        if Role.ADMIN in queries.scopes_of(known):
            return known, False
        raise EmailTaken(
            "An account that is not an administrator signs in with this e-mail. Choose another e-mail."
        )
    weakness = rules.weakness_of(password, product, [name, *name.split(), email, email.partition("@")[0]])
    if weakness is not None:
        raise PasswordRefused(f"This password cannot be used: it is {weakness}.")
    account = open_account(
        SYSTEM, record_person(SYSTEM, name=name, email=email), email=email, password=password
    )
    grant_role(SYSTEM, account, Role.ADMIN)
    if organisation:
        grant_role(SYSTEM, account, Role.HR, _find_or_record(organisation).id)
    return account, True


def _find_or_record(slug: str) -> Organisation:
    known = find_organisation_by_slug(slug)
    if known is not None:
        return known
    name = slug.replace("-", " ").title()
    initials = "".join(word[0] for word in name.split())[:6]
    return record_organisation(SYSTEM, slug=slug, name=name, initials=initials)


def _keep_an_administrator(account: Account) -> None:
    if queries.lock_administrators() == {account.id}:
        raise LastAdministrator("This is the only administrator. Make somebody else an administrator first.")
