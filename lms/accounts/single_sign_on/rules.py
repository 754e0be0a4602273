"""What a provider says of somebody, whom it may sign in, and what is said where it does not work. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Literal

from lms.kernel.actor import Role
from lms.kernel.i18n import lazy_gettext as _l
from lms.kernel.identifiers import clean_email
from lms.kernel.text import is_email, normalise

ALLOWED_FOR = timedelta(days=14)
"""How long somebody has to sign in after HR allowed it."""

MULTI_FACTOR = frozenset(
    {"phr", "phrh", "http://schemas.openid.net/pape/policies/2007/06/multi-factor", "https://refeds.org/profile/mfa"}
)
"""The authentication contexts (``acr``) that stand for more than a password."""


class SignInProblem(StrEnum):
    """Why somebody could not be signed in through a provider."""

    DENIED = "denied"
    LOST = "lost"
    UNREACHABLE = "unreachable"
    NOT_SET_UP = "not_set_up"
    NOT_TRUSTED = "not_trusted"
    WRONG_TIME = "wrong_time"
    NO_MATCH_BY = "no_match_by"
    UNVERIFIED_EMAIL = "unverified_email"
    UNKNOWN_PERSON = "unknown_person"
    NOT_LINKED = "not_linked"
    OTHER_LINK = "other_link"
    ONLY_HERE = "only_here"
    CLOSED = "closed"


PROBLEM_LABELS = {
    SignInProblem.DENIED: (
        _l("You were not signed in"),
        _l("The sign-in was cancelled, or %(provider)s did not allow it. Try again, or sign in with your password."),
    ),
    SignInProblem.LOST: (
        _l("This sign-in is over"),
        _l("It took too long, was used already, or began in another browser. Begin again from the sign-in page."),
    ),
    SignInProblem.UNREACHABLE: (
        _l("%(provider)s does not answer"),
        _l("Try again in some minutes. If you have a password here, you can sign in with it meanwhile."),
    ),
    SignInProblem.NOT_SET_UP: (
        _l("%(provider)s is not set up correctly"),
        _l("This is not your mistake. Tell your administrator. If you have a password here, sign in with it."),
    ),
    SignInProblem.NOT_TRUSTED: (
        _l("The answer of %(provider)s could not be verified"),
        _l("So nobody was signed in. Begin again; if it happens again, tell your administrator."),
    ),
    SignInProblem.WRONG_TIME: (
        _l("The answer of %(provider)s has expired"),
        _l("Begin again. If it happens each time, one of the two servers has a wrong clock: tell your administrator."),
    ),
    SignInProblem.NO_MATCH_BY: (
        _l("%(provider)s does not say your staff number"),
        _l("So we do not know who you are. Ask HR of your organisation to have it added, or use your password."),
    ),
    SignInProblem.UNVERIFIED_EMAIL: (
        _l("%(provider)s has not verified your e-mail"),
        _l(
            "Anybody could have typed it there, so it opens nothing here. Sign in with your password and connect your "
            "account under “Your account”, or ask HR of your organisation."
        ),
    ),
    SignInProblem.UNKNOWN_PERSON: (
        _l("You are not known here yet"),
        _l(
            "No person of this organisation fits what %(provider)s says of you. Ask HR of your organisation to add "
            "you, or to correct your staff number or e-mail."
        ),
    ),
    SignInProblem.NOT_LINKED: (
        _l("Your account is not connected yet"),
        _l(
            "Sign in with your password here, and connect your account with %(provider)s under “Your account”. Or ask "
            "HR of your organisation to allow it."
        ),
    ),
    SignInProblem.OTHER_LINK: (
        _l("This is connected with somebody else"),
        _l(
            "Your account here, or your account with %(provider)s, is connected with another one. Ask HR of your "
            "organisation to remove the connection that is wrong."
        ),
    ),
    SignInProblem.ONLY_HERE: (
        _l("Sign in with your password"),
        _l(
            "A provider signs in only people who work for its organisation and for no other. Whoever works elsewhere, "
            "has left, or has a role in all organisations signs in with a password."
        ),
    ),
    SignInProblem.CLOSED: (
        _l("Your account is closed"),
        _l("If you still work here, ask HR of your organisation: an administrator can open it again."),
    ),
}  # fmt: skip
"""The heading and what to do, each with the name of the provider in it."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider by which people of one organisation sign in, from the database or the settings.

    ``client_secret`` is None where it cannot be read any more, because the installation's secret changed.
    """

    slug: str
    name: str
    organisation_id: int
    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    match_by: Literal["email", "staff_number"]
    staff_number_claim: str
    email_domains: tuple[str, ...]
    makes_people: bool
    is_second_step: bool


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """What a provider says of somebody.

    ``email`` is one that it has verified and that has one of its domains. ``is_strong`` says whether a second step was
    taken there, ``session`` is its own name of the session.
    """

    subject: str
    email: str | None
    staff_number: str
    name: str
    is_strong: bool
    session: str | None
    id_token: str = field(repr=False)


def read_identity(provider: Provider, claims: Mapping[str, Any], id_token: str) -> ProviderIdentity:
    """Returns what verified claims say; those of another type than they should have say nothing."""
    email = _text(claims, "email").lower()
    is_verified = claims.get("email_verified") is True or claims.get("email_verified") == "true"
    domain = email.rpartition("@")[2]
    is_own = not provider.email_domains or domain in provider.email_domains
    amr = claims.get("amr")
    return ProviderIdentity(
        # As it is: two that differ in a space are two people.
        subject=claims["sub"],
        email=clean_email(email) if is_verified and is_own and is_email(email) else None,
        staff_number=_text(claims, provider.staff_number_claim) if provider.staff_number_claim else "",
        name=_text(claims, "name") or f"{_text(claims, 'given_name')} {_text(claims, 'family_name')}".strip(),
        is_strong=provider.is_second_step
        or (isinstance(amr, list) and "mfa" in amr)
        or _text(claims, "acr") in MULTI_FACTOR,
        session=_text(claims, "sid") or None,
        id_token=id_token,
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    found = claims.get(name)
    # Some providers have numbers as numbers.
    if isinstance(found, int) and not isinstance(found, bool):
        return str(found)
    return normalise(found)[:255] if isinstance(found, str) else ""


def may_sign_in_through(
    organisation_id: int, grants: Iterable[tuple[str, int | None]], employers: Collection[int], *, is_new_there: bool
) -> bool:
    """Says whether a provider of an organisation may sign somebody in.

    Whoever runs it can sign in as anybody whom it may: so it may for people who work for this organisation and no
    other, today or later, whose roles are all in it, and never for an administrator. ``grants`` are pairs of role and
    organisation, ``employers`` those of today or later. ``is_new_there`` says that somebody is known to this
    organisation alone and never had a placement: the provider itself made them known.
    """
    if any(role == Role.ADMIN or organisation != organisation_id for role, organisation in grants):
        return False
    return set(employers) == {organisation_id} or (not employers and is_new_there)
