"""The report's pages and files: ids that verify it, files read back, saved views, jobs, what changed."""

import csv
import re
from datetime import date, datetime, timedelta
from functools import partial
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from pypdf import PdfReader

from lms.accounts.models import Account, RoleGrant
from lms.certification.models import Award
from lms.compliance.projection.post_lists import list_changed
from lms.compliance.report import count_backends as sources
from lms.compliance.report.export.jobs import folder, remove_old
from lms.compliance.report.export.models import ExportJob, SavedView
from lms.compliance.report.report_id import ReportId
from lms.compliance.requirements.operations import exempt
from lms.compliance.source_data.filters import Filters
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.people import operations as people_operations
from lms.people.models import Organisation, Placement
from tests.factories import people
from tests.factories.compliance import NOW, a_course, a_person, earned, hill_aid, hr_of, required_course, revoked
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.remembered import remembered

DAY = timedelta(days=1)
LATER = NOW + 10 * DAY


pytestmark = pytest.mark.usefixtures("time")


@pytest.fixture
def known(app: Flask) -> dict[str, int]:
    """Rivers Relief with three of WASH: Lina holds the course until 1 February, Sami since spring, Noor never.

    And Hill Aid with its own HR, of whom Hana may see nothing.
    """
    remembered(app, "three of WASH", partial(record_three, app))
    return dict(_numbers)


