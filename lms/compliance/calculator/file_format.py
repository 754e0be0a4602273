"""The shape of a file of facts: every object and value of it, read strictly.

The shape is interface, described in docs/handbook/status.md, "The calculator".
"""

import json
import re
from datetime import UTC, date, datetime, time
from typing import Annotated, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StringConstraints

from lms.certification.awards.rules import Period, parse_period
from lms.compliance.status.facts import GAP_DAYS

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_A_CENTURY = 36_525
_SHOWN_CHARACTERS = 40


def read_day(value: object) -> date:
    """Reads a day written YYYY-MM-DD; raises ValueError with a sentence otherwise."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value} is not a day of the calendar.") from None
    raise ValueError(f"{_shown(value)} is not a day written YYYY-MM-DD.")


def read_moment(value: object) -> datetime:
    """Reads a moment with its zone, 2026-11-22T09:14:00Z; raises ValueError with a sentence otherwise."""
    if isinstance(value, str) and _DAY.match(value) and value[10:11] in ("T", "t", " "):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"{value} is not a moment of the calendar.") from None
        if moment.tzinfo is not None:
            return moment
    raise ValueError(f"{_shown(value)} is not a moment with its zone, written 2026-11-22T09:14:00Z.")


def read_known_as_of(text: str) -> datetime:
    """Reads a moment of knowledge, where a day means its end in UTC; raises ValueError otherwise."""
    if _DAY.fullmatch(text):
        return datetime.combine(read_day(text), time.max, UTC)
    return read_moment(text)


def _read_period(value: object) -> Period:
    if not isinstance(value, str):
        raise ValueError(f"{_shown(value)} is not a period such as P2Y.")
    try:
        return parse_period(value)
    except ValueError as error:
        raise ValueError(f"{error}.") from None


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


Word: TypeAlias = Annotated[str, StringConstraints(strict=True, min_length=1)]
Day: TypeAlias = Annotated[date, BeforeValidator(read_day)]
Moment: TypeAlias = Annotated[datetime, BeforeValidator(read_moment)]
Days: TypeAlias = Annotated[StrictInt, Field(ge=0, le=_A_CENTURY)]
Edition: TypeAlias = Annotated[StrictInt, Field(ge=1)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SettingsShape(_Shape):
    """The installation's choices."""

    gap_days: Days = GAP_DAYS


class PlacementShape(_Shape):
    """A person works for an organisation at a station in one main sector, from day to day inclusive."""

    person: Word
    organisation: Word
    station: Word
    sector: Word
    also_sectors: frozenset[Word] = frozenset()
    role: Word
    contract: Word
    works_with_children: StrictBool = False
    from_on: Day = Field(alias="from")
    through_on: Day | None = Field(None, alias="through")
    recorded_at: Moment
    retracted_at: Moment | None = None


class MatchShape(_Shape):
    """To whom a version applies; an empty list matches everybody."""

    sectors: frozenset[Word] = frozenset()
    stations: frozenset[Word] = frozenset()
    roles: frozenset[Word] = frozenset()
    contracts: frozenset[Word] = frozenset()
    works_with_children: StrictBool | None = None


class VersionShape(_Shape):
    """What a requirement says from a day on."""

    effective_from: Day
    effective_through: Day | None = None
    due_days: Days
    window_days: Days = 0
    grace_days: Days = 0
    max_age: Annotated[Period, BeforeValidator(_read_period)] | None = None
    min_edition: Edition | None = None
    renew_by: Day | None = None
    match: MatchShape = MatchShape()
    recorded_at: Moment


class RequirementShape(_Shape):
    """An organisation (null: all organisations) requires its people to hold a course."""

    id: Word
    organisation: Word | None
    course: Word
    per_sector: StrictBool = False
    versions: tuple[VersionShape, ...]


class AwardShape(_Shape):
    """A person earned a course on a day."""

    id: Word
    person: Word
    course: Word
    sector: Word | None = None
    edition: Edition = 1
    earned_on: Day
    valid_until: Day
    supersedes: Word | None = None
    recorded_at: Moment


class RevocationShape(_Shape):
    """An award stops counting on a day."""

    award: Word
    effective_on: Day
    recorded_at: Moment


class ExemptionShape(_Shape):
    """A person need not meet a requirement, or (null) any, from day to day, in one organisation or (null) in all."""

    person: Word
    requirement: Word | None
    organisation: Word | None = None
    from_on: Day = Field(alias="from")
    until_on: Day | None = Field(None, alias="until")
    recorded_at: Moment
    retracted_at: Moment | None = None


class ProgressShape(_Shape):
    """A person attempted or completed something of a course on a day."""

    person: Word
    course: Word
    sector: Word | None = None
    on: Day
    recorded_at: Moment


class FactsShape(_Shape):
    """A whole file of facts; what is left out is empty."""

    settings: SettingsShape = SettingsShape()
    placements: tuple[PlacementShape, ...] = ()
    requirements: tuple[RequirementShape, ...] = ()
    awards: tuple[AwardShape, ...] = ()
    revocations: tuple[RevocationShape, ...] = ()
    exemptions: tuple[ExemptionShape, ...] = ()
    progress: tuple[ProgressShape, ...] = ()
