"""People by course: each cell is what the rules say, totals are the report's, and the files have the same cells."""

import csv
import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings, strategies as st
from openpyxl import load_workbook

from lms.compliance.projection.counts.deltas import locked_state
from lms.compliance.projection.inputs import inputs_now, is_up_to_date
from lms.compliance.projection.update import refresh
from lms.compliance.report.export.models import SavedView
from lms.compliance.report.people import build_matrix, whole_matrix
from lms.compliance.report.query import ReportLabels, ReportQuery
from lms.compliance.report.report import PersonLine
from lms.compliance.report.service import build_report
from lms.compliance.requirements.operations import exempt
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import Post, posts_of, statuses_on, urgency_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus
from lms.kernel import db as database
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.compliance.status.reference import Json
from tests.compliance.status.strategies import ASKED_DAYS, WORLDS
from tests.factories.compliance import NOW, TODAY, a_course, a_person, earned, hill_aid, hr_of, required_course
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.stored_facts import storable, store

pytestmark = pytest.mark.usefixtures("fixed_clock")
on_databases = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
FIRST, SECOND, WASH_ONLY = "safe-identification", "referral", "wash-brief"
LATE = frozenset(each for each in TrainingStatus if each.group is StatusGroup.LATE)


@pytest.fixture
def known(app: Flask) -> dict[str, int]:
    """Two courses for all of Rivers Relief and one for WASH.

    Lina holds the first until 1 February 2027 and never had the second; Sami is on leave from the second; Noor, of
    Health, is not asked for the brief. Omar's Zainab of Hill Aid is nobody's here.
    """
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station, here, there = session.query(DutyStation).one(), session.query(Organisation).one(), hill_aid()
        first, second, brief = (a_course(slug) for slug in (FIRST, SECOND, WASH_ONLY))
        required_course(here.id, first)
        requirement = required_course(here.id, second)
        required_course(here.id, brief, due_days=400, match={"sectors": ["wash"]})
        required_course(there.id, first)
        lina, sami, noor = (
            a_person(name, here.id, number, station.id, sector)
            for name, number, sector in (
                ("=Lina Haddad", "+W-7", "wash"), ("Sami Aziz", "W-8", "wash"), ("Noor Ali", "W-9", "health"),
            )
        )  # fmt: skip
        a_person("Zainab Noor", there.id, "H-2", station.id, "nutrition")
        earned(lina, first, date(2026, 2, 2))
        earned(sami, first, date(2026, 5, 4))
        exempt(
            hr_of(here.id), person_id=sami.id, requirement_id=requirement.id, organisation_id=here.id,
            from_on=date(2026, 10, 1), until_on=None, kind="sick", reason="Agreed",
        )  # fmt: skip
        return {"here": here.id, "lina": lina.id, "sami": sami.id, "noor": noor.id}


@pytest.fixture
def hana(client: FlaskClient, known: dict[str, int]) -> FlaskClient:
    sign_in(client, "hana@demo.example")
    return client