def record_three(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        here, there = session.query(Organisation).one(), hill_aid()
        course = a_course()
        requirement = required_course(here.id, course)
        required_course(there.id, course)
        lina, sami, noor = (
            a_person(name, here.id, number, station.id)
            for name, number in (("=Lina Haddad", "+W-7"), ("Sami Aziz", "W-8"), ("Noor Ali", "W-9"))
        )
        earned(lina, course, date(2026, 2, 2))
        award = earned(sami, course, date(2026, 5, 4))
        _numbers.update(
            here=here.id, station=station.id, course=course, lina=lina.id, sami=sami.id,
            noor=noor.id, award=award.id, requirement=requirement.id,
        )  # fmt: skip


_numbers: dict[str, int] = {}
"""The numbers of what was recorded: the same each time, since an empty database begins at one."""


def body(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[:3000]
    return " ".join(response.get_data(as_text=True).split())


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    response = client.get(address)
    assert response.status_code == 200
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"))))


def id_on(page: str) -> str:
    found = re.search(r'/compliance/reports/([0-9A-Z-]+)"', page)
    assert found is not None
    return found.group(1)


def sweep(app: Flask) -> None:
    with app.app_context():
        outbox.sweep()


def test_an_id_works_the_report_out_again_and_tells_what_later_knowledge_changed(
    app: Flask, client: FlaskClient, known: dict[str, int], time: FixedClock
) -> None:
    sign_in(client, "hana@demo.example")
    report_id = id_on(body(client, "/compliance?as_of=2026-10-31"))
    again = body(client, f"/compliance/reports/{report_id}")
    assert "The figures match." in again
    assert "Nothing has been recorded since." in again
    time.move_to(LATER)
    with app.app_context(), unit_of_work():
        noor = session.get_one(people.Person, known["noor"])
        earned(noor, known["course"], date(2026, 10, 1))
    again = body(client, f"/compliance/reports/{report_id.lower().replace('-', ' ')}")
    assert "The figures match." in again
    assert "1 fact recorded since explain" in again
    assert 'Certificates recorded: <span class="figure">1</span>' in again
    assert "Certificate recorded" in again.split("Which facts about this day came later")[1]
    wash = again.split("sector-wash")[1].split("</tr>")[0]
    figures = re.findall(r"<b>(\d+).%</b>", wash)
    assert int(figures[1]) > int(figures[0])


def test_an_id_of_a_report_that_never_was_is_reported(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    forged = ReportId(1, date(2026, 10, 31), NOW, (known["here"],), Filters(), b"false")
    assert "Different figures." in body(client, f"/compliance/reports/{forged}")


def test_ids_are_for_hr_of_all_their_organisations(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    report_id = id_on(body(client, "/compliance"))
    for wrong in (report_id[:-1] + ("0" if report_id[-1] != "0" else "1"), "0", "U", "%00", "x" * 3000):
        body(client, f"/compliance/reports/{wrong}", 404)
        # A sign that no database takes is left out of what is typed, so nothing was asked.
        answer_page = body(client, f"/compliance/reports?id={wrong}", 200 if wrong == "%00" else 404)
        assert ("No report of your organisations has this id." in answer_page) == (wrong != "%00")
    assert client.get(f"/compliance/reports?id={report_id.lower()}").headers["Location"].endswith(report_id)
    client.post("/logout")
    sign_in(client, "omar@demo.example")
    body(client, f"/compliance/reports/{report_id}", 404)
    client.post("/logout")
    sign_in(client, "karim@demo.example")
    body(client, f"/compliance/reports/{report_id}", 403)


def test_the_report_gives_the_same_figures_without_the_count_tables(
    client: FlaskClient, known: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def figures() -> list[dict[str, str]]:
        found = rows(client, "/compliance.csv?sector=wash") + rows(client, "/compliance.csv")
        return [{key: row[key] for key in row if key not in ("known_as_of", "report")} for row in found]

    sign_in(client, "hana@demo.example")
    counted = figures()
    assert counted
    monkeypatch.setattr(sources, "snapshots_can_answer", lambda _filters: False)
    assert figures() == counted


def test_filters_stay_in_the_id(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    address = "/compliance?sector=wash&station=north-river&role=promoter&course=safe-identification"
    again = body(client, f"/compliance/reports/{id_on(body(client, address))}")
    assert "The figures match." in again
    for word in ("Station", "Sector", "Course: <b>Course safe-identification", "Role", "promoter"):
        assert word in again


def test_the_workbook_has_typed_cells_and_no_formulas(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    response = client.get("/compliance.xlsx?as_of=2026-10-31")
    assert response.status_code == 200
    book = load_workbook(BytesIO(response.data))
    assert book.sheetnames[:3] == ["All sectors", "Matrix", "Trend"]
    assert book.sheetnames[-1] == "Definitions"
    assert len(book.sheetnames) == 3 + 9 + 1
    whole = book["All sectors"]
    assert whole.freeze_panes == "B2"
    assert whole.auto_filter.ref is not None
    wash = next(row for row in whole.iter_rows(min_row=2) if "Wash" in str(row[0].value))
    people_in_csv = next(
        row for row in rows(client, "/compliance.csv?as_of=2026-10-31")
        if row["sector"] == "Wash" and row["course"].startswith("(")
    )  # fmt: skip
    assert (wash[1].value, wash[1].data_type) == (int(people_in_csv["people"]), "n")
    assert wash[5].number_format == "0.0%"
    assert wash[5].value == pytest.approx(float(people_in_csv["rate_percent"]) / 100, abs=0.001)
    trend = book["Trend"]
    assert isinstance(trend["A2"].value, datetime)
    assert {row[1].value for row in trend.iter_rows(min_row=2)} == {"actual", "projected"}
    about = {row[0].value: row[1].value for row in book["Definitions"].iter_rows()}
    assert about["Definitions version"] == "1"
    assert "The figures match." in body(client, f"/compliance/reports/{about['Report id']}")


def test_each_row_of_the_csv_says_to_which_report_it_belongs(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    written = {row["report"] for row in rows(client, "/compliance.csv?as_of=2026-10-31")}
    assert written == {id_on(body(client, "/compliance?as_of=2026-10-31"))}


def test_people_in_files_are_text_whatever_they_begin_with(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    book = load_workbook(BytesIO(client.get("/compliance/people.xlsx?sector=wash").data))
    sheet = book["People"]
    lina = next(row for row in sheet.iter_rows(min_row=2) if row[0].value == "=Lina Haddad")
    assert (lina[0].data_type, lina[1].data_type, lina[1].value) == ("s", "s", "+W-7")
    assert lina[10].value == datetime(2027, 2, 1)  # noqa: DTZ001 - a spreadsheet knows no zones
    assert lina[10].number_format == "yyyy-mm-dd"
    assert "'=Lina Haddad" in {row["name"] for row in rows(client, "/compliance/people.csv?sector=wash")}
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_the_paper_has_two_tagged_pages_with_the_id_and_the_moment(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    first = client.get("/compliance.pdf?as_of=2026-10-31")
    assert first.content_type == "application/pdf"
    reader = PdfReader(BytesIO(first.data))
    assert len(reader.pages) == 2
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split()).replace("\u00a0", " ")
    assert "31 October 2026" in text
    assert "are compliant with everything required" in text
    assert "22 November 2026, 09:00 UTC" in text
    report_id = id_on(body(client, "/compliance?as_of=2026-10-31"))
    assert f"Report {report_id}" in text
    assert client.get("/compliance.pdf?as_of=2026-10-31").data == first.data


def test_paper_without_people_and_with_every_filter(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for address in ("/compliance.pdf?as_of=2001-01-01", "/compliance.pdf?sector=wash&works_with_children=yes"):
        response = client.get(address)
        assert response.status_code == 200
        assert len(PdfReader(BytesIO(response.data)).pages) == 2
    for address in ("/compliance.pdf?as_of=yesterday", "/compliance.xlsx?known_as_of=2090-01-01"):
        assert client.get(address).status_code == 422


def test_who_will_lapse_before_a_day(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    page = body(client, "/compliance/people?sector=wash&station=north-river&lapses_before=2027-03-01")
    assert "Lina Haddad" in page
    assert "Noor Ali" not in page
    assert "Sami Aziz" not in page
    assert "Nobody" in body(client, "/compliance/people?lapses_before=2027-02-01")
    assert "Choose a day after" in body(client, "/compliance/people?lapses_before=2026-11-22", 422)
    assert "Write the day as year-month-day" in body(client, "/compliance/people?lapses_before=March", 422)
    report = body(client, "/compliance")
    assert 'lapses_before=2027-02-21">1 person lapses within 90 days</a>' in report


def test_the_forecast_stands_beside_the_trend_in_words(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    page = body(client, "/compliance")
    assert page.count('class="outline"') == 12 + 1
    assert page.count(">projected</td>") == 12
    assert page.count(">actual</td>") == 25


def paper(client: FlaskClient, address: str) -> str:
    reader = PdfReader(BytesIO(client.get(address).data))
    assert len(reader.pages) == 2
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split()).replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("parameters", "counted", "later"),
    [
        # Today is 22 November 2026.
        (
            "as_of=2026-01-02",
            (25 + 10, 2),
            "90 days later, on 2 April 2026: 13 %. Nobody’s training had lapsed by then.",
        ),
        ("as_of=2026-03-01", (25 + 8, 4), "90 days later, on 30 May 2026: 25 %. Nobody’s training had lapsed by then."),
        ("as_of=2026-10-31", (25, 11), "30 days later, on 30 November 2026, projected without further training:"),
        # A day to come is projected itself, and so is what leads up to it from today on.
        ("as_of=2027-03-01", (20, 17), "30 days later, on 31 March 2027, projected without further training:"),
        ("as_of=2030-03-01", (0, 37), "30 days later, on 31 March 2030, projected without further training:"),
    ],
)
def test_projected_is_only_what_comes_after_the_moment_of_knowledge(
    client: FlaskClient, known: dict[str, int], parameters: str, counted: tuple[int, int], later: str
) -> None:
    actual, projected = counted
    sign_in(client, "hana@demo.example")
    page = re.sub(r"\s+", " ", re.sub(r"</?(b|span)\b[^>]*>", "", body(client, f"/compliance?{parameters}")))
    assert (page.count(">actual</td>"), page.count(">projected</td>")) == (actual, projected)
    assert later.replace(" ", " ") in page.replace("\u00a0", " ")
    assert ("Dashed: projected" in page) is (projected > 0)
    book = load_workbook(BytesIO(client.get(f"/compliance.xlsx?{parameters}").data))
    kinds = [row[1].value for row in book["Trend"].iter_rows(min_row=2)]
    assert (kinds.count("actual"), kinds.count("projected")) == (actual, projected)
    assert ("projected without further training" in paper(client, f"/compliance.pdf?{parameters}")) is (projected > 0)


def test_what_was_not_known_yet_is_projected(client: FlaskClient, known: dict[str, int], time: FixedClock) -> None:
    sign_in(client, "hana@demo.example")
    time.move_to(LATER)
    now, then = (
        body(client, f"/compliance?as_of=2026-10-31{data_of}").split('id="later"')[1]
        for data_of in ("", "&known_as_of=2026-11-22")
    )
    assert (now.count("projected without further training"), now.count(">projected</td>")) == (2 + 2, 10)
    assert (then.count("projected without further training"), then.count(">projected</td>")) == (3 + 2, 11)


def test_the_sentence_says_what_it_is_about(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")

    def sentence(parameters: str) -> str:
        found = re.search(r'<p class="report-sentence">(.*?)</p>', body(client, f"/compliance?{parameters}"))
        assert found is not None
        said = " ".join(re.sub("<[^>]+>", "", found.group(1)).split()).replace("\u00a0", " ")
        if "are compliant" in said or "who must hold" in said:
            assert said.split(". ")[0] in paper(client, f"/compliance.pdf?{parameters}").replace("- ", "-")
        return said

    title = "Course safe-identification"
    assert sentence("as_of=2026-03-01").startswith("On 1 March 2026, 13 % of 8 people are compliant with everything")
    assert "By 30 May 2026 it was" in sentence("as_of=2026-03-01")
    assert "Projected for 29 January 2027 without further training:" in sentence("as_of=2026-10-31")
    assert sentence("as_of=2027-03-01").startswith("Projected for 1 March 2027 without further training: 13 % of 8")
    course = "course=safe-identification"
    assert sentence(f"as_of=2026-10-31&{course}").startswith(
        f"On 31 October 2026, 25 % of the 8 people who must hold “{title}” hold it or are exempt."
    )
    assert sentence(f"as_of=2025-11-02&{course}") == f"On 2 November 2025, “{title}” is not required of anyone here."
    # How many lapse is counted over everything required: beside one course it would say something else.
    assert "lapse" not in body(client, f"/compliance?as_of=2026-10-31&{course}").split('id="later"')[1]
    assert f"Only “{title}” is looked at" in body(client, f"/compliance/people?as_of=2026-10-31&{course}")
    assert "Change since 1 October 2026, points" in body(client, "/compliance?as_of=2026-10-31").replace("\u00a0", " ")
    assert "Since 1 Oct 2026" in paper(client, "/compliance.pdf?as_of=2026-10-31")


def test_exempt_people_are_a_category_of_their_own(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        for person in ("noor", "lina"):
            exempt(
                hr_of(known["here"]), person_id=known[person], requirement_id=known["requirement"],
                organisation_id=known["here"], from_on=date(2026, 10, 1), until_on=None, kind="sick", reason="Agreed",
            )  # fmt: skip
    sign_in(client, "hana@demo.example")
    # Lina holds the course and counts as valid; only Noor is compliant because he is exempt.
    said = "1 of them is exempt; without the exempt it is 29 %."
    page = body(client, "/compliance?as_of=2026-10-31").replace("\u00a0", " ")
    assert said in re.sub("<[^>]+>", "", page)
    assert (
        'data-label="Exempt"><a href="/compliance/people?as_of=2026-10-31&amp;sector=wash&amp;status=exempt">1</a>'
        in page
    )
    assert "Valid 2, Exempt 1, " in page and "Valid or exempt" not in page
    assert said in paper(client, "/compliance.pdf?as_of=2026-10-31")
    whole = rows(client, "/compliance.csv?as_of=2026-10-31")[0]
    assert (whole["exempt"], whole["rate_percent"], whole["rate_without_exempt_percent"]) == ("1", "37.5", "28.6")
    book = load_workbook(BytesIO(client.get("/compliance.xlsx?as_of=2026-10-31").data))
    head, total = (list(row) for row in book["All sectors"].iter_rows(max_row=2, values_only=True))
    assert total[head.index("Rate without the exempt")] == pytest.approx(2 / 7)
    assert total[head.index("Status: Exempt")] == 1
    assert "exempt" not in " ".join(
        part for part in re.findall(r'report-sentence">(.*?)</p>', body(client, "/compliance?as_of=2026-03-01"))
    )


def test_filters_that_exclude_each_other_say_so(client: FlaskClient, known: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for status in ("late", "in_time", "overdue", "grace"):
        page = body(client, f"/compliance/people?lapses_before=2027-03-01&status={status}", 422)
        assert "These two exclude each other" in page and 'value="2027-03-01"' in page
    assert "Lina Haddad" in body(client, "/compliance/people?lapses_before=2027-03-01&status=compliant")
    assert "Choose two different days" in body(
        client, "/compliance/changes?as_of=2026-10-31&compare_with=2026-10-31", 422
    )


def test_two_days_beside_each_other_and_who_changed(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        leave(known["sami"], date(2026, 10, 10))
        new = a_person("Rana New", known["here"], "W-20", known["station"], from_on=date(2026, 9, 1))
        earned(new, known["course"], date(2026, 9, 3))
        moved = leave(known["noor"], date(2026, 9, 30))
        people.placed(moved, session.get_one(people.DutyStation, known["station"]), "health", date(2026, 10, 1))
        lina = session.get_one(people.Person, known["lina"])
        earned(lina, known["course"], date(2026, 10, 20))
        # Of what she has, another course ends first: nothing else of her is another on the second day.
        maya = a_person("Maya Two", known["here"], "W-21", known["station"], "education")
        required_course(known["here"], second := a_course("second"), match={"sectors": ["education"]})
        earned(maya, second, date(2026, 2, 1), valid_until=date(2027, 1, 15))
        earned(maya, known["course"], date(2026, 2, 2))
        earned(maya, known["course"], date(2026, 10, 20))
    sign_in(client, "hana@demo.example")
    compared = body(client, "/compliance?as_of=2026-10-31&compare_with=2026-08-01")
    assert "Compare two days" in compared
    address = "/compliance/changes?as_of=2026-10-31&compare_with=2026-08-01"
    page = body(client, address)
    changes = {row["name"].lstrip("'"): row["changes"] for row in rows(client, address.replace("?", ".csv?"))}
    assert changes == {
        "Sami Aziz": "left", "Rana New": "joined", "Noor Ali": "moved",
        "=Lina Haddad": "renewed", "Maya Two": "renewed",
    }  # fmt: skip
    for name in ("Sami Aziz", "Rana New", "Noor Ali", "Lina Haddad"):
        assert name in page
    only = body(client, address + "&what=left")
    assert "Sami Aziz" in only
    assert "Rana New" not in only
    assert "No changes of this kind" in body(client, address + "&what=lapsed")
    with app.app_context(), reading():
        days = (date(2026, 8, 1), date(2026, 10, 31)), (date(2026, 10, 29), date(2026, 10, 30))
        looked_at = [len(list_changed({known["here"]}, *pair)) for pair in days]
    assert looked_at[0] >= 5 and looked_at[1] == 0, "who stays as they are is not compared"
    # The other way round it is the same interval of days.
    turned = {
        row["name"].lstrip("'"): row["changes"]
        for row in rows(client, "/compliance/changes.csv?as_of=2026-08-01&compare_with=2026-10-31")
    }
    assert turned == changes


def test_who_lapsed_and_who_became_compliant(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        award = session.get_one(Award, known["award"])
        revoked(award, date(2026, 9, 9))
        earned(session.get_one(people.Person, known["noor"]), known["course"], date(2026, 9, 2))
    sign_in(client, "hana@demo.example")
    found = rows(client, "/compliance/changes.csv?as_of=2026-10-31&compare_with=2026-08-01")
    changes = {row["name"]: (row["changes"], row["status_before"], row["status_after"]) for row in found}
    assert changes["Sami Aziz"] == ("lapsed", "valid", "revoked")
    assert changes["Noor Ali"] == ("compliant", "overdue", "valid")


def leave(person_id: int, last_day: date) -> people.Employment:
    """Ends somebody's only placement."""
    employed = session.query(people.Employment).filter_by(person_id=person_id).one()
    placement = session.query(Placement).filter_by(employment_id=employed.id).one()
    people_operations.end_placement(SYSTEM, placement, employed, last_day, reason="Agreed")
    return employed


def test_a_view_is_saved_for_its_owner_alone_and_removed(
    app: Flask, client: FlaskClient, known: dict[str, int]
) -> None:
    sign_in(client, "hana@demo.example")
    saved = {"page": "people", "name": "WASH, late", "sector": "wash", "status": "late"}
    answer = client.post("/compliance/views", data=saved)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/compliance/people?sector=wash&status=late"
    assert ">WASH, late</a>" in body(client, "/compliance")
    twice = client.post("/compliance/views", data=saved | {"name": "wash, LATE"})
    assert twice.status_code == 422
    assert "already have a view with this name" in twice.get_data(as_text=True)
    nameless = client.post("/compliance/views", data=saved | {"name": ""})
    assert nameless.status_code == 422
    assert 'name="sector" value="wash"' in nameless.get_data(as_text=True)
    with app.app_context():
        number = session.query(SavedView).one().id
    client.post("/logout")
    sign_in(client, "omar@demo.example")
    assert "WASH, late" not in body(client, "/compliance/views")
    assert client.post(f"/compliance/views/{number}/delete").status_code == 404
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.post(f"/compliance/views/{number}/delete").status_code == 303
    assert "No saved views yet" in body(client, "/compliance/views")


@pytest.fixture
def small_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Takes three people for many."""
    monkeypatch.setattr(sources, "MOST_COMPUTED_INLINE", 2)


def placed_for_all(app: Flask) -> None:
    """Prepares the statuses, so that people are counted by them."""
    result = app.test_cli_runner().invoke(args=["compliance", "rebuild"])
    assert result.exit_code == 0, result.output


@pytest.mark.usefixtures("small_limit")
def test_a_large_file_is_made_by_a_job_for_its_owner_and_removed_after_a_day(
    app: Flask, client: FlaskClient, known: dict[str, int], time: FixedClock
) -> None:
    placed_for_all(app)
    sign_in(client, "hana@demo.example")
    led = client.get("/compliance/people.csv?sector=wash")
    assert led.status_code == 303
    offer = body(client, led.headers["Location"])
    assert "Create the file" in offer
    made = client.post("/compliance/jobs", data={"kind": "people", "form": "csv", "sector": "wash"})
    job = made.headers["Location"]
    waiting = client.get(job)
    assert "Creating the file" in waiting.get_data(as_text=True)
    assert waiting.headers["Refresh"]
    assert client.get(f"{job}/file").status_code == 404
    sweep(app)
    assert "Your file is ready" in body(client, job)
    names = {row["name"] for row in rows(client, f"{job}/file")}
    assert {"'=Lina Haddad", "Sami Aziz", "Noor Ali"} <= names
    client.post("/logout")
    sign_in(client, "omar@demo.example")
    assert client.get(job).status_code == 404
    assert client.get(f"{job}/file").status_code == 404
    time.move_to(NOW + timedelta(hours=25))
    with app.app_context():
        remove_old()
        assert list(folder().iterdir()) == []
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.get(f"{job}/file").status_code == 404
    assert "No longer available" in body(client, job)


@pytest.mark.usefixtures("small_limit")
def test_every_kind_of_file_is_made(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    placed_for_all(app)
    sign_in(client, "hana@demo.example")
    for kind, form, start in (
        ("report", "csv", b"\xef\xbb\xbf"), ("report", "xlsx", b"PK"), ("report", "pdf", b"%PDF"),
        ("people", "xlsx", b"PK"), ("matrix", "csv", b"\xef\xbb\xbf"), ("matrix", "xlsx", b"PK"),
        ("changes", "csv", b"\xef\xbb\xbf"),
    ):  # fmt: skip
        data_sent = {"kind": kind, "form": form, "as_of": "2026-10-31", "compare_with": "2026-08-01"}
        job = client.post("/compliance/jobs", data=data_sent).headers["Location"]
        sweep(app)
        assert client.get(f"{job}/file").data.startswith(start), (kind, form)
    assert client.post("/compliance/jobs", data={"kind": "people", "form": "exe"}).status_code == 400


@pytest.mark.usefixtures("small_limit")
def test_a_report_with_past_knowledge_of_many_people_is_worked_out_by_a_job(
    app: Flask, client: FlaskClient, known: dict[str, int]
) -> None:
    placed_for_all(app)
    sign_in(client, "hana@demo.example")
    address = "/compliance?as_of=2026-10-31&known_as_of=2026-11-22"
    assert "This takes a few minutes" in body(client, address)
    words = {"kind": "report", "form": "page", "as_of": "2026-10-31", "known_as_of": "2026-11-22"}
    job = client.post("/compliance/jobs", data=words).headers["Location"]
    sweep(app)
    page = body(client, job)
    assert "On <b>31 October 2026</b>" in page
    report_id = id_on(page)
    assert "This takes a few minutes" in body(client, f"/compliance/reports/{report_id}")
    checked = client.post("/compliance/jobs", data={"kind": "check", "form": "page", "id": report_id})
    sweep(app)
    assert "The figures match." in body(client, checked.headers["Location"])
    assert client.post("/compliance/jobs", data={"kind": "check", "form": "page", "id": "0"}).status_code == 404


@pytest.mark.usefixtures("small_limit")
def test_whoever_lost_the_right_gets_no_file(app: Flask, client: FlaskClient, known: dict[str, int]) -> None:
    placed_for_all(app)
    sign_in(client, "hana@demo.example")
    job = client.post("/compliance/jobs", data={"kind": "people", "form": "csv"}).headers["Location"]
    with app.app_context(), unit_of_work():
        hana = session.query(Account).filter_by(email="hana@demo.example").one()
        for grant in session.query(RoleGrant).filter_by(account_id=hana.id):
            grant.retracted_at = clock.now()
    sweep(app)
    with app.app_context():
        assert session.query(ExportJob).one().outcome == "refused"
        assert list(folder().iterdir()) == []
    assert client.get(f"{job}/file").status_code == 403


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize(("kind", "form"), [("people", "csv"), ("report", "page")])
def test_hr_who_moved_to_another_organisation_reads_no_file_of_the_former(
    app: Flask, client: FlaskClient, known: dict[str, int], kind: str, form: str
) -> None:
    placed_for_all(app)
    sign_in(client, "hana@demo.example")
    job = client.post("/compliance/jobs", data={"kind": kind, "form": form, "sector": "wash"}).headers["Location"]
    sweep(app)
    address = f"{job}/file" if form == "csv" else job
    assert client.get(address).status_code == 200
    with app.app_context(), unit_of_work():
        hana = session.query(Account).filter_by(email="hana@demo.example").one()
        for grant in session.query(RoleGrant).filter_by(account_id=hana.id):
            grant.retracted_at = clock.now()
        there = people.organisation("moved-to", initials="MT")
        session.add(RoleGrant(account_id=hana.id, role="hr", organisation_id=there.id, recorded_at=clock.now()))
    # She is HR still, of others.
    assert client.get("/compliance/prepare").status_code == 200
    for path in (address, job):
        assert client.get(path).status_code == 404
