"""Every SELECT about how placements were recorded."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Optional

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from lms.audit.api import TrailEntry, list_entries_about
from lms.kernel.db import session
from lms.people.models import Placement
from lms.people.recording.rules import PlacementReasons, PlacementRow, explain_placements


@dataclass(frozen=True, slots=True)
class RecordedPlacement:
    """A placement with the reasons given; `earlier` is the one whose last day it changed, if it did."""

    placement: Placement
    why: PlacementReasons
    earlier: Optional["RecordedPlacement"] = None

    @property
    def first(self) -> "RecordedPlacement":
        """Returns the placement as it was recorded first."""
        return self.earlier.first if self.earlier else self


def list_recorded_placements(employment_ids: Collection[int]) -> list[RecordedPlacement]:
    """Lists all placements of some employments, withdrawn ones too, the latest recorded first. Three queries."""
    ids = sorted(employment_ids)
    placements = session.scalars(
        select(Placement)
        .options(joinedload(Placement.station))
        .where(Placement.employment_id.in_(ids))
        .order_by(Placement.id)
    ).all()
    by_employment: defaultdict[int, list[PlacementRow]] = defaultdict(list)
    for each in placements:
        row = PlacementRow(each.id, each.details, each.from_on, each.recorded_at, each.retracted_at)
        by_employment[each.employment_id].append(row)
    entries = [
        *list_entries_about("placement", [each.id for each in placements]),
        *list_entries_about("employment", ids),
    ]
    why: dict[int, PlacementReasons] = {}
    for employment_id, rows in by_employment.items():
        numbers = {each.id for each in rows}
        why |= explain_placements(rows, [each for each in entries if _is_about(each, employment_id, numbers)])
    found: dict[int, RecordedPlacement] = {}
    for each in placements:
        reasons = why[each.id]
        found[each.id] = RecordedPlacement(each, reasons, found.get(reasons.earlier or 0))
    return list(reversed(found.values()))


def _is_about(entry: TrailEntry, employment_id: int, placement_ids: Collection[int]) -> bool:
    about = {"employment": [employment_id], "placement": placement_ids}
    return entry.subject_number in about[entry.subject]