def body(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.get_data(as_text=True)[:3000]
    return " ".join(response.get_data(as_text=True).replace("\u00a0", " ").split())


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"))))


def row_of(page: str, name: str) -> dict[str, str]:
    """Returns the cells of a row of the page by course, as they read; those that are not required are missing."""
    row = page.split(f"{name}<")[1].split("</tr>", maxsplit=1)[0]
    cells = re.findall(r'<td [^>]*data-label="Course ([^"]+)">(.*?)</td>', row)
    return {course: " ".join(re.sub("<[^>]+>", " ", cell).split()) for course, cell in cells}


def test_each_cell_is_a_status_with_its_day(hana: FlaskClient) -> None:
    page = body(hana, "/compliance/matrix?as_of=2026-11-22")
    assert row_of(page, "Lina Haddad") == {
        FIRST: "Valid until 1 Feb 2027",
        SECOND: "Overdue due 15 Jan 2026",
        WASH_ONLY: "Not started due 5 Feb 2027",
    }
    assert row_of(page, "Sami Aziz")[SECOND] == "Exempt"
    assert WASH_ONLY not in row_of(page, "Noor Ali")
    assert "not required</span>" in page.split("Noor Ali")[1].split("</tr>")[0]
    assert "#circle-check" in page
    assert "Zainab" not in page
    later = row_of(body(hana, "/compliance/matrix?as_of=2027-03-01"), "Lina Haddad")
    assert later[FIRST] == "Expired ended 1 Feb 2027"


def test_filters_are_those_of_the_list_of_people(hana: FlaskClient) -> None:
    page = body(hana, f"/compliance/matrix?course={WASH_ONLY}")
    assert f'scope="col">Course {WASH_ONLY}<' in page
    assert f"Course {FIRST}</th>" not in page and "Noor Ali" not in page
    health = body(hana, "/compliance/matrix?sector=health&station=north-river&role=promoter")
    assert "Noor Ali" in health and "Sami Aziz" not in health
    assert f"Course {WASH_ONLY}</th>" not in health
    late = body(hana, "/compliance/matrix?status=late&sector=wash")
    assert "Lina Haddad" in late and "Sami Aziz" not in late
    assert row_of(late.split("totals")[1], "Overdue") == {FIRST: "1", SECOND: "2", WASH_ONLY: "0"}
    # Of the two who are listed: Sami, who is not, must hold these too.
    assert row_of(late.split("totals")[1], "Must hold it") == {FIRST: "2", SECOND: "2", WASH_ONLY: "2"}
    assert "No staff with this status" in body(hana, "/compliance/matrix?status=revoked")
    assert "Nobody on 1 January 2001" in body(hana, "/compliance/matrix?as_of=2001-01-01")
    before = body(hana, "/compliance/matrix?known_as_of=2026-11-21")
    assert "Nobody on" in before


@pytest.mark.parametrize(
    "words",
    ["", "sector=wash", "station=north-river", f"course={SECOND}", "as_of=2027-03-01", "known_as_of=2026-11-22"],
)
def test_totals_are_the_figures_of_the_report(hana: FlaskClient, words: str) -> None:
    page = body(hana, f"/compliance/matrix?{words}")
    report = [row for row in rows(hana, f"/compliance.csv?{words}") if row["sector"] == "(all sectors)"][1:]
    for head, column in (
        ("Must hold it", "people"), ("Compliant", "compliant"), ("Of these exempt", "exempt"),
        ("Not yet due", "in_time"), ("Overdue", "late"),
    ):  # fmt: skip
        assert row_of(page.split("totals")[1], head) == {row["course"]: row[column] for row in report}, head
    whole = load_workbook(BytesIO(hana.get(f"/compliance/matrix.xlsx?{words}").data))["Courses"]
    heads, *figures = whole.iter_rows(values_only=True)
    exempt_of = {row[0]: row[heads.index("Status: Exempt")] for row in figures}
    assert exempt_of == {f"Course {row['course']}": int(row["exempt"]) for row in report}


def test_totals_lead_to_the_people_behind_them(hana: FlaskClient) -> None:
    page = body(hana, "/compliance/matrix")
    assert f'href="/compliance/people?course={SECOND}&amp;status=exempt">1</a>' in page
    # The list of people has no such filter: overdue for one course, among those overdue for any.
    assert "status=late" not in body(hana, "/compliance/matrix?status=late").split("totals")[1].split("</table>")[0]


def test_the_csv_has_fixed_words_and_iso_days(hana: FlaskClient) -> None:
    lines = {row["name"]: row for row in rows(hana, "/compliance/matrix.csv?as_of=2026-11-22")}
    lina, noor = lines["'=Lina Haddad"], lines["Noor Ali"]
    assert list(lina)[:10] == [
        "as_of", "known_as_of", "definitions", "organisation", "staff_number", "name", "sector", "station", "role",
        "overall",
    ]  # fmt: skip
    assert (lina["staff_number"], lina["as_of"], lina["overall"]) == ("'+W-7", "2026-11-22", "overdue")
    pairs = {course: (lina[f"{course}_status"], lina[f"{course}_day"]) for course in (FIRST, SECOND, WASH_ONLY)}
    assert pairs == {
        FIRST: ("valid", "2027-02-01"), SECOND: ("overdue", "2026-01-15"), WASH_ONLY: ("not_started", "2027-02-05"),
    }  # fmt: skip
    assert (noor[f"{WASH_ONLY}_status"], noor[f"{WASH_ONLY}_day"]) == ("not_required", "")
    assert (lines["Sami Aziz"][f"{SECOND}_status"], lines["Sami Aziz"][f"{SECOND}_day"]) == ("exempt", "")


def test_the_workbook_reads_back(hana: FlaskClient) -> None:
    book = load_workbook(BytesIO(hana.get("/compliance/matrix.xlsx?as_of=2026-11-22&status=late&sector=wash").data))
    assert book.sheetnames == ["People by course", "Courses", "Definitions"]
    sheet = book["People by course"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref is not None) == ("C2", True)
    head = [cell.value for cell in sheet[1]]
    lina = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "=Lina Haddad")
    place = head.index(f"Course {FIRST}")
    assert (lina[0].data_type, lina[1].value, lina[place].value) == ("s", "+W-7", "Valid")
    assert lina[place + 1].value == datetime(2027, 2, 1)  # noqa: DTZ001 - a spreadsheet knows no zones
    assert head[place + 1] == f"Course {FIRST}: last valid day, or due day"
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    about = {row[0].value: row[1].value for row in book["Definitions"].iter_rows()}
    assert (about["Sector"], about["Status"]) == ("Wash", "Overdue, Expired, Revoked")
    assert about["Definitions version"] == "1"


