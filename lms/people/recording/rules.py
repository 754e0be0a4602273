"""Finds in the trail why placements were recorded and withdrawn. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from lms.audit.api import TrailEntry
from lms.people.rules import AssignmentDetails

PLACED, ENDED, WITHDRAWN = "people.place", "people.end_placement", "people.withdraw_placement"
IMPORT_UNDONE = "people.import_undo_person"


class PlacementRow(NamedTuple):
    """What a stored placement says, and when it was recorded and withdrawn."""

    id: int
    details: AssignmentDetails
    from_on: date
    recorded_at: datetime
    retracted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PlacementReasons:
    """Why a placement was recorded and why withdrawn, empty where no reason is known, and by which imports.

    `earlier` is the id of the placement whose last day it changed, if it did. `replaced` says that a withdrawn one
    was not wrong: another with the same first day took its place.
    """

    reason: str = ""
    import_id: int | None = None
    end_reason: str = ""
    end_import_id: int | None = None
    earlier: int | None = None
    replaced: bool = False


def explain_placements(rows: Sequence[PlacementRow], entries: Sequence[TrailEntry]) -> dict[int, PlacementReasons]:
    """Returns the reasons by placement, from all placements of an employment and the entries about them and it."""
    own = {(each.action, each.subject_number): each for each in entries}
    placed = {number: each for each in entries for number in each.detail.get("placed", ())}
    taken = {number: each for each in entries for number in each.detail.get("withdrawn", ())}
    undone = [each for each in entries if each.action == IMPORT_UNDONE]

    def end_of(row: PlacementRow) -> TrailEntry | None:
        if row.retracted_at is None:
            return None
        by_hand = own.get((ENDED, row.id)) or own.get((WITHDRAWN, row.id)) or taken.get(row.id)
        number = _import_of(placed.get(row.id))
        return by_hand or next((each for each in undone if number and _import_of(each) == number), None)

    def earlier_than(row: PlacementRow) -> PlacementRow | None:
        candidates = [
            each
            for each in rows
            if each.id < row.id
            and each.retracted_at is not None
            and each.retracted_at <= row.recorded_at
            and (each.from_on, each.details) == (row.from_on, row.details)
            and ((ENDED, each.id) in own or (each.id in taken and taken[each.id] is placed.get(row.id)))
        ]
        return None if (PLACED, row.id) in own else max(candidates, key=lambda each: each.id, default=None)

    found, changed = {}, {each.id: earlier_than(each) for each in rows}
    successors = {each.id for each in changed.values() if each}
    for row in rows:
        before, end = changed[row.id], end_of(row)
        restored = max((each for each in undone if each.at <= row.recorded_at), key=lambda each: each.at, default=None)
        begin = own.get((PLACED, row.id)) or placed.get(row.id) or (end_of(before) if before else restored)
        found[row.id] = PlacementReasons(
            begin.reason if begin else "",
            _import_of(begin),
            end.reason if end else "",
            _import_of(end),
            before.id if before else None,
            row.id in successors,
        )
    return found


def _import_of(entry: TrailEntry | None) -> int | None:
    return entry.detail.get("people_import") if entry else None
