"""Pure rules of importing: from the rows of a person and what is recorded to a plan.

One person's rows are planned together. A placement that is recorded already, under the same first day or within a
longer one with the same details, changes nothing: so a list can be imported twice.

Many lists show the present assignment beside the day of joining. So a row that contradicts what is recorded from
that day on is planned only when HR has said what it means: moved on the day of the list, or recorded wrongly.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from lms.kernel.days import ONE_DAY
from lms.kernel.transaction_size import size_next
from lms.people.importing.parse import ImportChoices, Note, ParsedRow, comparison_key
from lms.people.rules import AssignmentDetails, overlap

OUTCOMES = ("added", "moved", "ended", "corrected", "unchanged", "rejected")
"""What comes of a row."""

CHANGES = ("added", "moved", "ended", "corrected")
"""The outcomes that record something."""

PEOPLE_PER_BATCH = 25
"""How many people are applied together at least."""

MOST_BATCHES = 8
"""How many batches are applied in one transaction at most."""

MOST_ROWS_PER_PERSON = 100
"""More rows than this of one staff number are no history of placements, but a wrong column."""


@dataclass(frozen=True, slots=True)
class PlannedPlacement:
    """A placement that is recorded, or that is to be recorded and has no id yet."""

    id: int | None
    details: AssignmentDetails
    from_on: date
    through_on: date | None

    @classmethod
    def of(cls, row: Any) -> "PlannedPlacement":
        """Returns a recorded placement, from its row or from a row of its columns."""
        return cls(row.id, AssignmentDetails.of(row), row.from_on, row.through_on)

    def overlaps(self, from_on: date, through_on: date | None) -> bool:
        """Says whether the placement shares a day with a period."""
        return overlap(self.from_on, self.through_on, from_on, through_on)


@dataclass(frozen=True, slots=True)
class KnownEmployee:
    """Somebody with a staff number at the organisation, and their active placements."""

    employment_id: int
    person_id: int
    name: str
    placements: tuple[PlannedPlacement, ...] = ()
    staff_number: str = ""
    works_elsewhere: bool = False

    def works_here(self, day: date) -> bool:
        """Says whether they work at the organisation on a day or later."""
        return any(each.through_on is None or each.through_on >= day for each in self.placements)


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What comes of a row, and why."""

    outcome: str
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class PersonPlan:
    """What is done about one person: the outcome by row number, placements to withdraw and to record, a new name."""

    outcomes: Mapping[int, RowOutcome]
    withdraw: tuple[int, ...] = ()
    add: tuple[PlannedPlacement, ...] = ()
    name: str = ""


def is_same_name(one: str, other: str) -> bool:
    """Says whether two spellings are one name: accents, capitals, commas and the order of the words do not count."""
    if one == other:
        return True
    first, second = (sorted(comparison_key(name.replace(",", " ")).split()) for name in (one, other))
    return bool(first) and first == second


def find_conflicts(rows: Sequence[ParsedRow]) -> dict[int, list[Note]]:
    """Returns how rows of one staff number contradict each other, by row number.

    A row that repeats another is rejected; of rows that share days all are, each naming the other; and rows under
    different names are all rejected, because nobody can say which of them is right.
    """
    if len(rows) > MOST_ROWS_PER_PERSON:
        return {row.number: [{"code": "too_many_rows", "row": rows[0].number}] for row in rows}
    found: dict[int, list[Note]] = {}
    distinct: list[ParsedRow] = []
    for row in rows:
        if same := next((other for other in distinct if replace(row, number=other.number) == other), None):
            found[row.number] = [{"code": "same_as_row", "row": same.number}]
        else:
            distinct.append(row)
    for index, row in enumerate(distinct):
        for other in distinct[:index]:
            same_name = is_same_name(row.name, other.name)
            if same_name and not overlap(row.from_on, row.through_on, other.from_on, other.through_on):
                continue
            code = "overlaps_row" if same_name else "other_name_in_row"
            found.setdefault(row.number, []).append({"code": code, "row": other.number})
            found.setdefault(other.number, []).append({"code": code, "row": row.number})
    # Three say enough.
    return {number: notes[:3] for number, notes in found.items()}


