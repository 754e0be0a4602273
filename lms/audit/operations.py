"""Writing the audit trail, linking it to a chain, and checking the chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from lms.audit import queries
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import ChainChecker, ChainFault, ChainHead, ChainLink, link_entries_after
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session


def record(
    actor: Actor,
    action: str,
    subject: str,
    subject_id: int | None = None,
    *,
    organisation_id: int | None = None,
    reason: str = "",
    **detail: Any,
) -> None:
    """Adds one entry to the audit trail, in the transaction of the action itself.

    ``action`` is written package.verb; ``detail`` takes numbers and codes only, never names or answers. An action needs
    a sentence in ``lms/audit/labels.py``.
    """
    session.add(
        AuditEntry(
            recorded_at=clock.now(),
            account_id=actor.account_id or None,
            organisation_id=organisation_id,
            action=action,
            subject=subject,
            subject_id=subject_id,
            reason=reason[:500],
            detail=detail,
        )
    )


def link_batch(*, everything: bool = False) -> int:
    """Links up to one batch of committed entries to the chain and returns how many. The caller commits.

    An entry that is committed after one with a higher id is linked after it. One that appears later than any
    transaction takes is looked for only with ``everything``.
    """
    queries.lock_chain()
    now = clock.now()
    after = 0 if everything else queries.find_settled_entry(now)
    links = link_entries_after(queries.list_unlinked(after, queries.BATCH), queries.find_head(), now)
    if links:
        session.execute(insert(AuditLink), [_row(link) for link in links])
    return len(links)


def _row(link: ChainLink) -> dict[str, Any]:
    return {
        "number": link.number,
        "entry_id": link.entry_number,
        "recorded_at": link.at,
        "previous": link.previous,
        "digest": link.digest,
    }


FAULTS_LISTED = 20
"""The number of faults listed one by one; the others are only counted."""


@dataclass(frozen=True, slots=True)
class ChainCheck:
    """The outcome of checking the whole chain; ``faults`` are the first ones, ``found`` counts all."""

    entries: int
    waiting: int
    head: ChainHead
    faults: Sequence[ChainFault]
    found: int


def check_chain(known: ChainHead | None = None) -> ChainCheck:
    """Reads every link and entry and compares them with each other and with known digests. Writes nothing.

    ``known`` is a link that somebody kept elsewhere; the end of the last check without faults is known as well.
    """
    known_digests = {known.number: known.digest} if known and known.number else {}
    before = queries.find_last_good_check()
    if before is not None:
        known_digests.setdefault(before.links, before.head)
    checker, faults, found = ChainChecker(known=known_digests), list[ChainFault](), 0

    def collect(some: Iterable[ChainFault]) -> None:
        nonlocal found
        for fault in some:
            found += 1
            if len(faults) < FAULTS_LISTED:
                faults.append(fault)

    now = clock.now()
    collect(checker.check(queries.iterate_chain()))
    collect(checker.finish(queries.list_unlinked_below(checker.settled_before(now)), now))
    return ChainCheck(queries.count_entries(), queries.count_unlinked(0), checker.head, faults, found)


def record_check(checked: ChainCheck) -> AuditCheck:
    """Records the outcome of a check, for the page of the trail and for the next check."""
    first = next((fault.entry_number for fault in checked.faults if fault.entry_number), None)
    check = AuditCheck(
        recorded_at=clock.now(),
        entries=checked.entries,
        links=checked.head.number,
        head=checked.head.digest,
        faults=checked.found,
        first_entry_id=first,
    )
    session.add(check)
    session.flush()
    return check
