"""Adding and removing providers, linking their people to accounts, and ending the sessions that came from them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete

from lms.accounts.emails import queue_connected, queue_disconnected
from lms.accounts.models import Account, SignedInSession, SignInLink, SignInProvider, has_role
from lms.accounts.operations import open_account
from lms.accounts.queries import find_account
from lms.accounts.single_sign_on import queries
from lms.accounts.single_sign_on.queries import Connection
from lms.accounts.single_sign_on.rules import ALLOWED_FOR, Provider, ProviderIdentity, SignInProblem
from lms.audit.api import record
from lms.kernel import clock, records
from lms.kernel.actor import NOBODY, SYSTEM, Actor
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.people.api import find_staff, record_employment, record_person
from lms.people.models import LONGEST_STAFF_NUMBER, Organisation


class NotSignedIn(Exception):
    """Nobody is signed in; ``account_id`` is whose account it would have been, where that is known."""

    def __init__(self, problem: SignInProblem, account_id: int | None = None) -> None:
        super().__init__(problem)
        self.problem, self.account_id = problem, account_id


def add_provider(actor: Actor, *, taken: Sequence[str], **values: Any) -> SignInProvider:
    """Adds a provider; ``values`` are those of its columns. ``taken`` are the words that the settings use.

    Raises ``Invalid`` where its word is in use.
    """
    if values["slug"] in taken or any(each.slug == values["slug"] for each in queries.list_providers()):
        raise Invalid(_("Another provider has this word. Choose another one."), field="slug")
    provider = records.add(actor, SignInProvider(**values))
    _record(actor, "accounts.add_provider", provider)
    return provider


def change_provider(actor: Actor, provider: SignInProvider, **values: Any) -> None:
    """Changes a provider. Where it is turned off, or is another one now, the sessions that came from it end."""
    before = (provider.issuer, provider.client_id)
    if not values["is_on"] or before != (values["issuer"], values["client_id"]):
        _end_sessions_of(provider)
    for name, value in values.items():
        setattr(provider, name, value)
    session.flush()
    _record(actor, "accounts.change_provider", provider)


def remove_provider(actor: Actor, provider: SignInProvider) -> None:
    """Removes a provider, and ends the sessions that came from it. The links stay, for one that is added again."""
    _end_sessions_of(provider)
    records.retract(actor, provider)
    _record(actor, "accounts.remove_provider", provider)


def find_holder(provider: Provider, identity: ProviderIdentity) -> tuple[Account, SignInLink]:
    """Returns whom to sign in as what a provider says, with the link; links or makes the person where that is allowed.

    By the link, where there is one. Else by staff number or verified e-mail, among the people of the provider's
    organisation: where HR allowed it, or where the account never had a password or a link to this provider. Raises
    ``NotSignedIn``.
    """
    # One at a time: two first sign-ins must not make two people.
    lock_rows(Organisation, provider.organisation_id)
    link = queries.find_link(provider.organisation_id, provider.issuer, identity.subject)
    if link is None:
        account = _match(provider, identity)
        if account is None:
            account, link = _make_person(provider, identity)
        else:
            _require_may(provider, account)
            link = _first_link(provider, identity, account)
    else:
        account = require_found(find_account(link.account_id))
        _require_may(provider, account)
    link.used_at = clock.now()
    session.flush()
    return account, link


def _match(provider: Provider, identity: ProviderIdentity) -> Account | None:
    """Returns whose account fits; None where nobody's does and the provider may make people."""
    by_number = provider.match_by == "staff_number"
    if by_number and not identity.staff_number:
        raise NotSignedIn(SignInProblem.NO_MATCH_BY)
    if not by_number and identity.email is None:
        raise NotSignedIn(SignInProblem.UNVERIFIED_EMAIL)
    found = queries.list_matching(provider, staff_number=identity.staff_number, email=identity.email)
    if len(found) == 1:
        return found[0]
    if found or not provider.makes_people:
        raise NotSignedIn(SignInProblem.UNKNOWN_PERSON)
    return None


def _require_may(provider: Provider, account: Account) -> None:
    if not account.active:
        raise NotSignedIn(SignInProblem.CLOSED, account.id)
    if not queries.may_be_signed_in_by(provider.organisation_id, account):
        raise NotSignedIn(SignInProblem.ONLY_HERE, account.id)


def _first_link(provider: Provider, identity: ProviderIdentity, account: Account) -> SignInLink:
    known = [each for each in queries.list_links(account.id) if is_of(provider, each)]
    allowed = next((each for each in known if each.subject is None), None)
    if any(each.subject is not None for each in known):
        # A staff number or an e-mail that now belongs to somebody else opens nothing of its former holder.
        raise NotSignedIn(SignInProblem.OTHER_LINK, account.id)
    if allowed is None:
        # A link that was removed does not come back by itself: it may have been somebody else's.
        if account.password is not None or has_role(account) or queries.had_link(provider, account.id):
            raise NotSignedIn(SignInProblem.NOT_LINKED, account.id)
        return _link(SYSTEM, provider, account, identity.subject)
    allowed.subject = identity.subject
    _note_link(SYSTEM, provider, account)
    return allowed