def plan_person(
    rows: Sequence[ParsedRow], known: KnownEmployee | None, choices: ImportChoices | None = None
) -> PersonPlan:
    """Plans the rows of one staff number that do not contradict each other."""
    choices = choices or ImportChoices()
    name = next((row.name for row in rows if known and not is_same_name(row.name, known.name)), "")
    if known and name:
        # As on the person's page: HR of former employers does not correct who works for others by now.
        is_theirs = known.works_elsewhere and not known.works_here(choices.listed_on)
        if is_theirs or not choices.correct_names:
            code = "other_name_elsewhere" if is_theirs else "other_name_here"
            rejected = RowOutcome("rejected", ({"code": code, "text": known.name},))
            return PersonPlan({row.number: rejected for row in rows})
    if len(rows) == 1 and rows[0].status == "left":
        return _plan_leaver(rows[0], known, choices)
    before = known.placements if known else ()
    state = list(before)
    outcomes: dict[int, RowOutcome] = {}
    for row in sorted(rows, key=lambda each: each.from_on):
        outcomes[row.number], state = _apply_row(row, state, choices)
    if known and name:
        outcomes = {number: _correct_name(each, known.name, name) for number, each in outcomes.items()}
    remaining = {placement.id for placement in state}
    return PersonPlan(
        outcomes,
        tuple(each.id for each in before if each.id is not None and each.id not in remaining),
        tuple(each for each in state if each.id is None),
        name,
    )


def plan_absent(placements: Sequence[PlannedPlacement], last_on: date) -> PersonPlan | None:
    """Plans somebody whom the list does not name: who works on the last day leaves with it.

    Returns None for who left before, leaves that day anyway, or only starts later.
    """
    running = _on(placements, last_on)
    if running is None:
        return None
    later = tuple(each.id for each in placements if each.from_on > last_on and each.id is not None)
    if running.through_on == last_on and not later:
        return None
    outcomes = {0: RowOutcome("ended", ({"code": "absent", "day": last_on.isoformat()},))}
    if running.through_on == last_on or running.id is None:
        return PersonPlan(outcomes, later)
    return PersonPlan(outcomes, (running.id, *later), (replace(running, id=None, through_on=last_on),))


def _plan_leaver(row: ParsedRow, known: KnownEmployee | None, choices: ImportChoices) -> PersonPlan:
    """Plans somebody of whom the list says that they have left: only the last day counts of what else it says."""
    if known is None:
        return PersonPlan({row.number: RowOutcome("unchanged", ({"code": "left_unknown"},))})
    last_on = row.through_on or choices.leavers_on
    if last_on is None:
        works = known.works_here(choices.listed_on)
        return PersonPlan({row.number: _reject("left_no_day") if works else RowOutcome("unchanged")})
    plan = plan_absent(known.placements, last_on)
    if plan is None:
        return PersonPlan({row.number: RowOutcome("unchanged")})
    outcome = RowOutcome("ended", ({"code": "ends", "day": _iso(last_on)},))
    return PersonPlan({row.number: outcome}, plan.withdraw, plan.add)


