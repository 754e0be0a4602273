"""The actor of a request, a command or a job: immutable, so that policies need not query the database again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from lms.kernel.errors import NotAllowed


class Role(StrEnum):
    """The roles. Every signed-in person is a learner; the other roles are granted."""

    LEARNER = "learner"
    TRAINER = "trainer"
    HR = "hr"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who acts, or nobody.

    ``scopes`` maps each role to the ids of the organisations it is granted in; ``None`` means all organisations.
    """

    account_id: int | None = None
    person_id: int | None = None
    name: str = ""
    language: str = "en"
    sector: str | None = None
    station_id: int | None = None
    station_name: str = ""
    organisation_id: int | None = None
    organisation_name: str = ""
    time_zone: str = "UTC"
    scopes: Mapping[Role, frozenset[int] | None] = field(default_factory=dict)

    @property
    def is_anonymous(self) -> bool:
        """Returns whether nobody is signed in."""
        return self.account_id is None

    @property
    def roles(self) -> frozenset[str]:
        """Returns the names of the roles granted anywhere."""
        return frozenset(str(role) for role in self.scopes)

    def has(self, role: Role) -> bool:
        """Returns whether the role is granted anywhere."""
        return role in self.scopes

    def organisations(self, role: Role) -> frozenset[int] | None:
        """Returns the organisations a role covers: ``None`` for all of them, an empty set for none."""
        return self.scopes.get(role, frozenset())

    def covers(self, role: Role, organisation_id: int) -> bool:
        """Returns whether a role covers an organisation."""
        scope = self.organisations(role)
        return scope is None or organisation_id in scope

    def require_person(self) -> int:
        """Returns the id of the person who acts. Raises ``NotAllowed`` for the system and for who is not signed in."""
        if self.person_id is None:
            raise NotAllowed
        return self.person_id


NOBODY = Actor()
SYSTEM = Actor(account_id=0, name="system", scopes={Role.ADMIN: None})
"""The system itself: jobs and commands on the server. Recorded as no account."""
