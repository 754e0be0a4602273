"""Writing the audit trail, linking it to a chain, and checking the chain."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from itertools import islice
from typing import Any

from sqlalchemy import insert

from lms.audit import queries
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import ChainChecker, ChainFault, ChainHead, link_entries_after
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.bulk import add_mappings
from lms.kernel.db import lock_key, session

LOCK = 0x45_53_41_55
"""The advisory lock by which only one worker links entries at a time."""

FAULTS_LISTED = 20
"""The number of faults listed one by one; the others are only counted."""


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


def record_all(
    actor: Actor,
    action: str,
    subject: str,
    details: Mapping[int, Mapping[str, Any]],
    *,
    organisation_id: int | None = None,
    reason: str = "",
    organisations: Mapping[int, int | None] | None = None,
    reasons: Mapping[int, str] | None = None,
) -> None:
    """Adds an entry for each of many records, by their ids with what ``record`` takes as ``detail``.

    Where not all are about one organisation or for one reason, the others are given by the ids of their records.
    """
    same = {"recorded_at": clock.now(), "account_id": actor.account_id or None, "action": action, "subject": subject}
    organisations, reasons = organisations or {}, reasons or {}
    entries = [
        {
            **same,
            "subject_id": subject_id,
            "organisation_id": organisations.get(subject_id, organisation_id),
            "reason": reasons.get(subject_id, reason)[:500],
            "detail": detail,
        }
        for subject_id, detail in details.items()
    ]
    add_mappings(AuditEntry, entries)


def link_batch(*, everything: bool = False) -> int:
    """Links up to one batch of committed entries to the chain and returns how many. The caller commits.

    An entry that is committed after one with a higher id is linked after it. One that appears later than any
    transaction takes is looked for only with ``everything``.
    """
    lock_key(LOCK)
    now = clock.now()
    after = 0 if everything else queries.find_settled_entry(now)
    links = link_entries_after(queries.list_unlinked(after, queries.BATCH), queries.find_head(), now)
    if links:
        columns = AuditLink.__table__.columns.keys()
        session.execute(insert(AuditLink), [dict(zip(columns, astuple(link), strict=True)) for link in links])
    return len(links)


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
    before = queries.find_last_check(AuditCheck.faults == 0, AuditCheck.links > 0)
    if before is not None:
        known_digests.setdefault(before.links, before.head)
    checker = ChainChecker(known=known_digests)
    faults = _find_faults(checker)
    first = list(islice(faults, FAULTS_LISTED))
    found = len(first) + sum(1 for _more in faults)
    return ChainCheck(queries.count_entries(), queries.count_unlinked(0), checker.head, first, found)


def _find_faults(checker: ChainChecker) -> Iterator[ChainFault]:
    now = clock.now()
    yield from checker.check(queries.iterate_chain())
    yield from checker.finish(queries.list_unlinked_below(checker.settled_before(now)), now)


def record_check(checked: ChainCheck) -> None:
    """Records the outcome of a check, for the page of the trail and for the next check."""
    session.add(
        AuditCheck(
            recorded_at=clock.now(),
            entries=checked.entries,
            links=checked.head.number,
            head=checked.head.digest,
            faults=checked.found,
            first_entry_id=next((fault.entry_number for fault in checked.faults if fault.entry_number), None),
        )
    )
