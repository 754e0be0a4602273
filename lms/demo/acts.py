"""The acts of the demonstration, and the data file that holds them: one act a line, the earliest first. Pure.

Days and moments in the file are counted from the anchor day, which is the day of loading, so that the demonstration
always ends the day before. ``make demonstration`` writes the file (`tools/demonstration`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationInfo

DATA_FILE = Path(__file__).with_name("demonstration.jsonl")


def _read_day(value: int, info: ValidationInfo[date]) -> date:
    return info.context + timedelta(days=value)


def _read_moment(value: str, info: ValidationInfo[date]) -> datetime:
    days, _space, clock = value.partition(" ")
    return datetime.combine(_read_day(int(days), info), time.fromisoformat(clock), UTC)


Day = Annotated[date, BeforeValidator(_read_day)]
"""In the file the number of days after the anchor day."""

Moment = Annotated[datetime, BeforeValidator(_read_moment)]
"""In the file such a number and the time in UTC, as in ``-12 16:00:00``."""


class Outcome(StrEnum):
    """How a quiz ends."""

    PASSED = "passed"
    FAILED = "failed"
    RED_LINE = "red_line"
    LEFT_OPEN = "left_open"


@dataclass(frozen=True, slots=True)
class Job:
    """What somebody does, at a station given by its slug."""

    station: str
    sector: str
    role: str
    contract: str = "staff"
    works_with_children: bool = False
    also_sectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is. ``roles`` are words of `Role`; HR is of the first employer, other roles of all organisations."""

    name: str
    email: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Act:
    """Something that is done at a moment and recorded then."""

    at: Moment


@dataclass(frozen=True, slots=True)
class AddStation(Act):
    """A duty station is recorded; ``time_zone`` is an IANA name."""

    slug: str
    name: str
    country: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class AddOrganisation(Act):
    """An organisation is recorded."""

    slug: str
    name: str
    initials: str
    time_zone: str
    shares_coverage: bool


@dataclass(frozen=True, slots=True)
class Require(Act):
    """An organisation, or None for all of them, requires a course from a day on.

    ``changes`` says whether it is another version of a requirement that there is.
    """

    organisation: str | None
    course: str
    effective_from: Day
    due_days: int
    grace_days: int
    only_with_children: bool
    reason: str
    changes: bool = False


@dataclass(frozen=True, slots=True)
class PublishPathway(Act):
    """Somebody publishes the referral pathway of a station.

    HR of ``organisation`` writes it and a coordinator confirms it; where none is named, the installation publishes it.
    """

    station: str
    contacts: tuple[dict[str, str], ...]
    verified_on: Day
    review_by: Day
    note: str = ""
    change: str = ""
    organisation: str | None = None


@dataclass(frozen=True, slots=True)
class PersonAct(Act):
    """Something that one person does or that is done about them. ``person`` is their number in the file, from 0."""

    person: int


@dataclass(frozen=True, slots=True)
class Join(PersonAct):
    """Somebody begins to work for an organisation; the first time they do anywhere they bring an identity."""

    organisation: str
    staff_number: str
    job: Job
    from_on: Day
    identity: Identity | None = None


@dataclass(frozen=True, slots=True)
class ChangeJob(PersonAct):
    """Somebody goes on with another job from a day on, or begins again after a break."""

    staff_number: str
    job: Job
    from_on: Day


@dataclass(frozen=True, slots=True)
class Leave(PersonAct):
    """Somebody's last day becomes known."""

    staff_number: str
    through_on: Day


@dataclass(frozen=True, slots=True)
class CourseAct(PersonAct):
    """Something that is about one course of a person, by its slug."""

    course: str


@dataclass(frozen=True, slots=True)
class Learn(CourseAct):
    """Something by which a course is learned. ``sector`` is None unless it is learned sector by sector."""

    sector: str | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Read(Learn):
    """Somebody completes the next modules of a course, one at each moment; ``at`` is the last of them."""

    moments: tuple[Moment, ...]


@dataclass(frozen=True, slots=True)
class TakeQuiz(Learn):
    """Somebody takes a quiz for so many minutes, with so many slips, as far as the outcome allows them."""

    outcome: Outcome
    minutes: int = 12
    slips: int = 0


@dataclass(frozen=True, slots=True)
class Recognise(Learn):
    """HR records an award that was not earned by quiz: ``how`` is session, prior or import.

    A session names its ``station``; ``{year}`` in the evidence is replaced by the year of the earned day.
    """

    organisation: str
    how: str
    earned_on: Day
    station: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Revoke(CourseAct):
    """HR revokes the latest award of a course."""

    reason: str


@dataclass(frozen=True, slots=True)
class CorrectName(CourseAct):
    """HR replaces the latest award of a course by one with another name."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Exempt(PersonAct):
    """HR exempts somebody from some courses; ``{day}`` in the evidence is replaced by the first day."""

    courses: tuple[str, ...]
    from_on: Day
    until_on: Day | None
    kind: str
    reason: str
    evidence: str = ""


KINDS: tuple[type[Act], ...] = (
    AddStation, AddOrganisation, Require, PublishPathway, Join, ChangeJob, Leave, Read, TakeQuiz, Recognise, Revoke,
    CorrectName, Exempt,
)  # fmt: skip
_ADAPTERS: dict[str, TypeAdapter[Any]] = {kind.__name__: TypeAdapter(kind) for kind in KINDS}


def read_acts(lines: Iterable[str], anchor: date) -> Iterator[Act]:
    """Reads the lines of a data file for an anchor day; raises ValueError for a line that is no act."""
    for line in lines:
        name, values = json.loads(line)
        act: Act = _ADAPTERS[name].validate_python(values, context=anchor)
        yield act
