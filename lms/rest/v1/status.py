"""Who holds what is required of them, as of a day and as known at a moment; and who may deploy."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.compliance.api import (
    Clearance,
    MatchResult,
    RequirementStatus,
    StatusGroup,
    StatusRow,
    TrainingStatus,
    check_clearance,
    overall,
    required_statuses_on,
)
from lms.kernel import clock
from lms.kernel.identifiers import clean_identifier, identifier_key
from lms.people.api import load_canonical_ids
from lms.rest.endpoints import Shape, endpoint
from lms.rest.pages import PageQuery, Part
from lms.rest.problems import FieldError, RequestProblem
from lms.rest.v1.queries import find_persons_by_number, list_employments_after
from lms.rest.v1.values import AS_OF, KNOWN_AS_OF, Day, KnownAsOf, Line

MOST_NUMBERS = 5000
MOST_FROM_FACTS = 500
"""How many people are asked about at a time, and how many where nothing is prepared: a millisecond each."""

REASONS = "Whether each status comes with the sentence that explains it."


class RequiredStatusEntry(Shape):
    """The status for one requirement."""

    requirement_id: int
    course: str
    status: TrainingStatus
    group: StatusGroup
    due_on: date | None = Field(description="While something is due or overdue.")
    valid_through: date | None = Field(description="The last day of what is held.")
    award: str | None = Field(description="The serial of the award that explains it; only with reasons.")
    reason: str | None = Field(description="Only with reasons.")


class PersonStatusEntry(Shape):
    """Somebody's status on a day."""

    staff_number: str
    found: bool = Field(description="Whether somebody of the organisation has this staff number.")
    placed: bool = Field(description="Whether they work for the organisation on the day, as known then.")
    status: TrainingStatus | None = Field(description="The worst of what is required; null where they are not placed.")
    requirements: list[RequiredStatusEntry] = Field(description="What is required of them, the worst first.")


class StatusAnswer(Shape):
    """The statuses asked for, in the order of the numbers asked about."""

    as_of: date
    known_as_of: datetime | None
    items: list[PersonStatusEntry]


class StatusPart(StatusAnswer, Part):
    """A part of the statuses of everybody."""


class StatusQuery(PageQuery):
    """Of which day, and as known when."""

    as_of: Day | None = Field(None, description=AS_OF)
    known_as_of: KnownAsOf | None = Field(None, description=KNOWN_AS_OF)
    reasons: bool = Field(False, description=REASONS)


class NumbersToAsk(Shape):
    """Whose status is asked, by staff number; 500 at most with known_as_of or reasons."""

    staff_numbers: list[Line] = Field(min_length=1, max_length=MOST_NUMBERS)
    as_of: Day | None = Field(None, description=AS_OF)
    known_as_of: KnownAsOf | None = Field(None, description=KNOWN_AS_OF)
    reasons: bool = Field(False, description=REASONS)


class ListToClear(Shape):
    """Who is to deploy, by staff number, e-mail address or certificate serial."""

    entries: list[Line] = Field(min_length=1, max_length=MOST_NUMBERS)
    as_of: Day | None = Field(None, description=AS_OF)


class ClearanceLine(Shape):
    """Whether the person of an entry may deploy."""

    entry: str
    match: MatchResult = Field(description="How many people the entry names.")
    clearance: Clearance
    status: TrainingStatus | None
    valid_through: date | None
    explanation: str = Field(description="Empty where each requirement has its own reason.")


class ClearanceList(Shape):
    """The answers in the order of the entries."""

    as_of: date
    items: list[ClearanceLine]


