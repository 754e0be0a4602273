"""What access tokens may do, and what they look like. Pure."""

import hashlib
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from enum import StrEnum

from lms.kernel.actor import Role
from lms.kernel.i18n import N_


class TokenScope(StrEnum):
    """What a token may be made for; the word that requests and the document of the interface use."""

    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    REQUIREMENTS_READ = "requirements:read"
    STATUS_READ = "status:read"
    REPORT_READ = "report:read"
    AWARDS_READ = "awards:read"
    COURSES_READ = "courses:read"
    DIRECTORY = "directory"
    ROLES = "roles"


NEEDED_ROLES: Mapping[TokenScope, frozenset[Role]] = dict.fromkeys(TokenScope, frozenset({Role.HR})) | {
    TokenScope.COURSES_READ: frozenset({Role.HR, Role.COORDINATOR}),
    TokenScope.ROLES: frozenset({Role.ADMIN}),
}
"""The roles of which the holder needs one, in the organisation of the token, for each scope."""

TOKEN_ROLES = frozenset[Role]().union(*NEEDED_ROLES.values())
"""The roles by which a token may do something. It never acts as an administrator, whose role opens a scope alone."""

SCOPE_LABELS: Mapping[TokenScope, str] = {
    TokenScope.PEOPLE_READ: N_("Read people and placements"),
    TokenScope.PEOPLE_WRITE: N_("Add people, and record and end placements"),
    TokenScope.REQUIREMENTS_READ: N_("Read requirements"),
    TokenScope.STATUS_READ: N_("Read the training status of people"),
    TokenScope.REPORT_READ: N_("Read the figures of the report"),
    TokenScope.AWARDS_READ: N_("Read awards and certificates"),
    TokenScope.COURSES_READ: N_("Read the list of courses"),
    TokenScope.DIRECTORY: N_("Let a directory add people, move them and let them leave (SCIM)"),
    TokenScope.ROLES: N_("Let that directory also give and take the roles of HR, coordinators and trainers"),
}

VALID_DAYS = (30, 90, 365)
"""For how many days a token may be made."""

PREFIX = "es_"
"""How every token begins, so that programs that look for secrets in files find it."""

BEGINNING = len(PREFIX) + 6
"""How many characters are stored and shown, of 46."""

_TOKEN = re.compile(rf"{PREFIX}[\w-]{{43}}", re.ASCII)


def make_secret() -> str:
    """Returns a new token: 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_secret(secret: str) -> str | None:
    """Returns the hash by which a token is stored, or None for what is none; a quick one, since nobody can guess it."""
    return hashlib.sha256(secret.encode()).hexdigest() if _TOKEN.fullmatch(secret) else None


def valid_for(days: int) -> timedelta:
    """Returns how long a token lasts. Raises ``ValueError`` for another number of days than those offered."""
    if days not in VALID_DAYS:
        raise ValueError(days)
    return timedelta(days=days)


def usable_scopes(scopes: Iterable[str], roles: Collection[Role]) -> frozenset[TokenScope]:
    """Returns those of the stored scopes for which somebody has a role now; words of other versions are ignored.

    Roles are given by a directory, so that scope is nothing without the directory's.
    """
    stored = frozenset(scopes)
    usable = frozenset(each for each in TokenScope if each in stored and not NEEDED_ROLES[each].isdisjoint(roles))
    return usable if TokenScope.DIRECTORY in usable else usable - {TokenScope.ROLES}
