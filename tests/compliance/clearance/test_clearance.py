"""Checking a list of staff: what is found, what each role is shown, and that both ways to compute it agree."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given, strategies as st
from openpyxl import load_workbook

from lms.certification.awards.rules import make_serial, print_serial
from lms.compliance.clearance.answer import Clearance, ClearanceEntry, check_clearance
from lms.compliance.clearance.parse import MAX_ENTRIES, decode, split_table, split_text
from lms.compliance.clearance.resolve import IdentifierKind, MatchResult
from lms.compliance.projection.bulk_status import bulk_statuses_from_facts, bulk_statuses_on
from lms.compliance.requirements.operations import exempt
from lms.compliance.status.definitions import TrainingStatus
from lms.kernel.db import session, unit_of_work
from lms.kernel.logs import configure
from lms.people.api import merge_people
from lms.people.models import Employment, Organisation, Person
from tests.factories import people
from tests.factories.compliance import TODAY, a_course, a_person, earned, hill_aid, hr_of, required_course
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.usefixtures("fixed_clock")

DAY = timedelta(days=1)
LeaveCase = tuple[str, date | None, Clearance, str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n,;\t\n", []),
        ("W-1\nW-2\r\nW-3", ["W-1", "W-2", "W-3"]),
        (" W-1 ,w-2;\tx@y.org", ["W-1", "w-2", "x@y.org"]),
        ('"W-1"\n«W-2»', ["W-1", "W-2"]),
        ("ABCD EFGH\x00 JKLMN", ["ABCD EFGH JKLMN"]),
        ("W-1\nW-1", ["W-1", "W-1"]),
        ("W-1،W-2؛W-3", ["W-1", "W-2", "W-3"]),
    ],
)
def test_a_pasted_text(text: str, expected: list[str]) -> None:
    assert split_text(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("W-1\nW-2\n", ["W-1", "W-2"]),
        ("Staff number\nW-1\n", ["W-1"]),
        ("name;staff_number\nAmina;W-1\nBadru;W-2\n", ["W-1", "W-2"]),
        ("Name,E-Mail\nAmina,a@x.org\n", ["a@x.org"]),
        ("W-1,Amina\nW-2,Badru\n", ["W-1", "W-2"]),
        ('"W-1","Yusuf, Amina"\n', ["W-1"]),
        ("name\tserial\nAmina\t\nBadru\tABCD\n", ["ABCD"]),
    ],
)
def test_a_table(text: str, expected: list[str]) -> None:
    assert split_table(text) == expected


@example("\r0")
@example('"' + "x" * 200_000)
@given(st.text(max_size=300))
def test_no_file_breaks_the_reading(text: str) -> None:
    assert all(entry.strip() for entry in split_table(text))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_in_any_encoding(encoding: str) -> None:
    text = "Matricule;Nom\nÉ-1;Zoé Lefèvre a été formée à l'été\n"
    assert decode(text.encode(encoding)) == text


@pytest.fixture
def two(app: Flask) -> dict[str, int]:
    """Rivers Relief with Amina (certified) and others; Hill Aid beside it with Zainab, who has W-1 there."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        station = session.query(people.DutyStation).one()
        here = session.query(Organisation).one()
        there = hill_aid()
        zainab = a_person("Zainab Noor", there.id, "W-1", station.id)
        zainab.email = "zainab@demo.example"
        course = a_course()
        requirement = required_course(here.id, course)
        amina = session.query(Person).filter_by(name="Amina Yusuf").one()
        ours = earned(amina, course, date(2026, 6, 1), serial=make_serial(lambda n: 3 % n))
        theirs = earned(zainab, course, date(2026, 6, 1), serial=make_serial(lambda n: 5 % n))
        return {
            "here": here.id, "there": there.id, "amina": amina.id, "zainab": zainab.id, "station": station.id,
            "course": course, "requirement": requirement.id, "ours": ours.id, "theirs": theirs.id,
        }  # fmt: skip


def serial(fill: int) -> str:
    return make_serial(lambda n: fill % n)


