"""Who may see and who may change certificates."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from lms.certification import policy
from lms.certification.awards import queries
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.actor import NOBODY, SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import NotThere
from lms.people import operations as people_operations
from lms.people.api import list_employers_on_or_after
from lms.people.models import Organisation, Person
from tests.certification import world
from tests.factories import people

TODAY = date(2026, 9, 1)


@pytest.fixture
def cast(app_context: Flask) -> dict[str, int]:
    """People who came, went, moved, work twice or never, each with an award, and one whose placement was withdrawn."""
    people.sectors()
    place = people.station()
    rivers, lakes = people.organisation("rivers"), people.organisation("lakes")
    spring, summer = date(2026, 1, 1), date(2026, 6, 1)
    course = world.course()

    def somebody(name: str, *posts: tuple[Organisation, date, date | None]) -> Person:
        who = people.person(name)
        for organisation, from_on, through_on in posts:
            post = people.employed(who, organisation, f"{name}-{organisation.slug}")
            people.placed(post, place, "wash", from_on, through_on)
        return who

    here = somebody("Here", (rivers, spring, None))
    gone = somebody("Gone", (rivers, spring, date(2026, 8, 31)))
    last_day = somebody("Last day", (rivers, spring, TODAY))
    moved = somebody("Moved", (rivers, spring, date(2026, 5, 31)), (lakes, summer, None))
    both = somebody("Both", (rivers, spring, None), (lakes, summer, None))
    coming = somebody("Coming", (rivers, date(2026, 10, 1), None))
    never = somebody("Never")
    mistake = somebody("Mistake", (rivers, date(2026, 8, 1), None))
    placement = queries.placement_on(queries.list_placements_of([mistake.id], [TODAY])[mistake.id], TODAY)
    assert placement is not None
    people_operations.withdraw_placement(SYSTEM, placement, placement.employment)
    persons = [here, gone, last_day, moved, both, coming, never, mistake]
    for person in persons:
        world.earned(person, course, "2026-04-01")
        world.earned(person, course, "2026-07-01")
    return {"rivers": rivers.id, "lakes": lakes.id, **{person.name: person.id for person in persons}}


def actors(cast: dict[str, int]) -> dict[str, Actor]:
    def hr(*organisations: int, person: int | None = None) -> Actor:
        return Actor(account_id=1, person_id=person, scopes={Role.LEARNER: None, Role.HR: frozenset(organisations)})

    return {
        "nobody": NOBODY,
        "system": SYSTEM,
        "here": Actor(account_id=1, person_id=cast["Here"], scopes={Role.LEARNER: None}),
        "never": Actor(account_id=1, person_id=cast["Never"], scopes={Role.LEARNER: None}),
        "hr of rivers": hr(cast["rivers"]),
        "hr of lakes": hr(cast["lakes"]),
        "hr of both": hr(cast["rivers"], cast["lakes"]),
        "hr of none": hr(),
        "hr of rivers, moved": hr(cast["rivers"], person=cast["Moved"]),
        "hr of all organisations": Actor(account_id=1, scopes={Role.HR: None}),
        "coordinator": Actor(account_id=1, person_id=9999, scopes={Role.COORDINATOR: None}),
        "trainer": Actor(account_id=1, person_id=9999, scopes={Role.TRAINER: None}),
        "admin": Actor(account_id=1, person_id=9999, scopes={Role.ADMIN: None}),
    }


def seen(actor: Actor) -> set[tuple[str, str]]:
    """Returns whose awards, earned when, an actor may see."""
    rows = session.execute(
        select(Person.name, Award.earned_on)
        .join(Person, Person.id == Award.person_id)
        .where(policy.visible_awards(actor, TODAY))
    )
    return {(row.name, row.earned_on.isoformat()[5:7]) for row in rows}


def test_who_sees_what(cast: dict[str, int]) -> None:
    who = actors(cast)
    everything = {
        (name, month)
        for name in ("Here", "Gone", "Last day", "Moved", "Both", "Coming", "Never", "Mistake")
        for month in ("04", "07")
    }
    for word in ("nobody", "system", "coordinator", "trainer", "admin", "hr of none"):
        assert seen(who[word]) == set(), word
    assert seen(who["here"]) == {("Here", "04"), ("Here", "07")}
    assert seen(who["never"]) == {("Never", "04"), ("Never", "07")}
    # What was earned elsewhere is seen while somebody works here; what was earned here for ever.
    lakes = {("Moved", "04"), ("Moved", "07"), ("Both", "04"), ("Both", "07")}
    assert seen(who["hr of lakes"]) == lakes
    assert seen(who["hr of rivers"]) == everything - {
        ("Moved", "07"), ("Never", "04"), ("Never", "07"), ("Mistake", "04"), ("Mistake", "07"),
    }  # fmt: skip
    assert seen(who["hr of rivers, moved"]) == seen(who["hr of rivers"]) | {("Moved", "07")}


def test_what_was_seen_while_somebody_worked_here_stays_readable(app_context: Flask) -> None:
    people.sectors()
    place, rivers, lakes = people.station(), people.organisation("rivers"), people.organisation("lakes")
    who, course = people.person("Left"), world.course()
    people.placed(people.employed(who, lakes, "L-1"), place, "wash", date(2026, 1, 1), date(2026, 4, 30))
    people.placed(people.employed(who, rivers, "R-1"), place, "wash", date(2026, 5, 1), date(2026, 8, 31))
    for day in ("2025-11-01", "2026-04-01", "2026-07-01", "2026-09-05"):
        world.earned(who, course, day)
    hr = {each.slug: Actor(account_id=1, scopes={Role.HR: frozenset({each.id})}) for each in (rivers, lakes)}
    with clock.using(clock.FixedClock(datetime(2026, 9, 10, 12, tzinfo=UTC))):
        assert seen(hr["rivers"]) == {("Left", "11"), ("Left", "04"), ("Left", "07")}, "as in its reports of that time"
        assert seen(hr["lakes"]) == {("Left", "11"), ("Left", "04")}, "nothing of what came after"


def test_only_the_issuing_organisation_changes_an_award(cast: dict[str, int]) -> None:
    who = actors(cast)
    changes = {}
    for award in session.scalars(select(Award).order_by(Award.id)):
        employers = list_employers_on_or_after([award.person_id], TODAY)
        changes[award.person_id, award.earned_on.month] = {
            word for word, actor in who.items() if policy.may_change_certificate(actor, award, employers)
        }
    rivers = {"hr of rivers", "hr of both", "hr of rivers, moved", "hr of all organisations"}
    lakes = {"hr of lakes", "hr of both", "hr of all organisations"}
    assert changes[cast["Gone"], 4] == rivers
    assert changes[cast["Moved"], 4] == rivers
    assert changes[cast["Moved"], 7] == lakes
    # Earned before any placement: the organisation that the person comes to decides.
    assert changes[cast["Coming"], 4] == rivers
    assert changes[cast["Never"], 4] == set()


def test_the_loader_is_the_gate(cast: dict[str, int]) -> None:
    who = actors(cast)
    award = session.scalars(select(Award).where(Award.person_id == cast["Here"])).first()
    assert award is not None
    with clock.using(clock.FixedClock(datetime(2026, 9, 1, 12, tzinfo=UTC))):
        typed = f" {award.serial[:4].lower()}-{award.serial[4:]} "
        assert queries.load_award_for(who["here"], typed).award is award
        for actor, serial in ((who["admin"], award.serial), (who["here"], "0000-0000-00000"), (who["here"], "?")):
            with pytest.raises(NotThere):
                queries.load_award_for(actor, serial)
