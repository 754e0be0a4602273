"""Writing the audit trail, linking it to a chain, and checking the chain."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert

from lms.audit import queries
from lms.audit.models import AuditCheck, AuditEntry, AuditLink
from lms.audit.rules import Checker, Fault, Head, Link, link_up
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
    """Adds one line to the audit trail, in the transaction of the act itself.

    ``action`` reads room.verb; ``detail`` takes numbers and codes only, never names or answers.
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


def link_some(*, everything: bool = False) -> int:
    """Joins entries that are stored and not linked to the chain, a batch at most; returns how many. The caller commits.

    What another transaction shows is stored for good, so nothing has to settle first; an entry that is stored after
    one with a higher number is linked after it. One that comes later than any transaction takes is looked for only
    where ``everything`` is asked for.
    """
    queries.lock_chain()
    now = clock.now()
    after = 0 if everything else queries.find_settled_entry(now)
    links = link_up(queries.list_unlinked(after, queries.BATCH), queries.find_head(), now)
    if links:
        session.execute(insert(AuditLink), [_row(link) for link in links])
    return len(links)


def _row(link: Link) -> dict[str, Any]:
    return {
        "number": link.number,
        "entry_id": link.entry_number,
        "recorded_at": link.at,
        "previous": link.previous,
        "digest": link.digest,
    }


MOST_FAULTS = 20
"""So many faults are told one by one; the others are only counted."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of reading the whole chain; ``faults`` holds the first of them, ``found`` counts all."""

    entries: int
    waiting: int
    head: Head
    faults: Sequence[Fault]
    found: int


def check_chain(known: Head | None = None) -> Checked:
    """Reads every link and entry and compares them with each other and with what was noted before. Writes nothing.

    ``known`` is a link that somebody noted elsewhere; the last good check is remembered by the house itself.
    """
    noted = {known.number: known.digest} if known and known.number else {}
    before = queries.find_last_good_check()
    if before is not None:
        noted.setdefault(before.links, before.head)
    checker, faults, found = Checker(known=noted), list[Fault](), 0

    def take(some: Iterable[Fault]) -> None:
        nonlocal found
        for fault in some:
            found += 1
            if len(faults) < MOST_FAULTS:
                faults.append(fault)

    now = clock.now()
    take(checker.check(queries.iterate_chain()))
    take(checker.finish(queries.list_unlinked_below(checker.settle(now)), now))
    return Checked(queries.count_entries(), queries.count_unlinked(0), checker.head, faults, found)


def note_check(checked: Checked) -> AuditCheck:
    """Records what came of a check, for the page of the trail and for the next check."""
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
