"""Keeps the projection up to date: with every write in its own transaction; for many people, batch by batch.

The projection follows from the facts alone: refreshing a person twice changes nothing, so a batch
that is killed is simply done again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, TypeVar

from flask import current_app
from sqlalchemy import delete

from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import CountState, list_unfinished, load_projection, read_state
from lms.compliance.projection.inputs import ProjectionInputs, read_inputs
from lms.compliance.projection.models import PostInterval, ProjectionJob, StatusInterval
from lms.compliance.projection.rows import CountDeltas, ObligationRow, PostRow, add_deltas, interval_rows
from lms.compliance.source_data.person_status import load_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.api import RequirementFact
from lms.kernel import clock, db, outbox
from lms.kernel.batches import batched
from lms.kernel.bulk import add_rows
from lms.kernel.config import Settings
from lms.kernel.db import session

Row = TypeVar("Row", PostRow, ObligationRow)

BATCH = 500
"""Persons a batch refreshes; a change that touches no more is done at once, with the change itself."""
_DIRTY = "compliance_dirty_persons"


def mark_dirty(persons: Iterable[int]) -> None:
    """Notes that facts about persons were written; their statuses are updated once, just before the commit."""
    dirty: set[int] = session.info.setdefault(_DIRTY, set())
    dirty.update(persons)
    db.before_commit(_DIRTY, _update_dirty)


def _update_dirty() -> None:
    session.flush()
    persons: set[int] = session.info.pop(_DIRTY, set())
    if persons:
        state = _inputs_at_start(persons)
        listed = sorted(persons)
        for batch in batched(listed, BATCH):
            refresh(batch, state=state)


def refresh(persons: Collection[int], deltas: CountDeltas | None = None, *, state: CountState | None = None) -> int:
    """Refreshes the statuses of persons and returns how many rows differed.

    Changes of counts are written as deltas, or added to those given. `state` is the projection's, where it
    was just read.
    """
    if not persons:
        return 0
    session.flush()
    intervals.lock_persons(persons)
    facts = load_facts(Scope(persons=frozenset(persons))).facts
    _note_kinds(facts.requirements, state or read_state())
    posts, statuses = interval_rows(facts)
    known = frozenset(persons) | {row.person_id for row in posts}
    changed: CountDeltas = Counter() if deltas is None else deltas
    gone, new = _difference(intervals.list_post_rows(known), posts)
    add_deltas(changed, [row for _, row in gone], -1)
    add_deltas(changed, new)
    _replace(PostInterval, [number for number, _ in gone], new)
    gone_too, new_too = _difference(intervals.list_status_rows(known), statuses)
    _replace(StatusInterval, [number for number, _ in gone_too], new_too)
    if deltas is None:
        count_deltas.write_deltas(changed)
    return len(gone) + len(new) + len(gone_too) + len(new_too)


def _difference(stored: Sequence[tuple[int, Row]], computed: Sequence[Row]) -> tuple[list[tuple[int, Row]], list[Row]]:
    """Returns the stored rows that were not computed, and the computed ones that are not stored."""
    missing = Counter(computed)
    gone = []
    for number, row in stored:
        if missing[row] > 0:
            missing[row] -= 1
        else:
            gone.append((number, row))
    return gone, list(missing.elements())


def _replace(
    table: type[PostInterval] | type[StatusInterval],
    gone: Sequence[int],
    new: Sequence[PostRow] | Sequence[ObligationRow],
) -> None:
    if gone:
        session.execute(delete(table).where(table.id.in_(gone)), execution_options={"synchronize_session": False})
    if new:
        add_rows(table, new[0]._fields, new)


def inputs_now() -> ProjectionInputs:
    """Returns what statuses depend on now beside the facts."""
    settings: Settings = current_app.extensions["settings"]
    return read_inputs(settings.gap_days, settings.time_zone)


def _inputs_at_start(persons: Collection[int]) -> CountState:
    """Records the inputs when the first people of an installation are projected, and returns the projection's state.

    Where others were placed before, they are not projected yet: the worker's next run finds that.
    """
    state = read_state()
    if state.inputs or intervals.has_posts_of_others(persons):
        return state
    count_deltas.locked_state().inputs = inputs_now().written()
    session.flush()
    return read_state()


def _note_kinds(requirements: Iterable[RequirementFact], state: CountState) -> None:
    """Notes of courses that are required for the first time whether they are per sector."""
    if not state.inputs:
        return
    known = ProjectionInputs.read(state.inputs).kinds
    new = {int(each.course): each.per_sector for each in requirements if each.course not in known}
    if new:
        locked = count_deltas.locked_state()
        inputs = ProjectionInputs.read(locked.inputs)
        locked.inputs = ProjectionInputs(inputs.digest, {**new, **inputs.kinds}).written()


def requirement_changed(organisation_id: int | None) -> None:
    """Refreshes everybody to whom a requirement of an organisation (None: of all organisations) may apply.

    A few people at once, in this transaction; many by a job, batch by batch, and until it is through the report
    says that it is being updated.
    """
    session.flush()
    persons = intervals.next_persons(_within(organisation_id), 0, BATCH + 1)
    if len(persons) <= BATCH:
        mark_dirty(persons)
    else:
        begin(organisation_id, "requirement")


def _within(organisation_id: int | None) -> frozenset[int] | None:
    return None if organisation_id is None else frozenset({organisation_id})


def begin(organisation_id: int | None, cause: str, *, by_worker: bool = True) -> ProjectionJob:
    """Notes that many people are to be refreshed, and wakes the worker to do it."""
    work = ProjectionJob(
        organisation_id=organisation_id,
        cause=cause,
        inputs=inputs_now().written(),
        total=intervals.count_persons(organisation_id),
        recorded_at=clock.now(),
        moved_at=clock.now(),
    )
    session.add(work)
    session.flush()
    if by_worker:
        outbox.put("compliance.project", f"compliance.project:{work.id}", {"projection": work.id})
    return work


@outbox.handler("compliance.project")
def project(payload: dict[str, Any]) -> None:
    """Does noted work batch by batch, each in a transaction of its own, from where it was left."""
    while _next_batch(int(payload["projection"])):
        pass


def _next_batch(projection_id: int) -> bool:
    with db.unit_of_work():
        work = load_projection(projection_id)
        if work is None or work.finished_at is not None:
            return False
        persons = intervals.next_persons(_within(work.organisation_id), work.cursor, BATCH)
        refresh(persons)
        work.moved_at = clock.now()
        if persons:
            work.cursor = persons[-1]
            work.done += len(persons)
            return True
        work.finished_at = clock.now()
        if work.organisation_id is None:
            count_deltas.locked_state().inputs = work.inputs
        return False


def is_current() -> bool:
    """Returns whether the projection was computed with the present settings, time zones and kinds of courses."""
    return ProjectionInputs.read(read_state().inputs).holds(inputs_now())


def is_up_to_date(organisations: Collection[int] | None) -> bool:
    """Returns whether the projection of some organisations (None: of all) is complete and current."""
    return not list_unfinished(organisations) and is_current()
