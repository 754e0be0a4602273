"""Every SELECT of single sign-on: providers, and whom they signed in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import joinedload

from lms.accounts.models import Account, SignedInSession, SignInLink, SignInProvider
from lms.accounts.queries import find_account_where, list_accounts_by_email
from lms.accounts.single_sign_on.client_secrets import decrypt
from lms.accounts.single_sign_on.rules import Provider, may_sign_in_through
from lms.kernel import clock
from lms.kernel.config import SignInProviderSettings
from lms.kernel.db import session
from lms.kernel.errors import require_found
from lms.people.api import (
    find_organisation_by_slug,
    find_staff,
    list_employers_ever,
    list_employers_on_or_after,
    load_merged_ids,
)
from lms.people.models import Employment, Placement


@dataclass(frozen=True, slots=True)
class Connection:
    """A link as pages show it."""

    link: SignInLink
    provider: str


def list_providers() -> Sequence[SignInProvider]:
    """Lists the providers that were added on a page, with their organisations, by name."""
    return session.scalars(
        select(SignInProvider)
        .options(joinedload(SignInProvider.organisation))
        .where(SignInProvider.retracted_at.is_(None))
        .order_by(SignInProvider.name, SignInProvider.id)
    ).all()


def load_provider(provider_id: int) -> SignInProvider:
    """Loads a provider that was added on a page and is not removed, with its organisation. Raises ``NotThere``."""
    statement = select(SignInProvider).options(joinedload(SignInProvider.organisation))
    return require_found(
        session.scalar(statement.where(SignInProvider.id == provider_id, SignInProvider.retracted_at.is_(None)))
    )


def list_sign_in_providers(key: str, given: Iterable[SignInProviderSettings]) -> list[Provider]:
    """Lists the providers by which people can sign in now, by name: those of pages and those ``given`` in the settings.

    ``key`` is the installation's secret.
    """
    found = [
        Provider(
            slug=each.slug,
            name=each.name,
            organisation_id=each.organisation_id,
            issuer=each.issuer,
            client_id=each.client_id,
            client_secret=decrypt(key, each.client_secret),
            match_by="staff_number" if each.match_by == "staff_number" else "email",
            staff_number_claim=each.staff_number_claim,
            email_domains=tuple(each.email_domains),
            makes_people=each.makes_people,
            is_second_step=each.is_second_step,
        )
        for each in list_providers()
        if each.is_on
    ]
    for one in given:
        organisation = find_organisation_by_slug(one.organisation)
        if organisation is not None:
            values = one.model_dump(exclude={"organisation"})
            found.append(Provider(organisation_id=organisation.id, **values))
    return sorted(found, key=lambda each: (each.name, each.slug))


def find_link(organisation_id: int, issuer: str, subject: str) -> SignInLink | None:
    """Finds the link of a provider's person."""
    return session.scalar(
        select(SignInLink).where(
            SignInLink.organisation_id == organisation_id,
            SignInLink.issuer == issuer,
            SignInLink.subject == subject,
            SignInLink.retracted_at.is_(None),
        )
    )


def links_of(organisation_id: int, issuer: str, subject: str | None = None) -> Select[int]:
    """Returns the statement of the ids of a provider's links, or of those of one of its people."""
    statement = select(SignInLink.id).where(SignInLink.organisation_id == organisation_id, SignInLink.issuer == issuer)
    return statement if subject is None else statement.where(SignInLink.subject == subject)


def list_links(account_id: int) -> Sequence[SignInLink]:
    """Lists the links of an account that are not retracted, without what HR allowed too long ago; the newest first."""
    is_open = or_(SignInLink.subject.is_not(None), SignInLink.expires_at > clock.now())
    return session.scalars(
        select(SignInLink)
        .where(SignInLink.account_id == account_id, SignInLink.retracted_at.is_(None), is_open)
        .order_by(SignInLink.id.desc())
    ).all()


def had_link(provider: Provider, account_id: int) -> bool:
    """Returns whether an account was ever linked with somebody of a provider, also where that was removed."""
    linked = exists().where(
        SignInLink.account_id == account_id,
        SignInLink.organisation_id == provider.organisation_id,
        SignInLink.issuer == provider.issuer,
        SignInLink.subject.is_not(None),
    )
    return bool(session.scalar(select(linked)))


def describe(links: Iterable[SignInLink], providers: Iterable[Provider]) -> list[Connection]:
    """Returns links with the names of their providers; of one that is off or removed, its issuer."""
    names = {(each.organisation_id, each.issuer): each.name for each in providers}
    return [Connection(each, names.get((each.organisation_id, each.issuer), each.issuer)) for each in links]


def load_connection(account_id: int, link_id: int, providers: Iterable[Provider]) -> Connection:
    """Loads a link of an account, with the name of its provider. Raises ``NotThere``."""
    found = describe(list_links(account_id), providers)
    return require_found(next((each for each in found if each.link.id == link_id), None))


def list_matching(provider: Provider, *, staff_number: str, email: str | None) -> Sequence[Account]:
    """Lists the accounts of people of a provider's organisation with a staff number or e-mail, with their grants."""
    if provider.match_by == "staff_number":
        persons = find_staff(provider.organisation_id, [staff_number]).values()
        found = [find_account_where(Account.person_id == person.id) for person in persons]
        return [account for account in found if account is not None]
    return list_with_email(provider.organisation_id, email or "")


def list_with_email(organisation_id: int, email: str) -> Sequence[Account]:
    """Lists the accounts of people of an organisation with an e-mail, with their grants."""
    accounts = list_accounts_by_email(email)
    employed = set(
        session.scalars(
            select(Employment.person_id).where(
                Employment.organisation_id == organisation_id,
                Employment.person_id.in_([account.person_id for account in accounts]),
            )
        )
    )
    return [account for account in accounts if account.person_id in employed]


def may_be_signed_in_by(organisation_id: int, account: Account) -> bool:
    """Says whether a provider of an organisation may sign in the holder of an account today; it has its grants."""
    ids = load_merged_ids(account.person_id)
    placed = (
        exists()
        .where(Placement.employment_id == Employment.id, Employment.person_id.in_(sorted(ids)))
        .where(Placement.retracted_at.is_(None))
    )
    return may_sign_in_through(
        organisation_id,
        [(grant.role, grant.organisation_id) for grant in account.grants if grant.retracted_at is None],
        list_employers_on_or_after(ids, clock.today()),
        is_new_there=list_employers_ever(ids) == {organisation_id} and not session.scalar(select(placed)),
    )


def find_session(token: str) -> SignedInSession | None:
    """Finds the session that a cookie names."""
    return session.scalar(select(SignedInSession).where(SignedInSession.token == token))
