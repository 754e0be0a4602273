"""What a directory says of somebody. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from lms.kernel.actor import Role

DIRECTORY_ROLES = (Role.HR, Role.COORDINATOR, Role.TRAINER)
"""The roles that a directory may give, each by a group of its name."""


class DirectoryAssignment(NamedTuple):
    """Where somebody works and as what, as far as directories know."""

    station_id: int
    sector: str
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryRecord:
    """Everything a directory says of one person. Only somebody who does not work here may have no assignment."""

    user_name: str
    external_id: str | None
    staff_number: str
    name: str
    given_name: str | None
    family_name: str | None
    email: str | None
    active: bool
    assignment: DirectoryAssignment | None


def user_name_key(user_name: str) -> str:
    """Returns a user name as it is compared."""
    return user_name.casefold()
