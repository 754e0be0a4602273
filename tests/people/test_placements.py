"""Moving, ending, correcting: by adding facts and withdrawing others, never by changing one."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.kernel.actor import SYSTEM
from lms.kernel.db import session, unit_of_work
from lms.people import operations, queries
from lms.people.errors import InvalidFirstDay, InvalidLastDay, PlacementChanged
from lms.people.events import placements_changed
from lms.people.models import Employment, Placement
from tests.factories import people as make
from tests.factories.people import sign_in
from tests.people.two_organisations import Places, make_two_organisations

Span = tuple[str, str, str | None]
WORK = {"station": "1", "sector": "health", "role": "Nurse", "contract": "staff", "reason": "New project"}


@pytest.fixture
def job(app_context: Flask) -> Employment:
    """An employment with one open placement from 1 January 2026."""
    make.sectors()
    employment = make.employed(make.person(), make.organisation())
    make.placed(employment, make.station())
    return employment


def spans(employment_id: int) -> list[Span]:
    return [
        (each.sector, each.from_on.isoformat(), each.through_on.isoformat() if each.through_on else None)
        for each in queries.list_placements_of([employment_id])[::-1]
    ]


def current(job: Employment) -> Placement:
    return queries.list_placements_of([job.id])[0]


def work(job: Employment, sector: str = "health") -> operations.AssignmentDetails:
    return operations.AssignmentDetails(station_id=current(job).station_id, sector=sector, role="nurse")


def test_a_move_ends_the_day_before(job: Employment) -> None:
    operations.move_placement(SYSTEM, current(job), job, work(job), date(2026, 7, 1))
    assert spans(job.id) == [("wash", "2026-01-01", "2026-06-30"), ("health", "2026-07-01", None)]


def test_a_move_keeps_the_last_day(job: Employment) -> None:
    operations.end_placement(SYSTEM, current(job), job, date(2026, 12, 31))
    operations.move_placement(SYSTEM, current(job), job, work(job), date(2026, 7, 1))
    assert spans(job.id) == [("wash", "2026-01-01", "2026-06-30"), ("health", "2026-07-01", "2026-12-31")]


def test_a_move_from_the_first_day_takes_its_place(job: Employment) -> None:
    operations.move_placement(SYSTEM, current(job), job, work(job), date(2026, 1, 1))
    assert spans(job.id) == [("health", "2026-01-01", None)]


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2027, 1, 1)])
def test_a_move_outside_the_placement_is_refused(job: Employment, day: date) -> None:
    operations.end_placement(SYSTEM, current(job), job, date(2026, 12, 31))
    before = spans(job.id)
    with pytest.raises(InvalidFirstDay):
        operations.move_placement(SYSTEM, current(job), job, work(job), day)
    assert spans(job.id) == before


def test_an_end_can_come_earlier_or_later(job: Employment) -> None:
    for day in (date(2026, 6, 30), date(2026, 3, 31), date(2026, 9, 30), date(2026, 1, 1)):
        operations.end_placement(SYSTEM, current(job), job, day)
        assert spans(job.id) == [("wash", "2026-01-01", day.isoformat())]


def test_an_end_before_the_beginning_or_into_the_next_is_refused(job: Employment) -> None:
    first = operations.end_placement(SYSTEM, current(job), job, date(2026, 3, 31))
    operations.record_placement(SYSTEM, job, work(job), date(2026, 5, 1))
    before = spans(job.id)
    for day in (date(2025, 12, 31), date(2026, 5, 1)):
        with pytest.raises(InvalidLastDay):
            operations.end_placement(SYSTEM, first, job, day)
        assert spans(job.id) == before
    operations.end_placement(SYSTEM, first, job, date(2026, 4, 30))


def test_days_are_never_shared(job: Employment) -> None:
    operations.end_placement(SYSTEM, current(job), job, date(2026, 6, 30))
    for first, last in ((date(2026, 6, 30), None), (date(2025, 1, 1), date(2026, 1, 1)), (date(2025, 1, 1), None)):
        with pytest.raises(InvalidFirstDay):
            operations.record_placement(SYSTEM, job, work(job), first, last)
    operations.record_placement(SYSTEM, job, work(job), date(2025, 1, 1), date(2025, 12, 31))
    operations.record_placement(SYSTEM, job, work(job), date(2026, 7, 1))


def test_a_withdrawn_placement_is_gone_once_and_stays_in_the_record(job: Employment) -> None:
    placement = current(job)
    operations.withdraw_placement(SYSTEM, placement, job, reason="wrong person")
    assert spans(job.id) == []
    assert session.execute(text("SELECT count(*) FROM placement")).scalar_one() == 1
    for act in (
        lambda: operations.withdraw_placement(SYSTEM, placement, job),
        lambda: operations.end_placement(SYSTEM, placement, job, date(2026, 6, 30)),
        lambda: operations.move_placement(
            SYSTEM,
            placement,
            job,
            operations.AssignmentDetails(placement.station_id, "health", "nurse"),
            date(2026, 6, 30),
        ),
    ):
        with pytest.raises(PlacementChanged):
            act()


def test_rooms_above_hear_of_every_change(job: Employment) -> None:
    heard: list[set[int]] = []

    def listen(_sender: object, *, persons: set[int]) -> None:
        heard.append(persons)

    with placements_changed.connected_to(listen):
        operations.move_placement(SYSTEM, current(job), job, work(job), date(2026, 7, 1))
        operations.withdraw_placement(SYSTEM, current(job), job)
    assert heard
    assert all(persons == {job.person_id} for persons in heard)


@pytest.fixture
def at(app: Flask, client: FlaskClient) -> Places:
    """Two organisations, Hana signed in."""
    places = make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    return places


def amina(app: Flask, at: Places) -> list[Span]:
    with app.app_context():
        return spans(at.amina_employment)


def reasons(app: Flask) -> list[tuple[str, str, int | None]]:
    with app.app_context():
        rows = session.execute(
            text("SELECT action, reason, organisation_id FROM audit_entry WHERE reason <> '' ORDER BY id")
        )
        return [(row.action, row.reason, row.organisation_id) for row in rows]


def test_hr_moves_ends_and_corrects(app: Flask, client: FlaskClient, at: Places) -> None:
    base = f"/people/{at.amina}/placement"
    page = client.get(f"{base}/{at.amina_placement}/move").get_data(as_text=True)
    assert 'value="promoter"' in page
    moved = client.post(f"{base}/{at.amina_placement}/move", data=WORK | {"from_on": "2026-07-01"})
    assert (moved.status_code, moved.headers["Location"]) == (303, base)
    assert amina(app, at) == [("wash", "2026-01-01", "2026-06-30"), ("health", "2026-07-01", None)]
    with app.app_context():
        latest = queries.list_placements_of([at.amina_employment])[0].id
    assert client.get(f"{base}/{latest}/end").status_code == 200
    client.post(f"{base}/{latest}/end", data={"through_on": "2026-08-31", "reason": "Contract ended"})
    assert amina(app, at)[-1] == ("health", "2026-07-01", "2026-08-31")
    with app.app_context():
        latest = queries.list_placements_of([at.amina_employment])[0].id
    assert client.get(f"{base}/{latest}/correct").status_code == 200
    client.post(f"{base}/{latest}/correct", data={"reason": "Typed for the wrong person"})
    assert amina(app, at) == [("wash", "2026-01-01", "2026-06-30")]
    new = f"{base}/new/{at.amina_employment}"
    assert client.get(new).status_code == 200
    assert client.post(new, data=WORK | {"from_on": "2026-10-01"}).status_code == 303
    assert amina(app, at)[-1] == ("health", "2026-10-01", None)
    assert [(action, reason) for action, reason, _ in reasons(app)] == [
        ("people.end_placement", "New project"),
        ("people.place", "New project"),
        ("people.end_placement", "Contract ended"),
        ("people.withdraw_placement", "Typed for the wrong person"),
        ("people.place", "New project"),
    ]
    assert {where for _, _, where in reasons(app)} == {at.rivers}


def test_errors_are_beside_the_field_and_lose_nothing(
    app: Flask, client: FlaskClient, at: Places, subtests: pytest.Subtests
) -> None:
    base = f"/people/{at.amina}/placement"
    before = amina(app, at)
    table: tuple[tuple[str, dict[str, str], str], ...] = (
        (f"{at.amina_placement}/move", {"from_on": ""}, "Choose the first day of the new assignment."),
        (f"{at.amina_placement}/move", {"from_on": "2025-01-01"}, "The placement begins after this day."),
        (f"{at.amina_placement}/move", {"from_on": "2026-07-01", "reason": ""}, "Say why, in a few words."),
        (f"{at.amina_placement}/end", {"through_on": "2025-01-01"}, "The last day is before the first day."),
        (f"{at.amina_placement}/end", {"through_on": "2026-07-01", "reason": " "}, "Say why, in a few words."),
        (f"{at.amina_placement}/correct", {"reason": ""}, "Say why, in a few words."),
        (f"new/{at.amina_employment}", {"from_on": "2026-07-01"}, "This overlaps another placement"),
        (
            f"new/{at.amina_employment}",
            {"from_on": "2025-07-01", "through_on": "2025-06-01"},
            "The last day is before the first day.",
        ),
    )
    for path, changes, says in table:
        with subtests.test(path=path, changes=changes):
            data = WORK | {"reason": "A <reason> kept"} | changes
            response = client.post(f"{base}/{path}", data=data)
            page = response.get_data(as_text=True)
            assert response.status_code == 422
            assert says in page
            if data["reason"].strip():
                assert "A &lt;reason&gt; kept" in page
            if not path.endswith(("end", "correct")):
                assert 'value="Nurse"' in page
    assert amina(app, at) == before
    assert reasons(app) == []


def test_a_second_click_shows_the_current_placements(app: Flask, client: FlaskClient, at: Places) -> None:
    path = f"/people/{at.amina}/placement/{at.amina_placement}"
    data = WORK | {"from_on": "2026-07-01"}
    assert client.post(f"{path}/move", data=data).status_code == 303
    after = amina(app, at)
    for act in ("move", "end", "correct"):
        again = client.post(f"{path}/{act}", data=data | {"through_on": "2026-03-01"}, follow_redirects=True)
        assert "This placement has been changed in the meantime." in again.get_data(as_text=True)
    assert amina(app, at) == after


def test_a_future_placement_and_an_empty_one_are_shown(app: Flask, client: FlaskClient, at: Places) -> None:
    with app.app_context(), unit_of_work():
        rivers = queries.load_organisation(at.rivers)
        job = make.employed(make.person("Nadia Beginner"), rivers, "N-77")
        person_id = job.person_id
    page = client.get(f"/people/{person_id}/placement").get_data(as_text=True)
    assert "No placements yet" in page
