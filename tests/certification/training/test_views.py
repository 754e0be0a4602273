"""The pages of sessions and prior training, as HR uses them without any script."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select

from lms.certification.awards.rules import print_serial
from lms.certification.models import Award, TrainingSession
from lms.kernel import clock
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from tests.certification import world
from tests.factories.people import sign_in


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(clock.FixedClock(datetime(2026, 9, 1, 12, 0, tzinfo=UTC))):
        yield


def text_of(response: object) -> str:
    """Returns the words of a page with one space between them."""
    page = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", unescape(page))


def confirmation(response: object) -> dict[str, str]:
    """Returns what the form in the answer to a check would send."""
    page = response.get_data(as_text=True)  # type: ignore[attr-defined]
    form = page.split('id="would-do"')[1].split("</form>")[0]
    pairs = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: unescape(value) for name, value in pairs}


def session_form(ids: dict[str, int], **changes: object) -> dict[str, object]:
    return {
        "organisation": ids["here"], "course": ids["course"], "sector": "", "held_on": "2026-08-20",
        "station": ids["station"], "checked_by": "Lina Aziz", "evidence": "Binder 3",
        "lines": "W-1\r\nW-2\r\nW-77\r\nH-1\r\nw-1", "renew": "y", "token": "form-1",
    } | changes  # fmt: skip


def test_hr_records_a_session_after_a_look(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    assert "No sessions recorded yet" in text_of(client.get("/sessions"))
    page = client.get("/sessions/new")
    assert "nothing about a real child" in text_of(page)
    assert 'value="2026-09-01"' in page.get_data(as_text=True)
    looked = client.post("/sessions/check", data=session_form(ids))
    assert looked.status_code == 200
    words = text_of(looked)
    for said in (
        "2 certificates would be issued. 3 lines would be left out. Nothing is recorded yet.",
        "Nobody of this organisation has this staff number.",
        "Already on line 1.", "Amina Yusuf", "Valid through 19 Aug 2028.",
        "Record the session and issue 2 certificates",
    ):  # fmt: skip
        assert said in words, said
    assert "Omar Said" not in words
    with app.app_context():
        assert session.scalars(select(TrainingSession)).all() == []
    sent = confirmation(looked)
    assert sent["lines"] == "W-1\r\nW-2\r\nW-77\r\nH-1\r\nw-1"
    made = client.post("/sessions/new", data=sent)
    assert made.status_code == 303
    address = made.headers["Location"]
    shown = client.get(address)
    for said in ("2 people attended", "Amina Yusuf", "Tomas Silva", "Lina Aziz", "Binder 3", "North River"):
        assert said in text_of(shown), said
    again = client.post("/sessions/new", data=sent)
    assert (again.status_code, again.headers["Location"]) == (303, address)
    listed = text_of(client.get("/sessions"))
    assert "1 session" in listed
    assert "20 Aug 2026" in listed
    # The certificate says how it was earned, on the page, for everybody, and on paper.
    serial = re.findall(r'href="/certificates/([^"]+)"', shown.get_data(as_text=True))[0]
    own = text_of(client.get(f"/certificates/{serial}"))
    assert "In-person session on 20 August 2026" in own
    assert "Lina Aziz" in own
    public = text_of(client.get(f"/verify/{serial}"))
    assert "In-person session on 20 August 2026" in public
    assert "Lina Aziz" not in public
    (paper,) = PdfReader(io.BytesIO(client.get(f"/certificates/{serial}.pdf").data)).pages
    assert "In-person session on 20 August 2026" in re.sub(r"\s+", " ", paper.extract_text())


def test_letters_that_no_certificate_prints_are_named_before_anything_is_recorded(
    app: Flask, client: FlaskClient, ids: dict[str, int]
) -> None:
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        amina.name = "བསྟན་འཛིན"
        number = amina.id
    sign_in(client, "hana@demo.example")
    looked = client.post("/sessions/check", data=session_form(ids))
    assert "Certificates cannot print" in text_of(looked)
    assert f"/people/{number}/correct" in looked.get_data(as_text=True)
    with app.app_context(), unit_of_work():
        person = session.get(Person, number)
        assert person is not None
        person.printed_name = "Tenzin"
    assert "Certificates cannot print" not in text_of(client.post("/sessions/check", data=session_form(ids)))


def test_a_changed_list_is_looked_at_again(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    sent = confirmation(client.post("/sessions/check", data=session_form(ids)))
    for changed in (sent | {"lines": "W-4"}, sent | {"checksum": ""}, sent | {"held_on": "2026-08-21"}):
        refused = client.post("/sessions/new", data=changed)
        assert refused.status_code == 422
        assert "Something changed since you checked this list" in text_of(refused)
        assert confirmation(refused)["checksum"] != changed["checksum"]
    with app.app_context():
        assert session.scalars(select(Award)).all() == []
    assert client.post("/sessions/new", data=confirmation(refused)).status_code == 303


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"held_on": "2026-09-02"}, "This day is in the future"),
        ({"held_on": "2024-08-31"}, "24 months"),
        ({"held_on": ""}, "Choose a date"),
        ({"lines": " \n "}, "at least one staff number"),
        ({"lines": "\n".join(f"N-{n}" for n in range(501))}, "at most 500 lines"),
        ({"checked_by": ""}, "Write who checked"),
        ({"evidence": ""}, "attendance list"),
        ({"station": "99"}, "This is not one of the options"),
        ({"course": "x"}, "This is not one of the options"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_shown_and_what_was_typed_stays(
    client: FlaskClient, ids: dict[str, int], changes: dict[str, object], said: str
) -> None:
    sign_in(client, "hana@demo.example")
    refused = client.post("/sessions/check", data=session_form(ids, **changes))
    assert refused.status_code == 422
    assert said in text_of(refused)
    if "checked_by" not in changes:
        assert 'value="Lina Aziz"' in refused.get_data(as_text=True)


def test_a_brief_asks_for_its_sector(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    form = session_form(ids, course=ids["brief"])
    assert "by sector: choose one" in text_of(client.post("/sessions/check", data=form))
    sent = confirmation(client.post("/sessions/check", data=form | {"sector": "wash"}))
    made = client.post("/sessions/new", data=sent)
    assert "Wash" in text_of(client.get(made.headers["Location"]))


def test_nobody_found_offers_nothing_to_confirm(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    looked = client.post("/sessions/check", data=session_form(ids, lines="W-77"))
    assert "Nobody would get a certificate" in text_of(looked)
    assert 'name="checksum"' not in looked.get_data(as_text=True)


def recorded(client: FlaskClient, ids: dict[str, int]) -> str:
    sent = confirmation(client.post("/sessions/check", data=session_form(ids)))
    return str(client.post("/sessions/new", data=sent).headers["Location"])


def test_hr_withdraws_a_session(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    address = recorded(client, ids)
    page = text_of(client.get(f"{address}/withdraw"))
    assert "2 certificates are revoked from the day they were earned" in page
    assert client.post(f"{address}/withdraw", data={"reason": ""}).status_code == 422
    done = client.post(f"{address}/withdraw", data={"reason": "It was another course"})
    assert (done.status_code, done.headers["Location"]) == (303, address)
    shown = client.get(address)
    words = text_of(shown)
    assert "Withdrawn." in words
    assert "It was another course" in words
    assert words.count("Revoked") == 2
    assert "Withdraw this session" not in words
    serial = re.findall(r'href="/certificates/([^"]+)"', shown.get_data(as_text=True))[0]
    assert "has not been valid since 20 August 2026" in text_of(client.get(f"/verify/{serial}"))
    again = client.post(f"{address}/withdraw", data={"reason": "Twice"})
    assert (again.status_code, "already withdrawn" in text_of(again)) == (422, True)
    assert "Withdrawn" in text_of(client.get("/sessions"))


def test_sessions_of_others_are_not_there(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    address = recorded(client, ids)
    client.post("/logout")
    sign_in(client, "omar@demo.example")
    assert client.get(address).status_code == 404
    assert client.post(f"{address}/withdraw", data={"reason": "Why"}).status_code == 404
    assert "No sessions recorded yet" in text_of(client.get("/sessions"))
    forged = client.post("/sessions/check", data=session_form(ids))
    assert "Amina" not in text_of(forged)
    assert client.get("/sessions/99999999999999999999").status_code == 404


@pytest.mark.parametrize("who", ["amina", "tomas", "karim", "root"])
def test_sessions_are_for_hr(client: FlaskClient, ids: dict[str, int], who: str) -> None:
    sign_in(client, f"{who}@demo.example")
    pages = ("/sessions", "/sessions/new", "/sessions/prior", "/sessions/prior/new", "/sessions/prior/list")
    assert {client.get(page).status_code for page in pages} == {403}
    posts = ("/sessions/check", "/sessions/new", "/sessions/prior/new", "/sessions/prior/check", "/sessions/prior/list")
    assert {client.post(page, data=session_form(ids)).status_code for page in posts} == {403}


def test_long_lists_of_sessions_have_pages_and_a_filter(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    with app.app_context(), unit_of_work():
        revision = session.scalars(
            select(world.CourseRevision.id).where(world.CourseRevision.course_id == ids["course"])
        ).one()
        session.add_all(
            TrainingSession(
                organisation_id=ids["here"], course_id=ids["course"], course_revision_id=revision,
                held_on=date(2026, 1, 1), station_id=ids["station"], checked_by="Lina", evidence="Binder",
                token=f"t-{n}", recorded_at=clock.now(),
            )
            for n in range(60)
        )  # fmt: skip
    sign_in(client, "hana@demo.example")
    assert client.get("/sessions").get_data(as_text=True).count('<th scope="row">') == 50
    second = client.get(f"/sessions?page=2&course={ids['course']}")
    assert second.get_data(as_text=True).count('<th scope="row">') == 10
    assert "Page 2 of 2" in text_of(second)
    assert f"course={ids['course']}" in second.get_data(as_text=True)
    for odd in ("x", "-1", "99999999999999999999", "%00"):
        assert client.get(f"/sessions?course={odd}&page={odd}").status_code == 200, odd


# --- prior training ----------------------------------------------------------------------------------------


def test_hr_recognises_one_training(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    assert "No prior training recognised yet" in text_of(client.get("/sessions/prior"))
    assert 'value="W-1"' in client.get("/sessions/prior/new?staff_number=W-1").get_data(as_text=True)
    form = {
        "organisation": ids["here"], "course": ids["course"], "sector": "", "staff_number": "w-1",
        "earned_on": "2026-02-10", "evidence": "File 7", "checked_by": "Lina Aziz",
    }  # fmt: skip
    for changes, said in (
        ({"earned_on": "2024-08-30"}, "only training since 1 Sep 2024 is recognised"),
        ({"earned_on": "2024-09-01"}, "would have expired on 31 Aug 2026"),
        ({"earned_on": "2026-09-02"}, "is in the future"),
        ({"staff_number": "H-1"}, "Nobody of this organisation has this staff number"),
        ({"staff_number": "W-77"}, "Nobody of this organisation has this staff number"),
        ({"evidence": ""}, "where the earlier certificate is kept"),
    ):
        refused = client.post("/sessions/prior/new", data=form | changes)
        assert refused.status_code == 422
        assert said in text_of(refused), said
    made = client.post("/sessions/prior/new", data=form)
    assert made.status_code == 303
    shown = text_of(client.get(made.headers["Location"]))
    for said in ("Recognised prior training", "File 7", "Lina Aziz", "9 February 2028"):
        assert said in shown, said
    again = client.post("/sessions/prior/new", data=form)
    assert (again.status_code, "Already has a certificate earned on 10 Feb 2026" in text_of(again)) == (422, True)
    assert "File 7" in text_of(client.get("/sessions/prior"))
    (paper,) = PdfReader(io.BytesIO(client.get(f"{made.headers['Location']}.pdf").data)).pages
    assert "Recognised prior training" in re.sub(r"\s+", " ", paper.extract_text())


def trainings_form(ids: dict[str, int], **changes: object) -> dict[str, object]:
    return {
        "organisation": ids["here"], "course": ids["course"], "sector": "", "checked_by": "Lina Aziz", "lines": "",
    } | changes  # fmt: skip


def test_hr_recognises_a_list_from_a_file(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    body = (
        "\ufeffStaff number;Earned on;Proof\r\nW-1;2026-03-31;=1+1\r\nW-2;31.12.2025;File 8\r\n"
        "W-3;03/04/2026;File 9\r\n"
    )
    looked = client.post(
        "/sessions/prior/check",
        data=trainings_form(ids, file=(io.BytesIO(body.encode()), "list.csv")),
        content_type="multipart/form-data",
    )
    assert looked.status_code == 200
    words = text_of(looked)
    assert "2 certificates would be issued. 1 line would be left out." in words
    assert "The date cannot be read" in words
    sent = confirmation(looked)
    made = client.post("/sessions/prior/list", data=sent)
    assert made.status_code == 303
    listed = text_of(client.get("/sessions/prior"))
    for said in ("Amina Yusuf", "Tomas Silva", "File 8", "31 Dec 2025"):
        assert said in listed, said
    again = client.post("/sessions/prior/list", data=sent)
    assert again.status_code == 422
    assert "Nobody would get a certificate" in text_of(again)
    with app.app_context():
        assert len(session.scalars(select(Award)).all()) == 2


def test_hr_pastes_a_table_of_people_and_courses(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    title = "Safe identification of abuse, neglect, exploitation and violence"
    table = f"Number\tName\tOther training\t{title}\nW-1\tAmina\t\t2026-03-31\nW-2\tTomas\t2026-01-05\t"
    looked = client.post("/sessions/prior/check", data=trainings_form(ids, lines=table, evidence="Binder 3"))
    assert "1 certificate would be issued." in text_of(looked)
    assert client.post("/sessions/prior/list", data=confirmation(looked)).status_code == 303
    assert "Binder 3" in text_of(client.get("/sessions/prior"))
    other = client.post("/sessions/prior/check", data=trainings_form(ids, lines=table.replace("Safe", "Safer")))
    assert (other.status_code, "This looks like a table of people and courses" in text_of(other)) == (422, True)


def test_files_that_are_no_lists(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    for body, said in (
        (b"W-1,2026-03-31,B\xf6rse", "CSV UTF-8"),
        (b"", "The list is empty"),
        (b"\x00\x00", "The list is empty"),
    ):
        refused = client.post(
            "/sessions/prior/check",
            data=trainings_form(ids, file=(io.BytesIO(body), "list.csv")),
            content_type="multipart/form-data",
        )
        assert refused.status_code == 422
        assert said in text_of(refused), said


def test_a_session_is_linked_for_those_who_may_open_it(app: Flask, client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, "hana@demo.example")
    address = recorded(client, ids)
    with app.app_context():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        serial = print_serial(session.scalars(select(Award.serial).where(Award.person_id == amina.id)).one())
    assert f'href="{address}"' in client.get(f"/certificates/{serial}").get_data(as_text=True)
    client.post("/logout")
    sign_in(client)
    page = client.get(f"/certificates/{serial}")
    assert page.status_code == 200
    assert f'href="{address}"' not in page.get_data(as_text=True)
