"""The hash chain over the audit trail: its digests, and how a chain is checked. Pure.

A link contains the digest of the link before, so that no entry can be changed, removed or inserted without changing
every later digest. Whoever keeps one digest elsewhere can prove it (see docs/handbook/operate.md).
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

NO_PREVIOUS = "0" * 64
"""The digest before the first link."""

LONGEST_TRANSACTION = timedelta(hours=1)
"""No transaction takes so long: an entry that appears later was inserted afterwards."""


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """The content of one entry of the trail."""

    number: int
    at: datetime
    account: int | None
    organisation: int | None
    action: str
    subject: str
    subject_number: int | None
    reason: str
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """One link of the chain as it is stored."""

    number: int
    entry_number: int
    at: datetime
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class ChainHead:
    """The last link of a chain: its number and digest; an empty chain has number 0."""

    number: int = 0
    digest: str = NO_PREVIOUS

    def __str__(self) -> str:
        """Returns it as it is kept elsewhere: its number, a colon, its digest."""
        return f"{self.number}:{self.digest}"


class FaultKind(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    LINK_MISSING = "link missing"
    BROKEN = "broken"
    REWRITTEN = "rewritten"
    SHORTENED = "shortened"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One fault of a chain: its kind, the number of the link, and the id of the entry where there is one."""

    kind: FaultKind
    link_number: int
    entry_number: int | None = None


def canonical(entry: TrailEntry, link_number: int, linked_at: datetime, previous: str) -> str:
    """Returns the text whose SHA-256 is a link's digest: JSON in ASCII, keys in order, no spaces.

    Anybody can build the same text from an export, so every character of it is part of the interface.
    """
    return json.dumps(
        {
            "account": entry.account,
            "action": entry.action,
            "at": format_timestamp(entry.at),
            "detail": entry.detail,
            "entry": entry.number,
            "link": link_number,
            "linked_at": format_timestamp(linked_at),
            "organisation": entry.organisation,
            "previous": previous,
            "reason": entry.reason,
            "subject": entry.subject,
            "subject_number": entry.subject_number,
        },
        ensure_ascii=True,
        separators=(",", ":"),
        sort_keys=True,
    )


def format_timestamp(moment: datetime) -> str:
    """Returns a time in UTC with all six decimals of its seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(text: str) -> str:
    """Returns the SHA-256 of a text in 64 small hexadecimal digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def link_entries_after(entries: Iterable[TrailEntry], head: ChainHead, at: datetime) -> list[ChainLink]:
    """Returns the links that append entries to a chain, in their order."""
    links: list[ChainLink] = []
    for number, entry in enumerate(entries, head.number + 1):
        previous = links[-1].digest if links else head.digest
        links.append(ChainLink(number, entry.number, at, previous, digest_of(canonical(entry, number, at, previous))))
    return links


@dataclass(slots=True)
class ChainChecker:
    """Reads a chain from its first link to its last and yields its faults.

    Each link is compared with the one stored before it, so that one fault is reported once and not again at every
    later link; a changed entry is found by its own digest. ``known`` maps link numbers to digests recorded earlier.
    """

    known: Mapping[int, str] = field(default_factory=dict)
    head: ChainHead = ChainHead()
    # The highest number of an entry that had been linked longer ago than a transaction may take.
    settled: int = 0
    # What was linked since, as pairs of moment and highest number.
    recent: deque[tuple[datetime, int]] = field(default_factory=deque)

    def check(self, pairs: Iterable[tuple[ChainLink, TrailEntry | None]]) -> Iterator[ChainFault]:
        """Yields the faults of the next links, each given with its entry, or None where that is missing."""
        for link, entry in pairs:
            if link.number != self.head.number + 1:
                yield ChainFault(FaultKind.LINK_MISSING, self.head.number + 1)
            elif link.previous != self.head.digest:
                yield ChainFault(FaultKind.BROKEN, link.number, link.entry_number)
            if self.known.get(link.number, link.digest) != link.digest:
                yield ChainFault(FaultKind.REWRITTEN, link.number, link.entry_number)
            if entry is None:
                yield ChainFault(FaultKind.REMOVED, link.number, link.entry_number)
            elif digest_of(canonical(entry, link.number, link.at, link.previous)) != link.digest:
                yield ChainFault(FaultKind.CHANGED, link.number, link.entry_number)
            elif link.entry_number < self.settled_before(link.at):
                yield ChainFault(FaultKind.INSERTED, link.number, link.entry_number)
            self.head = ChainHead(link.number, link.digest)
            same = self.recent and self.recent[-1][0] == link.at
            highest = self.recent.pop()[1] if same else 0
            self.recent.append((link.at, max(highest, link.entry_number)))

    def finish(self, unlinked: Iterable[int], now: datetime) -> Iterator[ChainFault]:
        """Yields the faults that show at the end: known links that are missing, entries inserted afterwards."""
        for number in sorted(self.known):
            if number > self.head.number:
                yield ChainFault(FaultKind.SHORTENED, number)
        settled = self.settled_before(now)
        for entry_number in unlinked:
            if entry_number < settled:
                yield ChainFault(FaultKind.INSERTED, self.head.number + 1, entry_number)

    def settled_before(self, seen_at: datetime) -> int:
        """Returns the id of an entry below which every one must have been linked at this time."""
        while self.recent and seen_at - self.recent[0][0] > LONGEST_TRANSACTION:
            self.settled = max(self.settled, self.recent.popleft()[1])
        return self.settled
