"""The chain over the audit trail: what a link seals, and what is wrong with a chain. Pure.

A link holds the digest of the link before, so that no entry can be changed, removed or put between others without
every later digest becoming another. Whoever keeps one digest elsewhere can prove it (the handbook says how).
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

NOTHING_BEFORE = "0" * 64
"""What the first link holds in the place of the digest before it."""

AT_THE_LATEST = timedelta(hours=1)
"""No transaction of the house is open for so long: an entry that appears later than that was put in afterwards."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What an entry of the trail says."""

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
class Link:
    """One link of the chain as it is stored."""

    number: int
    entry_number: int
    at: datetime
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain: its number and digest; an empty chain has number 0."""

    number: int = 0
    digest: str = NOTHING_BEFORE

    def __str__(self) -> str:
        """Writes it as it is noted elsewhere: its number, a colon, its digest."""
        return f"{self.number}:{self.digest}"


class Kind(StrEnum):
    """What can be wrong with a chain."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    LINK_MISSING = "link missing"
    BROKEN = "broken"
    REWRITTEN = "rewritten"
    SHORTENED = "shortened"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, at a link and about an entry where there is one."""

    kind: Kind
    link_number: int
    entry_number: int | None = None


def canonical(entry: Entry, link_number: int, linked_at: datetime, previous: str) -> str:
    """Returns the text whose SHA-256 is a link's digest: JSON in ASCII, keys in order, no spaces.

    The same text can be made again by anybody from an export; every word of it is part of the interface.
    """
    return json.dumps(
        {
            "account": entry.account,
            "action": entry.action,
            "at": written(entry.at),
            "detail": entry.detail,
            "entry": entry.number,
            "link": link_number,
            "linked_at": written(linked_at),
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


def written(moment: datetime) -> str:
    """Writes a moment in UTC with all six places of its seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def digest_of(text: str) -> str:
    """Returns the SHA-256 of a text in 64 small hexadecimal digits."""
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def link_up(entries: Iterable[Entry], head: Head, at: datetime) -> list[Link]:
    """Returns the links that join entries to a chain, in their order."""
    links: list[Link] = []
    for number, entry in enumerate(entries, head.number + 1):
        previous = links[-1].digest if links else head.digest
        links.append(
            Link(number, entry.number, at, previous, digest_of(canonical(entry, number, at, previous)))
        )
    return links


@dataclass(slots=True)
class Checker:
    """Reads a chain from its first link to its last and says what is wrong with it.

    Each link is compared with what is stored before it, so that one fault is told once and not again at every
    later link; an entry that is changed is found by its own digest. ``known`` holds digests by the number of
    their link, as they were noted before.
    """

    known: Mapping[int, str] = field(default_factory=dict)
    head: Head = Head()
    # The highest number of an entry that had been linked longer ago than a transaction may take.
    settled: int = 0
    # What was linked since, as pairs of moment and highest number.
    recent: deque[tuple[datetime, int]] = field(default_factory=deque)

    def check(self, pairs: Iterable[tuple[Link, Entry | None]]) -> Iterator[Fault]:
        """Yields the faults of the next links, each given with its entry or nothing where that is gone."""
        for link, entry in pairs:
            yield from self._check_link(link)
            yield from self._check_entry(link, entry)
            self.head = Head(link.number, link.digest)
            self._remember(link)

    def finish(self, unlinked: Iterable[int], now: datetime) -> Iterator[Fault]:
        """Yields the faults that show at the end: noted links that are not there, entries that came from nowhere."""
        for number in sorted(self.known):
            if number > self.head.number:
                yield Fault(Kind.SHORTENED, number)
        settled = self.settle(now)
        for entry_number in unlinked:
            if entry_number < settled:
                yield Fault(Kind.INSERTED, self.head.number + 1, entry_number)

    def settle(self, seen_at: datetime) -> int:
        """Returns the number of an entry below which at this moment every one must have been linked."""
        while self.recent and seen_at - self.recent[0][0] > AT_THE_LATEST:
            self.settled = max(self.settled, self.recent.popleft()[1])
        return self.settled

    def _check_link(self, link: Link) -> Iterator[Fault]:
        if link.number != self.head.number + 1:
            yield Fault(Kind.LINK_MISSING, self.head.number + 1)
        elif link.previous != self.head.digest:
            yield Fault(Kind.BROKEN, link.number, link.entry_number)
        if self.known.get(link.number, link.digest) != link.digest:
            yield Fault(Kind.REWRITTEN, link.number, link.entry_number)

    def _check_entry(self, link: Link, entry: Entry | None) -> Iterator[Fault]:
        if entry is None:
            yield Fault(Kind.REMOVED, link.number, link.entry_number)
        elif digest_of(canonical(entry, link.number, link.at, link.previous)) != link.digest:
            yield Fault(Kind.CHANGED, link.number, link.entry_number)
        elif link.entry_number < self.settle(link.at):
            yield Fault(Kind.INSERTED, link.number, link.entry_number)

    def _remember(self, link: Link) -> None:
        if self.recent and self.recent[-1][0] == link.at:
            self.recent[-1] = (link.at, max(self.recent[-1][1], link.entry_number))
        else:
            self.recent.append((link.at, link.entry_number))
