"""What the worker does for the trail: each minute it links what is new, each night it checks the whole chain."""

import structlog

from lms.audit import operations, queries
from lms.kernel.db import reading, unit_of_work
from lms.kernel.worker import PeriodicJob

log = structlog.get_logger(__name__)

MOST_BATCHES = 20
"""A long backlog, such as after an import, is linked over several minutes: other work must not wait for it."""


def link_entries(*, everything: bool = False, most_batches: int | None = MOST_BATCHES) -> int:
    """Links what is stored and not linked yet, each batch in a transaction of its own; returns how many."""
    linked = batches = 0
    while most_batches is None or batches < most_batches:
        with unit_of_work():
            some = operations.link_some(everything=everything)
        linked, batches = linked + some, batches + 1
        if some < queries.BATCH:
            break
    return linked


def check_and_note() -> operations.Checked:
    """Checks the whole chain and notes what came of it."""
    with reading():
        checked = operations.check_chain()
    with unit_of_work():
        operations.note_check(checked)
    return checked


def check_nightly() -> None:
    """Links whatever is left and checks the whole chain; a fault is a warning in the log, and stands on the page."""
    link_entries(everything=True)
    checked = check_and_note()
    if checked.found:
        log.warning("audit chain has faults", faults=checked.found, first=str(checked.faults[0].kind))


JOBS = (
    PeriodicJob("audit.link", link_entries),
    PeriodicJob("audit.check", check_nightly, minute="40", hour="2"),
)