@endpoint("GET", "/status", scope=TokenScope.STATUS_READ, query=StatusQuery, answer=StatusPart)
def status(*, caller: TokenHolder, query: StatusQuery) -> StatusPart:
    """The training status of everybody on a day.

    One entry for each staff number. Two clocks: `as_of` is the day asked about, also one to come; `known_as_of` leaves
    out what was recorded later. Give it with every part, and all parts are of one moment.
    """
    found = list_employments_after(caller.actor, query.after, query.limit)
    part, cursor = query.part_of(found, lambda each: each.id)
    numbers = [(each.staff_number, each.person_id) for each in part]
    day = query.as_of or _today(caller)
    items = _statuses(caller, numbers, day, query.known_as_of, reasons=query.reasons)
    return StatusPart(as_of=day, known_as_of=query.known_as_of, items=items, next_cursor=cursor)


@endpoint("POST", "/status", scope=TokenScope.STATUS_READ, body=NumbersToAsk, answer=StatusAnswer)
def statuses(*, caller: TokenHolder, body: NumbersToAsk) -> StatusAnswer:
    """The training status of some people on a day, by staff number.

    Numbers are found however they are spelled. It records nothing.
    """
    most = MOST_FROM_FACTS if body.reasons or body.known_as_of else MOST_NUMBERS
    if len(body.staff_numbers) > most:
        message = _("Ask about at most %(most)s people at a time with reasons or known_as_of.", most=most)
        raise RequestProblem(422, errors=[FieldError(field="staff_numbers", message=message)])
    persons = find_persons_by_number(caller.actor, body.staff_numbers)
    numbers = [(each, persons.get(identifier_key(each))) for each in body.staff_numbers]
    day = body.as_of or _today(caller)
    items = _statuses(caller, numbers, day, body.known_as_of, reasons=body.reasons)
    return StatusAnswer(as_of=day, known_as_of=body.known_as_of, items=items)


@endpoint("POST", "/clearance", scope=TokenScope.STATUS_READ, body=ListToClear, answer=ClearanceList)
def clearance(*, caller: TokenHolder, body: ListToClear) -> ClearanceList:
    """Who of a list may deploy on a day.

    The same answer as *Check a list of staff*: may_deploy, may_not, nothing_required or undetermined. Somebody on leave
    may not. It records nothing.
    """
    day = body.as_of or _today(caller)
    check = check_clearance(caller.actor, [clean_identifier(each) for each in body.entries], day)
    items = [
        ClearanceLine(
            entry=entry,
            match=each.match,
            clearance=each.clearance,
            status=each.overall,
            valid_through=each.valid_through,
            explanation=each.explanation,
        )
        for entry, each in zip(body.entries, check.entries, strict=True)
    ]
    return ClearanceList(as_of=day, items=items)


def _today(caller: TokenHolder) -> date:
    return clock.today(caller.actor.time_zone)


def _statuses(
    caller: TokenHolder,
    numbers: Sequence[tuple[str, int | None]],
    day: date,
    known_as_of: datetime | None,
    *,
    reasons: bool,
) -> list[PersonStatusEntry]:
    canonical = load_canonical_ids(known_as_of)
    persons = {canonical.get(each, each) for _number, each in numbers if each is not None}
    required: Mapping[int, Sequence[RequirementStatus]] = required_statuses_on(
        persons, caller.organisation_id, day, known_as_of, with_reasons=reasons
    )
    items = []
    for number, person_id in numbers:
        rows = None if person_id is None else required.get(canonical.get(person_id, person_id))
        items.append(
            PersonStatusEntry(
                staff_number=number,
                found=person_id is not None,
                placed=rows is not None,
                status=None if rows is None else overall(each.status for each in rows),
                requirements=[_required(each, reasons=reasons) for each in rows or ()],
            )
        )
    return items


def _required(row: RequirementStatus, *, reasons: bool) -> RequiredStatusEntry:
    explained = row if reasons and isinstance(row, StatusRow) else None
    return RequiredStatusEntry(
        requirement_id=row.requirement_id,
        course=row.course_slug,
        status=row.status,
        group=row.status.group or StatusGroup.COMPLIANT,
        due_on=row.due_on,
        valid_through=row.valid_through,
        award=explained.award if explained else None,
        reason=explained.sentence if explained else None,
    )
