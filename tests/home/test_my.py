"""My training and my record: what is due and why, what to go on with, what is held."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select

from lms.catalogue.api import PublishedCourse
from lms.compliance.requirements.models import Exemption, Requirement
from lms.compliance.requirements.operations import Terms, add_version, make_requirement
from lms.kernel import clock, db as database
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from lms.people.queries import find_station
from tests.certification import world
from tests.factories import people
from tests.factories.attempts import keys
from tests.factories.courses import published
from tests.factories.pathways import CONTACTS, pathway
from tests.factories.people import make_small_organisation, sign_in

AMINA = "amina@demo.example"


@pytest.fixture(autouse=True)
def small_organisation(app: Flask) -> None:
    make_small_organisation(app)


@pytest.fixture
def course(app: Flask, tmp_path: Path) -> PublishedCourse:
    with app.app_context(), unit_of_work():
        return published(tmp_path / "files")


def require(app: Flask, course: PublishedCourse, due_days: int = 30, from_on: date = date(2026, 11, 9)) -> None:
    with app.app_context(), unit_of_work():
        make_requirement(
            SYSTEM, organisation_id=None, course_id=course.course_id, effective_from=from_on,
            terms=Terms(due_days=due_days), reason="Everybody needs it.", past_accepted=True,
        )  # fmt: skip


def person(email: str = AMINA) -> Person:
    found = session.scalar(select(Person).where(Person.email == email))
    assert found is not None
    return found


def my(client: FlaskClient) -> str:
    page = client.get("/my")
    assert page.status_code == 200
    return page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_on_the_first_day_nothing_is_known_and_everything_says_so(client: FlaskClient) -> None:
    sign_in(client)
    page = my(client)
    assert "Good morning, Amina Yusuf" in page
    assert "WASH · North River · Rivers Relief" in page
    assert "No training is required of you today" in page
    assert "None yet. Complete a course and pass its quiz" in page
    assert "Your station has no referral pathway yet." in page
    assert "Your next step" not in page
    assert 'href="/my/record"' in page


def test_the_greeting_is_that_of_the_station(app: Flask, client: FlaskClient, fixed_clock: clock.FixedClock) -> None:
    with app.app_context(), unit_of_work():
        there = people.station("far-east", time_zone="Asia/Tokyo")
        noor = people.person("Noor Said", "noor@demo.example")
        people.placed(people.employed(noor, people.organisation("green"), "N-1"), there)
        people.account(noor)
    fixed_clock.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC))
    sign_in(client, "noor@demo.example")
    assert "Good evening, Noor Said" in my(client)


def test_somebody_without_a_place_of_work_is_told(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    sign_in(client, "noor@demo.example")
    page = my(client)
    assert "You have no placement on record for today" in page
    assert "Your station" not in page


def test_a_course_from_required_to_valid(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    require(app, course)
    sign_in(client)
    page = my(client)
    assert "Not started" in page
    assert "Due 9 December 2026 (in 16 days)" in page
    assert "Your organisation has required this since 9 November 2026; you have 30 days." in page
    assert "Module 1 of 2: First steps. About 10 minutes left in total." in page
    assert page.count('href="/courses/first-course/first-steps"') == 2
    assert "Optional courses" not in page

    client.post("/courses/first-course/first-steps/complete")
    page = my(client)
    assert "In progress" in page
    assert "Module 2 of 2: Second steps. About 5 minutes left in total." in page
    assert 'href="/courses/first-course/second-steps"' in page

    client.post("/courses/first-course/second-steps/complete")
    page = my(client)
    assert "You have completed all modules. The quiz is next." in page
    assert 'href="/courses/first-course/quiz"' in page

    attempt = client.post("/courses/first-course/quiz").headers["Location"]
    page = my(client)
    assert "Your quiz is open." in page
    assert f'href="{attempt}"' in page

    assert client.post(f"{attempt}/submit", data=keys(app, attempt)).status_code == 303
    page = my(client)
    assert "You have completed all required training." in page
    assert "Valid until 22 Nov 2028: earned 23 Nov 2026, edition 1." in page
    assert "Earned 23 November 2026, valid through 22 November 2028" in page
    assert page.count('href="/certificates/') == 3
    assert "Your next step" not in page

    record = client.get("/my/record").text
    assert "Passed" in record and "Second steps" in record and "Valid" in record


def test_a_late_course_says_how_late(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    require(app, course, due_days=4)
    sign_in(client)
    page = my(client)
    assert "Overdue" in page
    assert "(10 days ago)" in page
    assert "You have completed all required training." not in page


def test_the_last_day_is_in_time(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    require(app, course, due_days=14)
    sign_in(client)
    assert "Due today" in my(client)


def test_what_is_not_required_is_open_all_the_same(client: FlaskClient, course: PublishedCourse) -> None:
    sign_in(client)
    page = my(client)
    assert "Optional courses" in page
    assert 'href="/courses/first-course"' in page
    assert "No training is required of you today" in page


def test_an_ended_certificate_leads_to_renewal(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        old = world.course()
        # Without an attempt of the platform itself, such as one imported.
        world.earned(person(), old, "2025-11-01", how="prior", score=None, evidence="Paper 12")
    require(app, old, from_on=date(2025, 1, 1))
    sign_in(client)
    page = my(client)
    assert page.count("Expired") >= 2
    assert "Expired, last valid day 31 Oct 2026" in page


def test_a_required_course_that_is_not_offered_any_more(
    app: Flask, client: FlaskClient, course: PublishedCourse
) -> None:
    require(app, course)
    with app.app_context(), unit_of_work():
        session.execute(database.Model.metadata.tables["course"].update().values(retired_at=clock.now()))
    sign_in(client)
    page = my(client)
    assert "This course is not available at the moment." in page
    assert "You have completed all required training." not in page


def test_two_organisations_are_told_apart(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    require(app, course)
    sign_in(client)
    assert "Green Valley" not in my(client)
    with app.app_context(), unit_of_work():
        there = find_station("north-river")
        assert there is not None
        other = people.organisation("green-valley", initials="GV")
        people.placed(people.employed(person(), other, "G-9"), there)
    page = my(client)
    assert page.count("Not started") == 2
    assert '<p class="small muted">Green Valley</p>' in page
    assert '<p class="small muted">Rivers Relief</p>' in page


def test_the_pathway_of_the_station(app: Flask, client: FlaskClient, fixed_clock: clock.FixedClock) -> None:
    with app.app_context(), unit_of_work():
        there = find_station("north-river")
        assert there is not None
        pathway(there.id)
        pathway(there.id)
    sign_in(client)
    assert "Version 2, all numbers checked on 23 November 2026." in my(client)
    fixed_clock.move_to(clock.now() + timedelta(days=100))
    sign_in(client)
    assert "Check overdue" in my(client)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """Collects the statements that the database is asked, transactions aside."""
    statements: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            statements.append(statement)

    with app.app_context():
        engine: Engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("courses", [1, 9])
def test_it_takes_fourteen_queries_however_many_courses(app: Flask, client: FlaskClient, courses: int) -> None:
    for number in range(courses):
        with app.app_context(), unit_of_work():
            made = world.course(f"course-{number}", title=f"Course {number}")
            world.earned(person(), made, "2026-10-01")
        require(app, made, from_on=date(2026, 1, 1))
    with app.app_context(), unit_of_work():
        there = find_station("north-river")
        assert there is not None
        pathway(there.id)
        other = people.organisation("green-valley", initials="GV")
        people.placed(people.employed(person(), other, "G-9"), there)
    sign_in(client)
    # The first view reads the courses into the process.
    my(client)
    with counted(app) as statements:
        page = my(client)
    assert page.count("Valid until") == 2 * courses
    assert len(statements) <= 14, "\n\n".join(statements)


def test_what_is_the_same_for_many_is_read_again_once_it_has_changed(
    app: Flask, client: FlaskClient, course: PublishedCourse, tmp_path: Path
) -> None:
    require(app, course)
    with app.app_context(), unit_of_work():
        there = find_station("north-river")
        assert there is not None
        pathway(there.id)
    sign_in(client)
    my(client)
    with counted(app) as statements:
        page = my(client)
    assert "Not started" in page and "First Course" in page and "tel:116" in page
    columns = ("requirement_version.due_days", "pathway_version.contacts", "sector.names", "course_revision.title")
    assert not [each for each in statements if any(column in each for column in columns)]
    with app.app_context(), unit_of_work():
        there, requirement = find_station("north-river"), session.scalar(select(Requirement))
        assert there is not None and requirement is not None
        pathway(there.id, contacts=[each | {"phone": "117"} for each in CONTACTS])
        terms = Terms(due_days=30, match={"sectors": ["health"]})
        add_version(SYSTEM, requirement, effective_from=clock.today(), terms=terms, reason="Health only.")
        published(tmp_path / "files", title="Another title")
    page = my(client)
    assert "No training is required of you today" in page and "Another title" in page and "tel:117" in page


@pytest.mark.parametrize("path", ["/my", "/courses"])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_its_statements_are_built_once(app: Flask, client: FlaskClient, course: PublishedCourse, path: str) -> None:
    require(app, course)
    with app.app_context(), unit_of_work():
        there = find_station("north-river")
        assert there is not None
        pathway(there.id)
        world.earned(person(), course, "2026-10-01")
    sign_in(client)
    client.get(path)
    visits: list[list[object]] = []

    def note(_connection: object, statement: object, *_: object) -> None:
        visits[-1].append(statement)

    with app.app_context():
        engine: Engine = database.db.engine
    event.listen(engine, "before_execute", note)
    try:
        for _ in range(2):
            visits.append([])
            client.get(path)
    finally:
        event.remove(engine, "before_execute", note)
    first, second = visits
    assert first
    anew = [str(two) for one, two in zip(first, second, strict=True) if one is not two]
    assert not anew, "\n\n".join(anew)


def test_my_record_says_all_and_whom_to_ask(app: Flask, client: FlaskClient, course: PublishedCourse) -> None:
    with app.app_context(), unit_of_work():
        other = people.organisation("green-valley", initials="GV")
        people.account(people.person("Omar Ali", "omar@demo.example"), Role.HR, at=other)
        world.earned(person(), course, "2026-02-01")
        exempted = Requirement(organisation_id=None, course_id=course.course_id, recorded_at=clock.now())
        session.add(exempted)
        session.flush()
        session.add(
            Exemption(
                person_id=person().id, requirement_id=exempted.id, from_on=date(2026, 3, 1), until_on=None,
                kind="leave", reason="Away for some months.", recorded_at=clock.now(),
            )
        )  # fmt: skip
    sign_in(client)
    client.post("/courses/first-course/first-steps/complete")
    page = client.get("/my/record").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Staff number W-1" in page
    assert "1 Jan 2026" in page and "open" in page
    assert "First steps" in page and "23 November 2026, 09:00 UTC" in page
    assert "31 Jan 2028" in page
    assert "Hana Haddad" in page and "mailto:hana" in page
    assert "Leave: Away for some months." in page and "1 Mar 2026" in page
    # HR of an organisation that never employed her is nobody she needs to know.
    assert "Omar Ali" not in page
    assert "<form" not in page[page.index("<main") : page.index("</main")]


def test_a_record_without_anything(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    sign_in(client, "noor@demo.example")
    page = client.get("/my/record").text
    assert "No placements are on record." in page
    assert "Your organisation has no HR contact here yet" in page


def links_of(page: str, label: str) -> list[str]:
    """Returns where the links with a label lead, in the order of the page."""
    return re.findall(rf'<a [^>]*href="([^"]+)"[^>]*>{label}', page)


def next_step_of(client: FlaskClient) -> str:
    page = my(client)
    return page[page.index("Your next step") : page.index("Required training")]


def test_what_is_due_first_comes_first_everywhere(
    app: Flask, client: FlaskClient, course: PublishedCourse, tmp_path: Path
) -> None:
    with app.app_context(), unit_of_work():
        second = published(tmp_path / "files", "second-course", title="Second course")
    require(app, course, due_days=30)
    require(app, second, due_days=20)
    sign_in(client)
    # The first course is begun, the second is due earlier.
    client.post("/courses/first-course/first-steps/complete")
    assert "Second course" in next_step_of(client)
    for path in ("/my", "/courses", "/reminders/why"):
        page = client.get(path).text
        page = page[page.index("Required training") :] if path == "/my" else page
        assert page.index("Second course") < page.index("First Course"), path
    assert client.get("/courses").text.count("required of you now") == 2


def test_a_pause_offers_something_else_and_keeps_what_to_read(
    app: Flask, client: FlaskClient, course: PublishedCourse, tmp_path: Path
) -> None:
    require(app, course, due_days=20)
    sign_in(client)
    for module in ("first-steps", "second-steps"):
        client.post(f"/courses/first-course/{module}/complete")
    tried = client.post("/courses/first-course/quiz").headers["Location"]
    client.post(f"{tried}/submit", data={"anyway": "1"})
    # One try is left: it is the next step, and what to read again stands beside it.
    step = next_step_of(client)
    assert "Take the quiz" in step and links_of(step, "What to read again") == [f"{tried}/result"]
    tried = client.post("/courses/first-course/quiz").headers["Location"]
    client.post(f"{tried}/submit", data={"anyway": "1"})
    step = next_step_of(client)
    assert "Take the quiz" not in step and links_of(step, "What to read again") == [f"{tried}/result"]
    assert "You can take the quiz again on 24 November 2026 at " in step
    for path in ("/courses", "/courses/first-course"):
        page = client.get(path).text
        assert links_of(page, "What to read again") == [f"{tried}/result"], path
        assert "You can take the quiz again on" in page and "Take the quiz" not in page
    with app.app_context(), unit_of_work():
        second = published(tmp_path / "files", "second-course", title="Second course")
    require(app, second, due_days=30)
    assert "Second course" in next_step_of(client)
    assert links_of(my(client), "What to read again") == [f"{tried}/result"]
