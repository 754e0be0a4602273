"""Publishing pathways and saying that they are out of date."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed, NotThere
from lms.pathways import operations, policy, queries
from lms.pathways.errors import NewerVersion
from lms.pathways.models import PathwayReport
from tests.factories import people
from tests.factories.pathways import CONTACTS, pathway

TODAY = date(2026, 11, 23)


@pytest.fixture
def station_id(app_context: Flask) -> int:
    return people.station().id


def amina() -> Actor:
    who = people.person("Amina Yusuf", "amina@demo.example")
    return Actor(account_id=1, person_id=who.id, scopes={Role.LEARNER: None})


def actions() -> list[str]:
    return [row.action for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_each_version_follows_the_one_before_and_the_old_one_stays(station_id: int) -> None:
    assert queries.find_current(station_id) is None
    first = pathway(station_id, change="")
    second = pathway(station_id, contacts=CONTACTS[:1], note="", change="Only one is left.")
    session.expire_all()
    assert (first.number, second.number) == (1, 2)
    assert [contact["name"] for contact in first.contacts] == [contact["name"] for contact in CONTACTS]
    assert queries.find_current(station_id) == second
    versions = [row.version for row in queries.list_versions(station_id, published=True)]
    assert [(version.number, version.change) for version in versions] == [(2, "Only one is left."), (1, "")]
    assert actions()[-2:] == ["pathways.publish", "pathways.publish"]


def test_somebody_else_was_quicker(station_id: int) -> None:
    pathway(station_id)
    with pytest.raises(NewerVersion) as refusal:
        pathway(station_id, base_number=0)
    assert refusal.value.number == 1
    with pytest.raises(NewerVersion):
        pathway(station_id, base_number=7)
    assert [row.version.number for row in queries.list_versions(station_id, published=False)] == [1]


@pytest.mark.parametrize(
    "changes",
    [
        {"contacts": []},
        {"contacts": [{"kind": "health", "name": "", "phone": "", "hours": "", "note": ""}]},
        {"contacts": [{"kind": "health", "name": "Clinic"}]},
        {"contacts": CONTACTS * 5},
        {"note": "x" * 1001},
        {"change": "x" * 301},
        {"verified_on": TODAY + timedelta(days=1)},
        {"review_by": TODAY - timedelta(days=1)},
        {"review_by": TODAY + timedelta(days=400)},
    ],
)
def test_what_the_form_refuses_the_operation_refuses_too(station_id: int, changes: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        pathway(station_id, **changes)
    assert queries.find_current(station_id) is None


def test_a_later_version_says_what_changed(station_id: int) -> None:
    pathway(station_id, change="")
    with pytest.raises(Invalid):
        pathway(station_id, note="Another rule.", change=" \x00 ")


def test_numbers_called_again_are_published_without_a_sentence(station_id: int) -> None:
    pathway(station_id, change="")
    version = pathway(station_id, change="Call 0999 111 222 instead.")
    assert (version.confirmation, version.change) == ("none", "")


def test_a_nul_byte_does_not_reach_the_database(station_id: int) -> None:
    version = pathway(station_id, note="a\x00b", contacts=[CONTACTS[0] | {"name": "Cl\x00inic"}])
    session.expire_all()
    assert (version.note, version.contacts[0]["name"]) == ("ab", "Clinic")


def test_learners_publish_nothing(station_id: int) -> None:
    with pytest.raises(NotAllowed):
        operations.write_version(
            amina(), station_id, contacts=CONTACTS, note="", verified_on=TODAY, review_by=TODAY + timedelta(days=9),
            change="", base_number=0,
        )  # fmt: skip


def test_a_station_that_is_not_there(app_context: Flask) -> None:
    with pytest.raises(NotThere):
        pathway(999)


def test_out_of_date_counts_once_a_person_and_version(station_id: int) -> None:
    version, actor = pathway(station_id), amina()
    assert queries.count_reports(version.id, actor.person_id) == (0, 0)
    assert operations.report_outdated(actor, version)
    assert not operations.report_outdated(actor, version)
    assert queries.count_reports(version.id, actor.person_id) == (1, 1)
    assert queries.count_reports(version.id, None) == (1, 0)
    assert actions().count("pathways.report_outdated") == 1
    later = pathway(station_id)
    assert queries.count_reports(later.id, actor.person_id) == (0, 0)
    assert operations.report_outdated(actor, later)
    assert len(session.scalars(select(PathwayReport)).all()) == 2


def test_the_installation_itself_reports_nothing(station_id: int) -> None:
    with pytest.raises(NotAllowed):
        operations.report_outdated(SYSTEM, pathway(station_id))


def test_the_list_names_what_is_current_everywhere(station_id: int) -> None:
    people.station("east-hill")
    people.station("lake-side", country="Borania")
    pathway(station_id)
    pathway(station_id)
    assert [(row.country, row.slug, row.number) for row in queries.list_stations()] == [
        ("Aravia", "east-hill", None),
        ("Aravia", "north-river", 2),
        ("Borania", "lake-side", None),
    ]


def test_who_may_edit_is_the_same_for_one_station_and_as_a_filter(app_context: Flask) -> None:
    people.sectors()
    here, there = people.organisation(), people.organisation("green-valley", initials="GV")
    stations = [people.station(slug) for slug in ("north", "south", "east", "west", "empty")]
    today = clock.today()
    days = (
        (here, stations[0], {}),
        (there, stations[0], {}),
        (there, stations[1], {}),
        # Gone yesterday; coming next week; leaving today.
        (here, stations[2], {"through_on": today - timedelta(days=1)}),
        (here, stations[3], {"from_on": today + timedelta(days=7)}),
        (here, stations[1], {"through_on": today}),
    )
    for index, (organisation, station, span) in enumerate(days):
        employment = people.employed(people.person(f"Person {index}"), organisation, f"N-{index}")
        people.placed(employment, station, **span)
    learner = Actor(account_id=1, person_id=1, scopes={Role.LEARNER: None})
    actors = {
        "nobody": Actor(),
        "learner": learner,
        "trainer": Actor(account_id=1, scopes={Role.TRAINER: None}),
        "hr here": Actor(account_id=1, scopes={Role.HR: frozenset({here.id})}),
        "hr there": Actor(account_id=1, scopes={Role.HR: frozenset({there.id})}),
        "hr of both": Actor(account_id=1, scopes={Role.HR: frozenset({here.id, there.id})}),
        "hr of nothing": Actor(account_id=1, scopes={Role.HR: frozenset()}),
        "hr everywhere": Actor(account_id=1, scopes={Role.HR: None}),
        "coordinator": Actor(account_id=1, scopes={Role.COORDINATOR: None}),
        "coordinator there": Actor(account_id=1, scopes={Role.COORDINATOR: frozenset({there.id})}),
        "admin": Actor(account_id=1, scopes={Role.ADMIN: None}),
    }
    answers = {}
    for name, actor in actors.items():
        answers[name] = {station.slug for station in stations if policy.may_edit(actor, station)}
    assert answers["nobody"] == answers["learner"] == answers["trainer"] == answers["hr of nothing"] == set()
    # West has only people who will come: whoever wants to write there could invent one.
    assert answers["hr here"] == {"north", "south"}
    assert answers["hr there"] == answers["coordinator there"] == {"north", "south"}
    assert answers["hr everywhere"] == {"north", "south"}
    assert answers["coordinator"] == answers["admin"] == {"north", "south", "east", "west", "empty"}
