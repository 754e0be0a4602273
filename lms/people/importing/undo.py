"""Undoing an applied list: some batches at a time, the last ones first, each time one transaction."""

from collections.abc import Sequence
from time import perf_counter

from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session, unit_of_work
from lms.people.events import additions_undone, import_began, import_finished, placements_changed
from lms.people.importing import operations, queries
from lms.people.importing.apply import insert_placements, withdraw
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.names import restore_names
from lms.people.importing.plan import PlannedPlacement


def undo_batches(import_id: int, batch: int, count: int) -> None:
    """Undoes some batches, the last first: placements they recorded are withdrawn, those they withdrew recorded anew.

    People whose placements were changed after the import are left alone, and their row says so.
    """
    with unit_of_work():
        people_import = queries.lock_import(import_id)
        if (
            people_import is None
            or people_import.undo_requested_at is None
            or batch != people_import.batches_done - people_import.batches_undone
        ):
            return
        began = perf_counter()
        if batch == people_import.batches_done:
            import_began.send(None, organisation_id=people_import.organisation_id)
        remaining = max(0, batch - count)
        rows = queries.list_rows_of_batches(import_id, remaining + 1, batch)
        _undo_rows(people_import, [row for row in rows if row.recorded])
        people_import.batches_undone = people_import.batches_done - remaining
        if remaining:
            operations.enqueue_next(people_import, "undo", batch=remaining, done=count, began=began)
            return
        people_import.counts = people_import.counts | queries.count_outcomes(import_id)
        people_import.undone_at = clock.now()
        import_finished.send(None, organisation_id=people_import.organisation_id)
        operations.anonymise(people_import)


def _undo_rows(people_import: PeopleImport, rows: Sequence[PeopleImportRow]) -> None:
    actor = Actor(account_id=people_import.undo_requested_by)
    active = queries.lock_active_placements(sorted({row.recorded["employment"][0] for row in rows}))
    withdrawn = queries.find_placements(each for row in rows for each in row.recorded["taken"])
    to_withdraw: list[int] = []
    to_restore: list[tuple[int, PlannedPlacement]] = []
    changed: set[int] = set()
    without_work: set[int] = set()
    for row in rows:
        (employment_id,), added = row.recorded["employment"], set(row.recorded["added"])
        restored = [withdrawn[each] for each in row.recorded["taken"]]
        others = [each for each in active[employment_id] if each.id not in added]
        overlaps = any(one.overlaps(other.from_on, other.through_on) for one in restored for other in others)
        if overlaps or not added <= {each.id for each in active[employment_id]}:
            row.skipped = True
            continue
        to_withdraw += sorted(added)
        to_restore += [(employment_id, placement) for placement in restored]
        changed.add(employment_id)
        if not others:
            without_work.update(row.recorded.get("person", ()))
        restore_names(people_import, actor, row.recorded.get("corrections", []))
        record(
            actor, "people.import_undo_person", "employment", employment_id,
            organisation_id=people_import.organisation_id, reason=people_import.undo_reason,
            people_import=people_import.id,
        )  # fmt: skip
    withdraw(actor, to_withdraw)
    insert_placements(actor, to_restore)
    if changed:
        session.flush()
        placements_changed.send(None, persons=queries.list_person_ids(sorted(changed)))
    if without_work:
        additions_undone.send(None, persons=without_work, actor=actor, reason=people_import.undo_reason)