def check(
    two: dict[str, int], *entries: str, day: date = TODAY, at: tuple[str, ...] = ("here",)
) -> list[ClearanceEntry]:
    return list(check_clearance(hr_of(*(two[each] for each in at)), entries, day).entries)


def test_each_in_the_order_asked(app: Flask, two: dict[str, int]) -> None:
    with app.app_context():
        found = check(two, "w-2", " W-98", "AMINA@demo.example", print_serial(serial(3)).lower(), "W-1", "W-99")
        found_as = [(each.number, each.kind, each.match, each.clearance) for each in found]
        assert found_as == [
            (1, IdentifierKind.NUMBER, MatchResult.ONE, Clearance.MAY_NOT),
            (2, IdentifierKind.NUMBER, MatchResult.NOBODY, Clearance.UNDETERMINED),
            (3, IdentifierKind.EMAIL, MatchResult.ONE, Clearance.MAY),
            (4, IdentifierKind.SERIAL, MatchResult.ONE, Clearance.MAY),
            (5, IdentifierKind.NUMBER, MatchResult.ONE, Clearance.MAY),
            (6, IdentifierKind.NUMBER, MatchResult.NOBODY, Clearance.UNDETERMINED),
        ]
        assert {each.people[0].person_id for each in found if each.clearance is Clearance.MAY} == {two["amina"]}
        assert found[4].valid_through == date(2027, 5, 31)
        assert found[0].overall is TrainingStatus.OVERDUE


def test_unknown_and_foreign_look_the_same(app: Flask, two: dict[str, int]) -> None:
    with app.app_context():
        for foreign, unknown in (("H-1", "H-2"), ("zainab@demo.example", "nobody@demo.example"),
                                 ("hill-aid:W-1", "no-such-aid:W-1"), ("hill-aid:W-1", "hill-aid:W-77")):  # fmt: skip
            one, other = check(two, foreign, unknown)
            assert (one.kind, one.match, one.clearance, one.overall, one.people, one.posts) == (
                other.kind, other.match, other.clearance, other.overall, other.people, other.posts,
            )  # fmt: skip
        # What is public may be said, and nothing more than that.
        (theirs,) = check(two, serial(5))
        assert (theirs.match, theirs.people, theirs.clearance) == (MatchResult.NOT_YOURS, (), Clearance.UNDETERMINED)
        (none,) = check(two, serial(7))
        assert (none.kind, none.match) == (IdentifierKind.SERIAL, MatchResult.NOBODY)


def test_one_number_in_two_of_ones_organisations(app: Flask, two: dict[str, int]) -> None:
    with app.app_context():
        both, ours, theirs = check(two, "W-1", "rivers-relief:w-1", "hill-aid:W-1", at=("here", "there"))
        assert both.match is MatchResult.SEVERAL
        assert {who.person_id for who in both.people} == {two["amina"], two["zainab"]}
        assert [each.people[0].person_id for each in (ours, theirs)] == [two["amina"], two["zainab"]]
        # Hill Aid requires nothing: that is an answer of its own, and never that she holds what is asked.
        assert (theirs.clearance, theirs.overall) == (Clearance.NOTHING_REQUIRED, TrainingStatus.NOT_REQUIRED)


def test_any_day(app: Flask, two: dict[str, int]) -> None:
    with app.app_context():
        before = check(two, "W-1", day=date(2025, 6, 1))[0]
        assert (before.clearance, before.overall) == (Clearance.MAY_NOT, None)
        # Not yet due, but no award either.
        assert check(two, "W-1", day=date(2026, 1, 10))[0].clearance is Clearance.MAY_NOT
        assert check(two, "W-1", day=date(2027, 5, 31))[0].clearance is Clearance.MAY
        assert check(two, "W-1", day=date(2027, 6, 1))[0].clearance is Clearance.MAY_NOT


