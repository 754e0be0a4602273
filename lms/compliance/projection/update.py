"""Keeps the projection up to date: with every write in its own transaction; for many people, batch by batch.

The projection follows from the facts alone: refreshing a person twice changes nothing, so a batch
that is killed is simply done again.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from time import perf_counter
from typing import Any

from flask import has_request_context
from sqlalchemy import delete

from lms.compliance.projection import read as intervals
from lms.compliance.projection.computed_rows import interval_rows
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import CountState, load_projection, read_state
from lms.compliance.projection.inputs import ProjectionInputs, inputs_now
from lms.compliance.projection.models import ProjectionJob
from lms.compliance.projection.progress import JOB, outbox_key
from lms.compliance.projection.read import Row
from lms.compliance.projection.rows import CountDeltas, ObligationRow, PostRow, add_deltas
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.facts import RequirementFact
from lms.kernel import clock, db, outbox
from lms.kernel.batches import batched
from lms.kernel.bulk import add_rows
from lms.kernel.db import session
from lms.kernel.transaction_size import size_next

BATCH = 500
"""Persons a batch refreshes at most."""
AT_ONCE = 100
"""A change that touches no more persons is done at once, with the change itself: a tenth of a second of computing."""
_DIRTY = "compliance_dirty_persons"


def mark_dirty(persons: Iterable[int]) -> None:
    """Notes that facts about persons were written; their statuses are updated once, just before the commit.

    Of more than `AT_ONCE` persons a job updates them after a request, since somebody waits for its page, and on SQLite
    everybody to save. Jobs and commands, which write part by part, update them at once.
    """
    dirty: set[int] = session.info.setdefault(_DIRTY, set())
    dirty.update(persons)
    db.before_commit(_DIRTY, _update_dirty)


def _update_dirty() -> None:
    session.flush()
    persons: set[int] = session.info.pop(_DIRTY, set())
    if len(persons) > AT_ONCE and has_request_context():
        for organisation_id, employed in intervals.list_employed(persons).items():
            begin(organisation_id, "list", persons=employed)
    elif persons:
        state = _inputs_at_start(persons)
        for batch in batched(sorted(persons), BATCH):
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
    gone, new = _replace(PostRow, known, posts)
    add_deltas(changed, gone, -1)
    add_deltas(changed, new)
    gone_too, new_too = _replace(ObligationRow, known, statuses)
    if deltas is None:
        count_deltas.write_deltas(changed)
    return len(gone) + len(new) + len(gone_too) + len(new_too)


def _replace(kind: type[Row], persons: Collection[int], computed: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Replaces the rows of persons that differ, and returns those that are gone and those that are new."""
    missing = Counter(computed)
    gone: dict[int, Row] = {}
    for number, row in intervals.list_rows(kind, persons):
        if missing[row] > 0:
            missing[row] -= 1
        else:
            gone[number] = row
    table, new = intervals.TABLES[kind], list(missing.elements())
    if gone:
        session.execute(delete(table).where(table.id.in_(gone)), execution_options={"synchronize_session": False})
    add_rows(table, kind._fields, new)
    return list(gone.values()), new


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
    persons = intervals.next_persons(_within(organisation_id), limit=AT_ONCE + 1)
    if len(persons) <= AT_ONCE:
        mark_dirty(persons)
    else:
        begin(organisation_id, "requirement")


def _within(organisation_id: int | None) -> frozenset[int] | None:
    return None if organisation_id is None else frozenset({organisation_id})


def begin(
    organisation_id: int | None, cause: str, *, persons: Collection[int] | None = None, by_worker: bool = True
) -> ProjectionJob:
    """Notes that many people are to be refreshed, and wakes the worker to do it.

    `persons` are those of the organisation who are meant, None for everybody.
    """
    work = ProjectionJob(
        organisation_id=organisation_id,
        persons=None if persons is None else sorted(persons),
        cause=cause,
        inputs=inputs_now().written(),
        total=intervals.count_persons(_within(organisation_id)) if persons is None else len(persons),
        recorded_at=clock.now(),
        moved_at=clock.now(),
    )
    session.add(work)
    session.flush()
    if by_worker:
        outbox.put(JOB, outbox_key(work.id), {"projection": work.id})
    return work


@outbox.handler(JOB)
def project(payload: dict[str, Any]) -> None:
    """Does noted work batch by batch, each in a short transaction of its own, from where it was left."""
    size = AT_ONCE // 2
    while True:
        began = perf_counter()
        if not _next_batch(int(payload["projection"]), size):
            return
        size = size_next(size, perf_counter() - began, BATCH)
        db.let_others_write()


def _next_batch(projection_id: int, size: int) -> bool:
    with db.unit_of_work():
        work = load_projection(projection_id)
        if work is None or work.finished_at is not None:
            return False
        persons = _next_persons(work, size)
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


def _next_persons(work: ProjectionJob, size: int) -> Sequence[int]:
    if work.persons is None:
        return intervals.next_persons(_within(work.organisation_id), work.cursor, size)
    return [person for person in work.persons if person > work.cursor][:size]
