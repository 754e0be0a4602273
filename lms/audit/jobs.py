"""Jobs of the audit trail: new entries are linked each minute, the whole chain is checked each night."""

import structlog

from lms.audit import operations, queries
from lms.audit.rules import ChainHead
from lms.kernel.db import reading, unit_of_work
from lms.kernel.worker import PeriodicJob

log = structlog.get_logger(__name__)

BATCHES_A_RUN = 20
"""A long backlog, such as after an import, is linked over several runs: other jobs must not wait for it."""


def link_entries(*, everything: bool = False, max_batches: int = BATCHES_A_RUN) -> int:
    """Links committed entries, each batch in a transaction of its own; returns how many."""
    linked = 0
    for _batch in range(max_batches):
        with unit_of_work():
            some = operations.link_batch(everything=everything)
        linked += some
        if some < queries.BATCH:
            break
    return linked


def check_and_record(known: ChainHead | None = None, *, note: bool = True) -> operations.ChainCheck:
    """Checks the whole chain, and records the outcome with ``note``; ``known`` is a link kept elsewhere."""
    with reading():
        checked = operations.check_chain(known)
    if note:
        with unit_of_work():
            operations.record_check(checked)
    return checked


def check_nightly() -> None:
    """Links all entries and checks the whole chain; a fault is a warning in the log and on the page of the trail."""
    link_entries(everything=True)
    checked = check_and_record()
    if checked.found:
        log.warning("audit chain has faults", faults=checked.found, first=str(checked.faults[0].kind))


JOBS = (PeriodicJob("audit.link", link_entries), PeriodicJob("audit.check", check_nightly, minute="40", hour="2"))