def _make_person(provider: Provider, identity: ProviderIdentity) -> tuple[Account, SignInLink]:
    """Makes a person with name, staff number and verified e-mail; where they work, HR records."""
    number = identity.staff_number
    if not number or len(number) > LONGEST_STAFF_NUMBER or not identity.name:
        raise NotSignedIn(SignInProblem.NO_MATCH_BY)
    here, email = provider.organisation_id, identity.email
    if find_staff(here, [number]) or (email and queries.list_with_email(here, email)):
        # Somebody has the number with another e-mail, or the e-mail with another number: HR decides which is right.
        raise NotSignedIn(SignInProblem.UNKNOWN_PERSON)
    person = record_person(SYSTEM, name=identity.name[:200], email=email)
    record_employment(SYSTEM, person, here, number)
    # Who has the e-mail elsewhere is nothing that the provider may learn: then the account has none of its own.
    account = require_found(find_account(open_account(NOBODY, person, email=email).id))
    record(SYSTEM, "accounts.make_person", "person", person.id, organisation_id=here)
    return account, _link(SYSTEM, provider, account, identity.subject)


def link_own(actor: Actor, provider: Provider, account: Account, identity: ProviderIdentity) -> SignInLink:
    """Links the account of who is signed in. Raises ``NotSignedIn``; linking the same twice has no effect."""
    lock_rows(Organisation, provider.organisation_id)
    _require_may(provider, account)
    link = queries.find_link(provider.organisation_id, provider.issuer, identity.subject)
    known = [each for each in queries.list_links(account.id) if is_of(provider, each)]
    if link is not None and link.account_id == account.id:
        return link
    if link is not None or any(each.subject is not None for each in known):
        raise NotSignedIn(SignInProblem.OTHER_LINK, account.id)
    for allowed in known:
        records.retract(actor, allowed)
    return _link(actor, provider, account, identity.subject)


def allow_link(actor: Actor, provider: Provider, account: Account) -> None:
    """Lets the person of a provider who has the account holder's staff number or verified e-mail sign in as them.

    Once, within some days: from then on they are linked. Whom the actor may allow it for is judged before. Raises
    ``Invalid`` where they are linked, or where the provider may not sign them in.
    """
    lock_rows(Organisation, provider.organisation_id)
    if any(is_of(provider, each) for each in queries.list_links(account.id)):
        raise Invalid(_("This is connected or allowed already. Remove that first."))
    if not queries.may_be_signed_in_by(provider.organisation_id, account):
        raise Invalid(_("This person works for another organisation too, or not here now: they sign in by password."))
    link = SignInLink(
        account_id=account.id, organisation_id=provider.organisation_id, issuer=provider.issuer,
        expires_at=clock.now() + ALLOWED_FOR,
    )  # fmt: skip
    records.add(actor, link)
    record(actor, "accounts.allow_link", "account", account.id, organisation_id=provider.organisation_id)


def unlink(actor: Actor, account: Account, connection: Connection, *, reason: str = "") -> None:
    """Removes a link, and ends the sessions that came by it; its person gets an e-mail, unless it was never used."""
    link = connection.link
    records.retract(actor, link)
    session.execute(delete(SignedInSession).where(SignedInSession.link_id == link.id))
    if link.subject is not None:
        queue_disconnected(account, connection.provider)
    record(actor, "accounts.unlink", "account", account.id, organisation_id=link.organisation_id, reason=reason)


def unlink_own(actor: Actor, account: Account, connection: Connection) -> None:
    """Removes one of one's own links. Raises ``Invalid`` where it is the only way to sign in."""
    if account.password is None:
        raise Invalid(
            _("You have no password here and could not sign in any more. Sign out and request one by e-mail first.")
        )
    unlink(actor, account, connection)


def sign_out_from(provider: Provider, subject: str | None, provider_session: str | None) -> None:
    """Ends the sessions that a provider began: one of them where it names its own session, else all of the person.

    Links that were removed have none. One that has ended is ignored.
    """
    links = queries.links_of(provider.organisation_id, provider.issuer, subject)
    ended = delete(SignedInSession).where(SignedInSession.link_id.in_(links))
    if provider_session is not None:
        ended = ended.where(SignedInSession.provider_session == provider_session)
    accounts = session.scalars(ended.returning(SignedInSession.account_id)).all()
    for account_id in sorted(set(accounts)):
        record(SYSTEM, "accounts.sign_out_from", "account", account_id, organisation_id=provider.organisation_id)


def record_refusal(provider: Provider, problem: SignInProblem, account_id: int | None) -> None:
    """Records that somebody who came from a provider was not signed in, and why."""
    record(
        NOBODY, "accounts.refuse_sign_in", "account" if account_id else "unknown_account", account_id,
        organisation_id=provider.organisation_id, problem=str(problem),
    )  # fmt: skip


def _link(actor: Actor, provider: Provider, account: Account, subject: str) -> SignInLink:
    link = SignInLink(
        account_id=account.id, organisation_id=provider.organisation_id, issuer=provider.issuer, subject=subject
    )
    records.add(actor, link)
    _note_link(actor, provider, account)
    return link


def _note_link(actor: Actor, provider: Provider, account: Account) -> None:
    queue_connected(account, provider.name)
    record(actor, "accounts.link", "account", account.id, organisation_id=provider.organisation_id)


def is_of(provider: Provider, link: SignInLink) -> bool:
    """Says whether a link is of a provider."""
    return (link.organisation_id, link.issuer) == (provider.organisation_id, provider.issuer)


def _end_sessions_of(provider: SignInProvider) -> None:
    links = queries.links_of(provider.organisation_id, provider.issuer)
    session.execute(delete(SignedInSession).where(SignedInSession.link_id.in_(links)))


def _record(actor: Actor, action: str, provider: SignInProvider) -> None:
    record(actor, action, "sign_in_provider", provider.id, organisation_id=provider.organisation_id)