def assign_batches(keys: Iterable[str]) -> dict[str, int]:
    """Returns the number of the batch each person is applied with, by staff number and in their order; from 1."""
    return {key: index // PEOPLE_PER_BATCH + 1 for index, key in enumerate(keys)}


def batches_next(done: int, seconds: float) -> int:
    """Returns how many batches the next transaction applies, from how many the last one applied in what time."""
    return size_next(done, seconds, MOST_BATCHES)


def _correct_name(outcome: RowOutcome, recorded: str, name: str) -> RowOutcome:
    if outcome.outcome == "rejected":
        return outcome
    note: Note = {"code": "name_corrected", "before": recorded, "text": name}
    return RowOutcome("corrected" if outcome.outcome == "unchanged" else outcome.outcome, (*outcome.notes, note))


def _on(placements: Iterable[PlannedPlacement], day: date) -> PlannedPlacement | None:
    return next((each for each in placements if each.overlaps(day, day)), None)


def _apply_row(
    row: ParsedRow, state: list[PlannedPlacement], choices: ImportChoices
) -> tuple[RowOutcome, list[PlannedPlacement]]:
    listed_on = choices.listed_on
    if row.from_on >= listed_on:
        return _write_row(row, state)
    is_present = row.last_day_unchanged or row.through_on is None or row.through_on >= listed_on
    running = _on(state, listed_on) if is_present else None
    if running and row.from_on < running.from_on and row.fits(running.details):
        outcome, after = _write_row(replace(row, from_on=running.from_on), state)
        since: Note = {"code": "recorded_since", "day": _iso(running.from_on)}
        return (outcome if outcome.notes else replace(outcome, notes=(since,))), after
    outcome, after = _write_row(row, state)
    differs = running if running and row.from_on <= running.from_on and not row.fits(running.details) else None
    if differs is None and not _rewrites(outcome, listed_on, is_present=is_present):
        return outcome, after
    if choices.same_first_day == "correction":
        return (_overlaps(differs), state) if differs and outcome.outcome == "unchanged" else (outcome, after)
    if choices.same_first_day == "moved":
        return _move_row(row, state, choices.moved_on, is_present=is_present)
    return _reject("same_first_day"), state


def _move_row(
    row: ParsedRow, state: list[PlannedPlacement], moved_on: date, *, is_present: bool
) -> tuple[RowOutcome, list[PlannedPlacement]]:
    if not is_present or moved_on <= row.from_on:
        return _reject("past_differs"), state
    if row.last_day_unchanged and _on(state, moved_on) is None:
        return _reject("left_before", moved_on), state
    return _write_row(replace(row, from_on=moved_on), state)


def _rewrites(outcome: RowOutcome, listed_on: date, *, is_present: bool) -> bool:
    """Says whether a row, as written, contradicts what is recorded from before the day of the list on."""
    codes = ("takes_place", "overlaps_recorded") if is_present else ("takes_place",)
    return any(note["code"] in codes and note["day"] < _iso(listed_on) for note in outcome.notes)


def _write_row(row: ParsedRow, state: list[PlannedPlacement]) -> tuple[RowOutcome, list[PlannedPlacement]]:
    current = _on(state, row.from_on)
    through_on = current.through_on if current and row.last_day_unchanged else row.through_on
    others = [each for each in state if each is not current]
    if current is not None and row.fits(current.details):
        if through_on == current.through_on:
            return RowOutcome("unchanged"), state
        planned = replace(current, id=None, through_on=through_on)
        outcome = RowOutcome("ended", ({"code": "ends" if through_on else "open_again", "day": _iso(through_on)},))
    else:
        details = row.details(current.details if current else None)
        planned = PlannedPlacement(None, details, row.from_on, through_on)
        if current is None:
            follows = any(each.through_on == row.from_on - ONE_DAY for each in others)
            outcome = RowOutcome("moved" if follows else "added")
        elif current.from_on == row.from_on:
            outcome = RowOutcome("moved", ({"code": "takes_place", "day": _iso(current.from_on)},))
        else:
            outcome = RowOutcome("moved", ({"code": "before_ends", "day": _iso(row.from_on - ONE_DAY)},))
    for other in others:
        if other.overlaps(planned.from_on, planned.through_on):
            return _overlaps(other), state
    if current is not None and current.from_on < planned.from_on:
        others.append(replace(current, id=None, through_on=planned.from_on - ONE_DAY))
    return outcome, [*others, planned]


def _reject(code: str, day: date | None = None) -> RowOutcome:
    return RowOutcome("rejected", ({"code": code, "day": _iso(day)},))


def _overlaps(other: PlannedPlacement) -> RowOutcome:
    note: Note = {"code": "overlaps_recorded", "day": _iso(other.from_on), "through": _iso(other.through_on)}
    return RowOutcome("rejected", (note,))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