def test_a_view_of_it_is_saved_and_offered(app: Flask, hana: FlaskClient) -> None:
    saved = hana.post("/compliance/views", data={"page": "matrix", "name": "WASH", "sector": "wash"})
    assert saved.headers["Location"] == "/compliance/matrix?sector=wash"
    assert '<a href="/compliance/matrix?sector=wash">WASH</a>' in body(hana, "/compliance/people")
    assert '<a href="/compliance/matrix?sector=wash">WASH</a>' in body(hana, "/compliance/views")
    assert 'name="page" value="matrix"' in body(hana, "/compliance/matrix?sector=wash")
    with app.app_context():
        assert session.query(SavedView).one().page == "matrix"


def test_it_is_linked_with_its_filters(hana: FlaskClient) -> None:
    for address in ("/compliance?sector=wash", "/compliance/people?sector=wash"):
        assert '<a href="/compliance/matrix?sector=wash">People by course</a>' in body(hana, address)
    assert 'href="/compliance/people?sector=wash">These people with reasons</a>' in body(
        hana, "/compliance/matrix?sector=wash"
    )


def test_pages_of_fifty_with_the_totals_of_all(app: Flask, hana: FlaskClient, known: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        station = session.query(DutyStation).one()
        for number in range(60):
            a_person(f"Person {number}", known["here"], f"P-{number}", station.id, "health")
    first, second = (body(hana, f"/compliance/matrix?page={page}") for page in (1, 2))
    assert first.count('"/people/') == 50
    assert "Page 2 of 2" in second
    totals = first.split("totals")[1].split("</table>")[0]
    assert totals == second.split("totals")[1].split("</table>")[0]
    assert re.sub("<[^>]+>", "", totals).count("68") >= 1


Cells = dict[tuple[int, int], dict[int, tuple[object, ...]]]
"""By person and organisation, and by course: status, due day, last day."""


def cells(lines: Iterable[PersonLine]) -> Cells:
    return {
        (line.named.person_id, line.named.organisation_id): {
            course: (row.status, row.due_on, row.valid_through) for course, row in line.by_course.items()
        }
        for line in lines
    }


@on_databases
@given(world=WORLDS, days=st.lists(ASKED_DAYS, min_size=3, max_size=3), pick=st.integers(0, 7), prepared=st.booleans())
def test_cells_are_what_the_rules_say_person_by_person(
    app_context: Flask, world: Json, days: list[date], pick: int, *, prepared: bool
) -> None:
    try:
        stored = store(storable(world))
        refresh(sorted(stored.persons.values()))
        if prepared:
            locked_state().inputs = inputs_now().written()
            session.flush()
        organisations = session.query(Organisation).order_by(Organisation.id).all()
        assert is_up_to_date(None) is prepared
        filters = Filters(
            course=next(iter(stored.courses.values()), None) if pick & 1 else None,
            sector="wash" if pick & 2 else None,
            contract="staff" if pick & 4 else None,
        )
        population = list(posts_of(load_facts(Scope(frozenset(each.id for each in organisations))).facts))
        for day in days:
            check_cells(organisations, filters, day, expected_cells(population, day, filters))
    finally:
        database.rollback()


def expected_cells(population: list[Post], day: date, filters: Filters) -> Cells:
    """What the rules say of each person at an organisation: status, due day and last day, by course."""
    expected = {}
    for each in statuses_on(population, day, filters):
        found: dict[int, tuple[object, ...]] = {}
        # The worst for each course, of equal ones what was due or ends first: it is written last.
        for applied, explained in sorted(each.required, key=urgency_of, reverse=True):
            cell = explained.status, explained.due_on, explained.valid_through
            found[int(applied.requirement.course)] = cell
        if found:
            expected[int(each.post.person), int(each.post.organisation)] = found
    return expected


def check_cells(organisations: list[Organisation], filters: Filters, day: date, expected: Cells) -> None:
    """Compares the matrix of a day, of today's knowledge and of what was known then, with what the rules say."""
    counts = Counter((course, cell[0]) for row in expected.values() for course, cell in row.items())
    labels = ReportLabels({}, {}, {}, {each.id: each.name for each in organisations})
    now = ReportQuery(tuple(organisations), filters, day, None, TODAY, labels)
    then = ReportQuery(tuple(organisations), filters, day, datetime.combine(TODAY, time.max, NOW.tzinfo), TODAY, labels)
    columns, page = build_matrix(now, None)
    assert cells(page.items) == expected
    figures = {column.course.course_id: column.figures for column in columns}
    assert counts == {(course, status): people for course, each in figures.items()
                      for status, people in each.by_status.items()}  # fmt: skip
    assert figures == build_report(now).report.course_totals
    for query in (now, then):
        again, everybody = whole_matrix(query, None)
        assert (again, cells(everybody)) == (columns, expected)
        late, overdue = whole_matrix(query, LATE)
        some = cells(overdue)
        assert some == {post: row for post, row in expected.items() if any(cell[0] in LATE for cell in row.values())}
        assert sum(column.figures.people for column in late) == sum(map(len, some.values()))
        assert build_matrix(query, LATE)[0] == late
