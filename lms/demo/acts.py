"""What happens in the story, as plain data: who does what, and at which moment it is recorded."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum


class Outcome(StrEnum):
    """How a quiz goes."""

    PASSED = "passed"
    FAILED = "failed"
    RED_LINE = "red_line"
    LEFT_OPEN = "left_open"


@dataclass(frozen=True, slots=True)
class Job:
    """Where somebody works and as what; the station by its slug."""

    station: str
    sector: str
    role: str
    contract: str = "staff"
    works_with_children: bool = False
    also_sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is. ``roles`` are words of `Role`; hr holds in the first employer, the others in the house."""

    name: str
    email: str | None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something that one person does or that is done about them. ``person`` is their number in the story."""

    at: datetime
    person: int


@dataclass(frozen=True, slots=True)
class Join(Act):
    """Somebody begins at an organisation, for the first time there; the first time anywhere brings an identity."""

    organisation: str
    staff_number: str
    job: Job
    from_on: date
    through_on: date | None
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class Return(Act):
    """Somebody begins again under a staff number they had."""

    staff_number: str
    job: Job
    from_on: date


@dataclass(frozen=True, slots=True)
class Move(Act):
    """Somebody goes on with other work from a day on."""

    staff_number: str
    job: Job
    from_on: date


@dataclass(frozen=True, slots=True)
class Leave(Act):
    """Somebody's last day becomes known."""

    staff_number: str
    through_on: date


@dataclass(frozen=True, slots=True)
class Learning(Act):
    """Something by which a course is learned. ``sector`` is empty unless it is learned sector by sector."""

    sector: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Read(Learning):
    """Somebody completes the next modules of a course, one at each moment; ``at`` is the last of them."""

    course: str
    moments: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Quiz(Learning):
    """Somebody takes a quiz for so many minutes; ``slips`` answers are wrong."""

    course: str
    outcome: Outcome
    minutes: int = 12
    slips: int = 0


@dataclass(frozen=True, slots=True)
class Recognise(Learning):
    """An office records an award that was not earned by quiz: ``how`` is session, prior or import."""

    organisation: str
    course: str
    how: str
    earned_on: date
    evidence: str


@dataclass(frozen=True, slots=True)
class Exempt(Act):
    """HR exempts somebody from the requirements of some courses."""

    staff_number: str
    courses: tuple[str, ...]
    from_on: date
    until_on: date | None
    kind: str
    reason: str
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Revoke(Act):
    """HR ends the latest award of a course."""

    course: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correct(Act):
    """HR has the latest award of a course printed again with another name."""

    course: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Demand:
    """An organisation, or the house where none is named, requires a course of people from a day on.

    ``changes`` says whether it is another version of the requirement there is. ``only_with_children`` leaves
    everybody else alone.
    """

    at: datetime
    organisation: str | None
    course: str
    effective_from: date
    due_days: int
    grace_days: int
    only_with_children: bool
    reason: str
    changes: bool = False


@dataclass(frozen=True, slots=True)
class Signpost:
    """Somebody publishes a station's referral pathway."""

    at: datetime
    station: str
    contacts: tuple[dict[str, str], ...]
    note: str
    verified_on: date
    review_by: date
    change: str


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happens, the earliest first. The places and organisations are those of `lms.demo.places`."""

    anchor: date
    seed: int
    begins_at: datetime
    acts: tuple[Act | Demand | Signpost, ...]
    people: int = 0
    stations: tuple[str, ...] = field(default=())


def list_of(act: Act | Demand | Signpost) -> tuple[datetime, str, str, str, str] | None:
    """Returns on which list an act stands: those of one moment, office, course, sector and way of earning it."""
    if not isinstance(act, Recognise):
        return None
    return act.at, act.organisation, act.course, act.sector, act.how
