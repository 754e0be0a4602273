"""Checks lists of people who attended a session or were trained before: who would get an award, and who not and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from hashlib import sha256
from typing import Any

from sqlalchemy import Row

from lms.catalogue.api import PublishedCourse
from lms.certification.awards.dates import DecidedDates, Earning, decide_dates_of
from lms.certification.awards.rules import earliest_recognised_day
from lms.certification.awards.snapshot import award_sector
from lms.certification.training import queries
from lms.certification.training.parser import LONGEST_EVIDENCE, MOST_LINES, TrainingLine
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotAllowed
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.people.api import find_staff, load_canonical_ids, may_act_for, merged_ids
from lms.people.models import Person


class LineOutcome(StrEnum):
    """The outcome of a line of a list: the first two give an award, the others none."""

    NEW = "new"
    RENEWED = "renewed"
    COVERED = "covered"
    SAME_DAY = "same_day"
    UNKNOWN = "unknown"
    DUPLICATE = "duplicate"
    OWN = "own"
    NO_DAY = "no_day"
    NO_EVIDENCE = "no_evidence"
    FUTURE = "future"
    TOO_OLD = "too_old"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class TrainingDetails:
    """What all lines of a list have in common: the organisation, the course, how it was learned, and who checked it.

    `how` is session or prior. `renew` says whether people with a certificate that was valid on the day get a new one.
    `oldest_months` is how many months ago training may have been to be recognised.
    """

    organisation_id: int
    course: PublishedCourse
    sector: str | None
    how: str
    renew: bool
    checked_by: str
    oldest_months: int


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line and its outcome; `person` is None where nobody of the organisation has the staff number.

    `until` is the last valid day of the award that the line gives or, where somebody is covered, of the present one;
    `limit` is the earliest day that is recognised, `first_line` the number of the line that names the person first;
    `decided` has the dates of the award with what they follow from.
    """

    line: TrainingLine
    outcome: LineOutcome
    person: Person | None = None
    until: date | None = None
    limit: date | None = None
    first_line: int | None = None
    decided: DecidedDates | None = None

    @property
    def is_awarded(self) -> bool:
        """Says whether the line gives an award."""
        return self.outcome in (LineOutcome.NEW, LineOutcome.RENEWED)


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list with the outcome of every line; nothing of it is recorded."""

    details: TrainingDetails
    lines: Sequence[CheckedLine]

    @property
    def awarded(self) -> list[CheckedLine]:
        """Returns the lines that give an award."""
        return [each for each in self.lines if each.is_awarded]

    @property
    def left_out(self) -> list[CheckedLine]:
        """Returns the lines that give none."""
        return [each for each in self.lines if not each.is_awarded]

    @property
    def checksum(self) -> str:
        """Returns a digest of everything that recording the list would do, to notice when that has changed."""
        details = self.details
        common = (details.organisation_id, details.course.revision_id, details.sector, details.how)
        outcomes = [
            (each.line, each.outcome, each.person.id if each.person else None, each.until) for each in self.lines
        ]
        return sha256(repr((common, outcomes)).encode()).hexdigest()[:32]


def require_hr(actor: Actor, organisation_id: int) -> None:
    """Raises `NotAllowed` for whoever may not record the training of an organisation."""
    if not may_act_for(actor, organisation_id):
        raise NotAllowed(_("This belongs to another organisation."))


def check_list(actor: Actor, details: TrainingDetails, lines: Sequence[TrainingLine]) -> CheckedList:
    """Checks a list line by line: who would get what, and who is left out and why. Records nothing.

    Raises NotAllowed, SectorMissing, and Invalid for a list that is empty or too long.
    """
    require_hr(actor, details.organisation_id)
    details = replace(details, sector=award_sector(details.course, details.sector))
    if not lines:
        raise Invalid(_("The list is empty."), field="lines")
    if len(lines) > MOST_LINES:
        raise Invalid(
            _("A list can have at most %(most)s lines; this one has %(count)s.", most=MOST_LINES, count=len(lines)),
            field="lines",
        )
    staff = find_staff(details.organisation_id, {each.staff_number for each in lines})
    canonical_ids = load_canonical_ids()
    earlier = queries.list_earlier_awards({each.id for each in staff.values()}, details.course.course_id, canonical_ids)
    own = merged_ids([actor.person_id], canonical_ids) if actor.person_id is not None else frozenset()
    today = clock.today(actor.time_zone)
    limit = earliest_recognised_day(today, details.oldest_months)
    first_lines: dict[int, int] = {}
    checked = []
    for line in lines:
        number = identifier_key(line.staff_number)
        person = staff.get(number)
        if person is None:
            checked.append(CheckedLine(line, LineOutcome.UNKNOWN))
            continue
        # Merged records are one person.
        same = canonical_ids.get(person.id, person.id)
        if same in first_lines:
            checked.append(CheckedLine(line, LineOutcome.DUPLICATE, person, first_line=first_lines[same]))
        else:
            first_lines[same] = line.number
            new = CheckedLine(line, LineOutcome.NEW, person, limit=limit)
            checked.append(_check_line(details, new, today, earlier.get(same, [])))
    checked = [
        replace(each, outcome=LineOutcome.OWN) if each.is_awarded and each.person and each.person.id in own else each
        for each in _with_dates(actor, details, checked, merged_ids(earlier, canonical_ids))
    ]
    return CheckedList(details, checked)


def _with_dates(
    actor: Actor, details: TrainingDetails, checked: Sequence[CheckedLine], holders: Collection[int]
) -> list[CheckedLine]:
    """Adds the dates to the lines that give an award; prior training that has ended by today gives none.

    `holders` are the persons who ever had the course, also under a merged record.
    """
    earnings = {
        place: Earning(each.person.id, details.sector, each.line.earned_on, each.person.id in holders)
        for place, each in enumerate(checked)
        if each.is_awarded and each.person and each.line.earned_on
    }
    decided = decide_dates_of(details.course, list(earnings.values()))
    found, today = list(checked), clock.today(actor.time_zone)
    for place, dates in zip(earnings, decided, strict=True):
        until = dates.dates.valid_until
        has_ended = details.how == "prior" and until < today
        outcome = LineOutcome.ENDED if has_ended else checked[place].outcome
        found[place] = replace(checked[place], until=until, outcome=outcome, decided=dates)
    return found


def _check_line(
    details: TrainingDetails, checked: CheckedLine, today: date, earlier: Sequence[Row[*tuple[Any, ...]]]
) -> CheckedLine:
    """Checks the first line of a person, but for the dates; `earlier` are all their awards of the course."""
    line, limit = checked.line, checked.limit or date.min
    day = line.earned_on
    if day is None:
        return replace(checked, outcome=LineOutcome.NO_DAY)
    if not 0 < len(line.evidence) <= LONGEST_EVIDENCE:
        return replace(checked, outcome=LineOutcome.NO_EVIDENCE)
    if not limit <= day <= today:
        return replace(checked, outcome=LineOutcome.TOO_OLD if day < limit else LineOutcome.FUTURE)
    covering = [
        each
        for each in earlier
        if each.counts and details.sector in (None, each.sector) and each.earned_on <= day <= each.valid_until
    ]
    same_day = any(each.earned_on == day for each in covering)
    if covering and (same_day or not details.renew):
        outcome = LineOutcome.SAME_DAY if same_day else LineOutcome.COVERED
        return replace(checked, outcome=outcome, until=max(each.valid_until for each in covering))
    return replace(checked, outcome=LineOutcome.RENEWED) if covering else checked
