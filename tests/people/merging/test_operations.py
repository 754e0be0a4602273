"""Merging two person records: recording, refusals, undoing, and access."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError

from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed, NotThere
from lms.people.errors import CannotMerge, EmployedElsewhere, MergeAlreadyUndone
from lms.people.events import people_merged
from lms.people.merging import queries as merge_queries
from lms.people.merging.operations import merge_people, undo_merge
from lms.people.models import Person, PersonMerge
from tests.factories import people

REASON = "Typed in twice when the lists were joined."


def hr_of(*organisations: int) -> Actor:
    return Actor(account_id=1, scopes={Role.HR: frozenset(organisations)})


HR_OF_ALL = Actor(account_id=1, scopes={Role.HR: None})


class World:
    """Two organisations; Amina twice and Badru once in ours, Zainab in theirs, Yara in both."""

    def __init__(self) -> None:
        people.sectors()
        station = people.station()
        self.here, self.there = people.organisation(), people.organisation("hill-aid")
        self.persons: dict[str, Person] = {}
        for number, (word, organisations) in enumerate(
            {
                "amina": [self.here], "twin": [self.here], "badru": [self.here],
                "zainab": [self.there], "yara": [self.here, self.there],
            }.items()
        ):  # fmt: skip
            who = self.persons[word] = people.person(word.title())
            for at in organisations:
                people.placed(people.employed(who, at, f"W-{number}"), station)
        self.hr = hr_of(self.here.id)

    def __getitem__(self, word: str) -> int:
        return self.persons[word].id


@pytest.fixture
def world(app_context: Flask) -> World:
    return World()


@pytest.fixture
def heard() -> Iterator[list[set[int]]]:
    """The persons of each event about merges."""
    sent: list[set[int]] = []

    def note(_sender: object, *, persons: set[int], **_more: Any) -> None:
        sent.append(set(persons))

    with people_merged.connected_to(note):
        yield sent


def test_a_merge_is_a_fact_with_its_reason(world: World, heard: list[set[int]]) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    assert (made.surviving_id, made.merged_id, made.reason) == (world["amina"], world["twin"], REASON)
    assert made.organisation_id == world.here.id
    assert heard == [{world["amina"], world["twin"]}]
    assert merge_queries.load_canonical_ids() == {world["twin"]: world["amina"]}
    entry = session.query(AuditEntry).filter_by(action="people.merge").one()
    assert (entry.reason, entry.organisation_id) == (REASON, world.here.id)


def test_the_event_names_all_merged_records(world: World, heard: list[set[int]]) -> None:
    merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["badru"], reason=REASON)
    everybody = {world["amina"], world["twin"], world["badru"]}
    assert heard[1:] == [everybody]
    undo_merge(world.hr, made, reason="It was her brother.")
    assert heard[2:] == [everybody]
    assert merge_queries.load_merged_ids(world["twin"]) == {world["amina"], world["twin"]}


def test_one_person_is_not_two(world: World) -> None:
    with pytest.raises(CannotMerge):
        merge_people(world.hr, surviving_id=world["amina"], merged_id=world["amina"], reason=REASON)


@pytest.mark.parametrize(
    ("surviving", "merged"),
    [("amina", "twin"), ("twin", "amina"), ("badru", "twin"), ("twin", "badru"), ("badru", "amina")],
)
def test_merges_do_not_chain(world: World, surviving: str, merged: str) -> None:
    merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    with pytest.raises(CannotMerge):
        merge_people(world.hr, surviving_id=world[surviving], merged_id=world[merged], reason=REASON)
    assert session.query(PersonMerge).count() == 1


def test_after_an_undoing_anything_may_be_merged_again(world: World) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    undo_merge(world.hr, made, reason="Wrong way round.")
    merge_people(world.hr, surviving_id=world["twin"], merged_id=world["amina"], reason=REASON)
    assert merge_queries.load_canonical_ids() == {world["amina"]: world["twin"]}


def test_undone_once(world: World) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    undo_merge(world.hr, made, reason="They are sisters.")
    assert merge_queries.load_canonical_ids() == {}
    entry = session.query(AuditEntry).filter_by(action="people.undo_merge").one()
    assert entry.reason == "They are sisters."
    with pytest.raises(MergeAlreadyUndone):
        undo_merge(world.hr, made, reason="Again.")


def test_what_is_not_theirs_is_not_there(world: World) -> None:
    for surviving, merged in (("amina", "zainab"), ("zainab", "amina")):
        with pytest.raises(NotThere):
            merge_people(world.hr, surviving_id=world[surviving], merged_id=world[merged], reason=REASON)
    with pytest.raises(NotThere):
        merge_people(world.hr, surviving_id=world["amina"], merged_id=987654, reason=REASON)


def test_a_merge_does_not_reach_into_another_organisation(world: World) -> None:
    for surviving, merged in (("amina", "yara"), ("yara", "amina")):
        with pytest.raises(EmployedElsewhere):
            merge_people(world.hr, surviving_id=world[surviving], merged_id=world[merged], reason=REASON)
    both = hr_of(world.here.id, world.there.id)
    merge_people(both, surviving_id=world["amina"], merged_id=world["yara"], reason=REASON)
    merge_people(HR_OF_ALL, surviving_id=world["badru"], merged_id=world["zainab"], reason=REASON)


def test_others_do_not_undo_it(world: World) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    with pytest.raises(NotAllowed):
        undo_merge(hr_of(world.there.id), made, reason="Why not.")
    with pytest.raises(NotThere):
        merge_queries.load_merge_for(hr_of(world.there.id), made.id)
    assert merge_queries.load_merge_for(world.hr, made.id) is made


def test_placements_of_the_two_may_overlap(world: World) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    assert made.retracted_at is None


def test_what_was_known_when(world: World) -> None:
    now = clock.now()
    with clock.using(clock.FixedClock(now + timedelta(days=10))):
        made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    with clock.using(clock.FixedClock(now + timedelta(days=20))):
        undo_merge(world.hr, made, reason="They are sisters.")
    known = {days: merge_queries.load_canonical_ids(now + timedelta(days=days)) for days in (9, 10, 20)}
    assert known == {9: {}, 10: {world["twin"]: world["amina"]}, 20: {}}


def test_the_subquery_of_merged_ids_agrees_with_the_rules(world: World) -> None:
    merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    merge_people(world.hr, surviving_id=world["amina"], merged_id=world["badru"], reason=REASON)
    for word in ("amina", "twin", "badru", "zainab"):
        found = set(session.scalars(merge_queries.select_merged_ids(world[word])))
        assert found == merge_queries.load_merged_ids(world[word])


def test_possible_duplicates_are_suggested_within_the_own_organisations(world: World) -> None:
    twin, zainab = world.persons["twin"], world.persons["zainab"]
    twin.name, zainab.name = "AMINA", "Amina"
    world.persons["badru"].email = world.persons["amina"].email = "same@demo.example"
    session.flush()
    likely = merge_queries.list_possible_duplicates(world.hr, world.persons["amina"], {world["amina"]})
    assert [(each.person_id, each.same_email) for each in likely] == [(world["twin"], False), (world["badru"], True)]


@pytest.mark.parametrize("what", ["reason", "second withdrawal", "removal"])
def test_the_database_keeps_it(world: World, what: str) -> None:
    made = merge_people(world.hr, surviving_id=world["amina"], merged_id=world["twin"], reason=REASON)
    undo_merge(world.hr, made, reason="They are sisters.")
    table = PersonMerge.__table__
    statement: Any = {
        "reason": update(table).values(reason="Something else"),
        "second withdrawal": update(table).values(retracted_at=clock.now()),
        "removal": delete(table),
    }[what]
    with pytest.raises(DBAPIError, match="what happened is not"):
        session.execute(statement)


def test_the_database_takes_one_merge_of_a_person_at_a_time(world: World) -> None:
    def row(surviving: str) -> PersonMerge:
        return PersonMerge(
            surviving_id=world[surviving], merged_id=world["twin"], organisation_id=world.here.id, reason=REASON,
            recorded_at=clock.now(),
        )  # fmt: skip

    session.add(row("amina"))
    session.flush()
    session.add(row("badru"))
    with pytest.raises(DBAPIError):
        session.flush()
