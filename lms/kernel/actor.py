"""Who is acting: a frozen answer that every policy can judge without asking the database again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Role(StrEnum):
    """What a person may do here. Every signed-in person is a learner; the others are granted."""

    LEARNER = "learner"
    TRAINER = "trainer"
    HR = "hr"
    COORDINATOR = "coordinator"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting, or nobody.

    ``scopes`` gives for each role the organisations it holds in; ``None`` stands for the whole house.
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
        """Says whether nobody is signed in."""
        return self.account_id is None

    @property
    def roles(self) -> frozenset[str]:
        """Names the roles held anywhere."""
        return frozenset(str(role) for role in self.scopes)

    def has(self, role: Role) -> bool:
        """Says whether the role is held anywhere."""
        return role in self.scopes

    def organisations(self, role: Role) -> frozenset[int] | None:
        """Returns the organisations a role covers: ``None`` for all of them, an empty set for none."""
        return self.scopes.get(role, frozenset())

    def covers(self, role: Role, organisation_id: int) -> bool:
        """Says whether a role holds in one organisation."""
        scope = self.organisations(role)
        return scope is None or organisation_id in scope


NOBODY = Actor()
SYSTEM = Actor(account_id=0, name="system", scopes={Role.ADMIN: None})
"""The house itself: scheduled jobs and commands typed on the server. Written to records as no account."""