def test_what_former_staff_earned_later_is_not_ours(app: Flask, two: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        gone = a_person("Gone", two["here"], "W-9", two["station"], through_on=TODAY - 60 * DAY)
        earned(gone, two["course"], TODAY - 90 * DAY, serial=serial(9))
        earned(gone, two["course"], TODAY - 30 * DAY, serial=serial(11))
    with app.app_context():
        before, after, number = check(two, serial(9), serial(11), "W-9")
        assert (before.match, before.overall) == (MatchResult.ONE, None)
        assert (after.match, after.people) == (MatchResult.NOT_YOURS, ())
        assert (number.clearance, number.overall) == (Clearance.MAY_NOT, None)


def test_merged_records_are_found_once(app: Flask, two: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        twin = a_person("A. Yusuf", two["here"], "W-8", two["station"])
        assert check(two, "W-8")[0].clearance is Clearance.MAY_NOT
        merge_people(hr_of(two["here"]), surviving_id=two["amina"], merged_id=twin.id, reason="Twice")
    with app.app_context():
        (found,) = check(two, "W-8")
        assert (found.match, found.clearance, found.people[0].person_id) == (
            MatchResult.ONE,
            Clearance.MAY,
            two["amina"],
        )


@pytest.mark.parametrize("day", [date(2025, 1, 1), date(2026, 1, 10), TODAY, date(2027, 6, 1)])
def test_prepared_and_exact_are_the_same(app: Flask, two: dict[str, int], day: date) -> None:
    with app.app_context():
        persons = set(session.scalars(session.query(Employment.person_id).statement))
        places = {two["here"], two["there"]}
        assert bulk_statuses_on(persons, places, day) == bulk_statuses_from_facts(persons, places, day)


@pytest.mark.parametrize(
    "case",
    [
        ("parental", date(2027, 2, 28), Clearance.MAY_NOT, "On leave until 28 Feb 2027."),
        ("sick", None, Clearance.MAY_NOT, "On leave, without a last day."),
        ("equivalence", None, Clearance.MAY, "Exempt from a requirement, as qualified in another way."),
    ],
)
@pytest.mark.parametrize("number", ["W-1", "W-2"])  # with a certificate in force, and without any
def test_nobody_on_leave_may_deploy(app: Flask, two: dict[str, int], number: str, case: LeaveCase) -> None:
    kind, until_on, answer, reason = case
    with app.app_context(), unit_of_work():
        who = session.query(Employment).filter_by(organisation_id=two["here"], staff_number=number).one().person_id
        exempt(
            hr_of(two["here"]), person_id=who, requirement_id=two["requirement"], organisation_id=two["here"],
            from_on=TODAY, until_on=until_on, kind=kind, reason="Agreed",
        )  # fmt: skip
    with app.app_context():
        (found,) = check(two, number)
        assert found.clearance is answer
        if number == "W-2" or answer is Clearance.MAY_NOT:
            assert found.explanation == reason
        else:
            assert found.explanation == "Holds everything required until 31 May 2027."
        assert check(two, number, day=TODAY - DAY)[0].clearance is (
            Clearance.MAY if number == "W-1" else Clearance.MAY_NOT
        )


def test_leave_is_found_after_a_merge_and_only_where_it_is_recorded(app: Flask, two: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        twin = a_person("A. Yusuf", two["here"], "W-8", two["station"])
        exempt(
            hr_of(two["here"]), person_id=twin.id, requirement_id=two["requirement"], organisation_id=two["here"],
            from_on=TODAY, until_on=None, kind="leave", reason="Agreed",
        )  # fmt: skip
        merge_people(hr_of(two["here"]), surviving_id=two["amina"], merged_id=twin.id, reason="Twice")
        people.placed(
            people.employed(session.get_one(Person, two["amina"]), session.get_one(Organisation, two["there"]), "H-7"),
            session.get_one(people.DutyStation, two["station"]), "wash",
        )  # fmt: skip
    with app.app_context():
        assert check(two, "W-1")[0].clearance is Clearance.MAY_NOT
        # What one organisation records of leave says nothing about the work for another.
        assert check(two, "H-7", at=("there",))[0].clearance is Clearance.NOTHING_REQUIRED


def post(client: FlaskClient, address: str = "", status: int = 200, **data: object) -> str:
    response = client.post(f"/compliance/lookup{address}", data=data)
    assert response.status_code == status, response.text[:2000]
    return response.text


def test_the_page(client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    empty = client.get("/compliance/lookup").text
    assert "What the terms mean" in empty
    body = post(client, text="W-1\nW-2, H-1")
    assert "May deploy" in body and "Holds everything required until 31 May 2027." in body
    assert "Was due on 15 Jan 2026" in body
    assert "Zainab" not in body and "Omar" not in body
    held_back = post(client, text="W-1\nW-2, H-1", only_not_cleared="y")
    assert "Amina Yusuf" not in held_back and "Tomas Silva" in held_back
    assert "Everyone on the list may deploy" in post(client, text="W-1", only_not_cleared="y")


def test_the_page_and_the_files_name_those_of_whom_nothing_is_required(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    body = post(client, text="W-1", only_not_cleared="y")
    assert '0</b> of <b class="figure">1</b> may deploy' in body
    assert "Nothing is required of this person on this day." in body and "Amina Yusuf" in body
    (row,) = csv.DictReader(StringIO(post(client, ".csv", text="W-1").lstrip("\ufeff")))
    assert (row["answer"], row["reason"]) == ("nothing_required", "Nothing is required of this person on this day.")
    book = load_workbook(BytesIO(client.post("/compliance/lookup.xlsx", data={"text": "W-1"}).data))
    assert "nothing_required" in [row[0].value for row in book["Definitions"].iter_rows()]


def test_what_was_pasted_is_not_lost(client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    assert "W-1 &lt;b&gt;" in post(client, status=422, text="W-1 <b>", as_of="30.02.2026")
    many = "\n".join(f"W-{number}" for number in range(MAX_ENTRIES + 1))
    refused = post(client, status=422, text=many)
    assert "10,001 entries" in refused and f"W-{MAX_ENTRIES}" in refused
    assert "Paste at least one" in post(client, status=422, text=" ,; ")
    sent = post(client, text="W-2", file=(BytesIO(b"name,staff number\nAmina,W-1\n"), "list.csv"))
    assert "W-2\nW-1" in sent.replace("\r\n", "\n")


def test_page_by_page(client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    text = "\n".join(f"X-{number}" for number in range(250))
    assert "Page 3 of 3" in post(client, text=text, page="3")
    assert "Page 3 of 3" in post(client, text=text, page="77")


def test_files(client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    rows = list(csv.DictReader(StringIO(post(client, ".csv", text="W-1\n=1+1\nW-2").lstrip("\ufeff"))))
    assert [(row["entry"], row["answer"]) for row in rows] == [
        ("W-1", "may_deploy"), ("'=1+1", "undetermined"), ("W-2", "may_not"),
    ]  # fmt: skip
    assert "Was due on 15 Jan 2026" in rows[2]["reason"]
    response = client.post("/compliance/lookup.xlsx", data={"text": "W-1\n=1+1"})
    book = load_workbook(BytesIO(response.data))
    assert book.sheetnames == ["Answers", "Requirements", "Definitions"]
    cells = {row[1].value: row[1].data_type for row in book["Answers"].iter_rows(min_row=2)}
    assert cells == {"W-1": "s", "=1+1": "s"}
    post(client, ".xlsx", status=422, text="")


def test_only_hr(client: FlaskClient, two: dict[str, int]) -> None:
    sign_in(client, "karim@demo.example")
    post(client, status=403, text="W-1")
    post(client, ".csv", status=403, text="W-1")


def test_nothing_of_it_is_logged(client: FlaskClient, two: dict[str, int], capsys: pytest.CaptureFixture[str]) -> None:
    sign_in(client, "hana@demo.example")
    configure("json")  # writes to the standard error of this moment
    post(client, text="secret-number-77\nsomebody@private.example")
    said = capsys.readouterr()
    assert "/compliance/lookup" in said.err
    assert "secret-number" not in said.err + said.out
    assert "private.example" not in said.err + said.out
