"""Rebuilds the whole projection from the facts, and the maintenance of each minute.

A rebuild collects the counts in memory and writes them at the end, so one that was killed starts again;
until it is through, the report says that it is being updated.
"""

import gc
import multiprocessing
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from typing import Any

from flask import Flask, current_app
from sqlalchemy import delete, text, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.compliance.projection import read as intervals
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import has_deltas, list_unfinished
from lms.compliance.projection.inputs import is_current
from lms.compliance.projection.models import (
    CountDelta,
    CountHold,
    CountSnapshot,
    DailyCount,
    PostInterval,
    ProjectionJob,
    StatusInterval,
)
from lms.compliance.projection.rows import CountDeltas
from lms.compliance.projection.update import BATCH, begin, refresh
from lms.kernel import clock, db
from lms.kernel.batches import batched
from lms.kernel.db import Model, session
from lms.kernel.memory import gc_paused

LONGEST_WAIT_MS = 2000
STALLED_AFTER = timedelta(minutes=15)
REBUILD = "rebuild"
Progress = Callable[[int, int], None]
"""Called with the number of persons done and of all persons."""


def rebuild(progress: Progress | None = None, processes: int = 1) -> int:
    """Rebuilds everybody and returns the number of persons; several processes only help on PostgreSQL."""
    with db.unit_of_work():
        state = count_deltas.locked_state()
        _empty(CountDelta, DailyCount, CountSnapshot, CountHold, PostInterval, StatusInterval)
        state.inputs, state.first_snapshot, state.last_snapshot = "", None, None
        for other in list_unfinished():
            other.finished_at = clock.now()
        job = begin(None, REBUILD, by_worker=False)
        number, inputs = job.id, job.inputs
    with db.reading():
        persons = intervals.next_persons(None)
    if db.db.engine.dialect.name == "sqlite":
        processes = 1
    deltas: CountDeltas = Counter()
    this_job = update(ProjectionJob).where(ProjectionJob.id == number)
    done = 0
    for part in _worked(persons, processes):
        if isinstance(part, int):
            done += part
            with db.unit_of_work():
                session.execute(this_job.values(done=done, moved_at=clock.now()))
            if progress:
                progress(done, len(persons))
        else:
            deltas.update(part)
    with gc_paused(), db.unit_of_work(bulk=True):
        state = count_deltas.locked_state()
        earliest = min((key[0] for key, people in deltas.items() if people), default=None)
        count_deltas.open_snapshots(state, clock.today("UTC"), earliest)
        count_deltas.fill(deltas, state)
        session.execute(this_job.values(finished_at=clock.now()))
        state.inputs = inputs
    return len(persons)


def _empty(*tables: type[Model]) -> None:
    """Removes all rows; on PostgreSQL without going through them one by one, which would leave them to be swept up.

    That needs the tables for itself. Where somebody reads them for long, as the nightly check does, everybody else
    would wait behind it, so then the rows are removed one by one; also by an account that does not own the tables.
    """
    if db.db.engine.dialect.name == "postgresql":
        with suppress(OperationalError, ProgrammingError), session.begin_nested():
            session.execute(text(f"SET LOCAL lock_timeout = {LONGEST_WAIT_MS}"))
            session.execute(text(f"TRUNCATE {', '.join(table.__tablename__ for table in tables)}"))
            session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
            return
    for table in tables:
        session.execute(delete(table))


def _worked(persons: Sequence[int], processes: int) -> Any:
    """Yields the number of persons of each batch done, and the count deltas of each process at its end."""
    if processes <= 1 or len(persons) <= BATCH:
        yield from _part(persons)
        return
    # Forked, so that nothing has to be loaded again; connections are not shared.
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    forking = multiprocessing.get_context("fork")
    size = -(-len(persons) // processes)
    readers: list[Any] = []
    workers = []
    for part in batched(persons, size):
        reader, writer = forking.Pipe(duplex=False)
        worker = forking.Process(target=_send_part, args=(app, part, writer))
        worker.start()
        writer.close()
        readers.append(reader)
        workers.append(worker)
    while readers:
        ready: list[Any] = wait(readers)
        for reader in ready:
            try:
                yield reader.recv()
            except EOFError:
                readers.remove(reader)
    for worker in workers:
        worker.join()
        if worker.exitcode:
            raise RuntimeError("A process of the rebuild ended before its work was done. Run it again.")


def _send_part(app: Flask, persons: Sequence[int], writer: Connection) -> None:
    with app.app_context(), closing(writer):
        db.db.engine.dispose(close=False)
        session.remove()
        for each in _part(persons):
            writer.send(each)


def _part(persons: Sequence[int]) -> Any:
    deltas: CountDeltas = Counter()
    for some in batched(persons, BATCH):
        with db.unit_of_work(bulk=True):
            refresh(some, deltas)
        # The deltas grow to millions of keys that the garbage collector would otherwise walk again and again.
        gc.freeze()
        yield len(some)
    yield deltas


def maintain() -> None:
    """Does what is to be done each minute.

    Rebuilds everybody where the inputs changed or a rebuild was killed, and compacts the counts.
    """
    with db.reading():
        waiting = list_unfinished()
        rebuilding = [each for each in waiting if each.cause == REBUILD]
        killed = any(each.moved_at < clock.now() - STALLED_AFTER for each in rebuilding)
        stale = not is_current() and bool(intervals.next_persons(None, limit=1))
    if killed:
        rebuild()
    elif stale and not waiting:
        with db.unit_of_work():
            begin(None, "inputs")
    if not rebuilding:
        compact_all()


def compact_all() -> int:
    """Compacts all waiting count deltas, batch by batch, and returns how many there were."""
    compacted = 0
    while True:
        with db.reading():
            waiting = has_deltas()
        if not waiting:
            return compacted
        with db.unit_of_work():
            compacted += count_deltas.compact(clock.today("UTC"))
        db.let_others_write()
