"""The chain as pure values: what a link seals is written one way, and no alteration goes unnoticed."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from lms.audit.rules import (
    ChainChecker,
    ChainFault,
    ChainHead,
    ChainLink,
    FaultKind,
    TrailEntry,
    canonical,
    digest_of,
    link_entries_after,
)
from tests.audit.tampering import NOW

ENTRY = TrailEntry(
    number=7,
    at=datetime(2026, 11, 25, 9, 30, 0, 120, tzinfo=UTC),
    account=3,
    organisation=None,
    action="compliance.exempt",
    subject="exemption",
    subject_number=2,
    reason='Leave "until" June, señora\n',
    detail={"person": 4, "kind": "leave", "counts": {"b": 1, "a": [1, 2]}},
)


def test_the_canonical_text_is_what_the_handbook_says() -> None:
    text = canonical(ENTRY, 5, NOW, "ab" * 32)
    assert text == (
        '{"account":3,"action":"compliance.exempt","at":"2026-11-25T09:30:00.000120Z",'
        '"detail":{"counts":{"a":[1,2],"b":1},"kind":"leave","person":4},"entry":7,"link":5,'
        '"linked_at":"2026-11-25T09:30:00.000000Z","organisation":null,"previous":"' + "ab" * 32 + '",'
        '"reason":"Leave \\"until\\" June, se\\u00f1ora\\n","subject":"exemption","subject_number":2}'
    )
    assert digest_of(text) == hashlib.sha256(text.encode()).hexdigest()
    assert json.loads(text)["reason"] == ENTRY.reason


entries = st.builds(
    TrailEntry,
    number=st.just(0),
    at=st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda at: at.replace(tzinfo=UTC)),  # noqa: DTZ001 - made aware
    account=st.none() | st.integers(1, 9),
    organisation=st.none() | st.integers(1, 9),
    action=st.text(max_size=8),
    subject=st.text(max_size=8),
    subject_number=st.none() | st.integers(1, 9),
    reason=st.text(max_size=12),
    detail=st.dictionaries(st.text(max_size=4), st.integers() | st.text(max_size=4) | st.none(), max_size=3),
)
trails = st.lists(entries, min_size=2, max_size=8).map(
    lambda made: [replace(entry, number=number) for number, entry in enumerate(made, 1)]
)
Pairs = list[tuple[ChainLink, TrailEntry | None]]


def linked(trail: list[TrailEntry]) -> Pairs:
    half = len(trail) // 2
    first = link_entries_after(trail[:half], ChainHead(), NOW)
    second = link_entries_after(trail[half:], ChainHead(first[-1].number, first[-1].digest), NOW + timedelta(minutes=1))
    return list(zip([*first, *second], trail, strict=True))


def faults(pairs: Pairs, known: dict[int, str] | None = None) -> list[ChainFault]:
    checker = ChainChecker(known=known or {})
    return [*checker.check(pairs), *checker.finish([], NOW)]


@given(trails)
def test_an_unchanged_chain_has_no_faults(trail: list[TrailEntry]) -> None:
    pairs = linked(trail)
    last = pairs[-1][0]
    assert faults(pairs, {last.number: last.digest}) == []
    assert [link.number for link, _entry in pairs] == list(range(1, len(trail) + 1))


@given(trails, st.data())
def test_any_alteration_is_found(trail: list[TrailEntry], data: st.DataObject) -> None:
    pairs = linked(trail)
    last = pairs[-1][0]
    at = data.draw(st.integers(0, len(pairs) - 1))
    link, entry = pairs[at]
    assert entry is not None
    how = data.draw(st.sampled_from(["change", "remove entry", "remove both", "swap", "insert", "relink", "cut"]))
    if how == "change":
        pairs[at] = (link, replace(entry, reason=entry.reason + "."))
    elif how == "remove entry":
        pairs[at] = (link, None)
    elif how == "remove both":
        del pairs[at]
    elif how == "swap":
        other = (at + 1) % len(pairs)
        pairs[at], pairs[other] = (link, pairs[other][1]), (pairs[other][0], entry)
    elif how == "insert":
        pairs.insert(at, (replace(link, digest="f" * 64), entry))
    elif how == "relink":
        # All that follows is made again over a changed entry: only a digest kept elsewhere tells.
        changed = [replace(entry, reason=entry.reason + "."), *(each for _link, each in pairs[at + 1 :] if each)]
        before = ChainHead(pairs[at - 1][0].number, pairs[at - 1][0].digest) if at else ChainHead()
        again = link_entries_after(changed, before, NOW)
        pairs[at:] = list(zip(again, changed, strict=True))
        assert faults(pairs) == []
    else:
        del pairs[at:]
    found = faults(pairs, {last.number: last.digest})
    assert found
    if how == "change":
        assert found == [ChainFault(FaultKind.CHANGED, link.number, entry.number)]
