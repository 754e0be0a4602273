"""The pages of certificates as people use them: their own, HR's acts, the PDF, and the public check."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import delete, select

from lms.app import create_app
from lms.certification.awards import operations, queries
from lms.certification.awards.explain import renewal_note
from lms.certification.awards.rules import print_serial
from lms.certification.models import Award, AwardName, Revocation
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.base32 import ALPHABET
from lms.kernel.db import session, unit_of_work
from lms.people.models import Organisation, Person
from tests.certification import world
from tests.factories import people
from tests.factories.application import make_settings
from tests.factories.people import make_small_organisation, sign_in

EARNED = date(2026, 6, 19)
ARABIC = "أمينة بنت يوسف الطاهر"


@pytest.fixture(autouse=True)
def today() -> Iterator[clock.FixedClock]:
    """A day on which Amina's certificate is valid."""
    with clock.using(fixed := clock.FixedClock(datetime(2026, 9, 1, 12, 0, tzinfo=UTC))):
        yield fixed


@pytest.fixture
def serial(app: Flask) -> str:
    """Amina's certificate, earned with an attempt, as printed."""
    make_small_organisation(app)
    return make_certificate(app)


@pytest.fixture
def shown(app: Flask) -> str:
    """The same where nobody needs to sign in: hashing passwords is what takes the time."""
    with app.app_context(), unit_of_work():
        people.sectors()
        amina = people.person("Amina Yusuf")
        people.placed(people.employed(amina, people.organisation()), people.station())
    return make_certificate(app)


def make_certificate(app: Flask, name: str | None = None, **changes: object) -> str:
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        if name is not None:
            amina.name = name
            session.flush()
        course = world.course(validity="P2Y", renewal="P60D")
        attempt = world.passed_attempt(amina, course)
        return print_serial(world.earned(amina, course, EARNED, attempt_id=attempt.id, **changes).serial)


def text_of(response: object) -> str:
    """Returns the words of a page with one space between them."""
    page = re.sub(r"<[^>]+>", " ", response.get_data(as_text=True).replace("<wbr>", ""))  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", page.replace("&#39;", "'").replace("&amp;", "&"))


def pdf_text(body: bytes) -> str:
    (page,) = PdfReader(io.BytesIO(body)).pages
    return re.sub(r"\s+", " ", page.extract_text())


def act_on(app: Flask, serial: str, act: str) -> None:
    """Lets something happen to an award as HR would do it."""
    with app.app_context(), unit_of_work():
        known = queries.find_award(serial.replace("-", ""))
        assert known is not None
        if act == "revoke":
            operations.revoke(SYSTEM, known.award, reason="Answers were shared.", effective_on=date(2026, 8, 1))
        elif act == "correct":
            operations.supersede(SYSTEM, known.award, name="Amina Al-Yusuf", reason="Spelling.")
        elif act == "erase":
            session.execute(delete(AwardName))


# --- one's own -------------------------------------------------------------------------------------------


def test_the_holder_sees_what_it_says_and_why(client: FlaskClient, serial: str) -> None:
    sign_in(client)
    response = client.get(f"/certificates/{serial}")
    assert response.status_code == 200
    page = text_of(response)
    for words in (
        "Amina Yusuf", world.TITLE, "Edition 1", "19 June 2026", "18 June 2028", "92 %", serial, "Rivers Relief",
        "This certificate is valid through 18 June 2028",
        "Earned on 19 June 2026 (time zone UTC), course edition 1.",
        "Valid for 2 years from that day: through 18 June 2028.",
        f"https://training.example.org/verify/{serial}",
    ):  # fmt: skip
        assert words in page, words
    assert f'href="/certificates/{serial}.pdf"' in response.get_data(as_text=True)
    assert "For HR" not in page


def test_addresses_forgive(client: FlaskClient, serial: str) -> None:
    sign_in(client)
    for typed in (serial.lower(), serial.replace("-", ""), f" {serial} "):
        assert client.get(f"/certificates/{typed}").status_code == 200, typed


@pytest.mark.parametrize(
    ("who", "status"), [("amina", 200), ("hana", 200), ("tomas", 404), ("karim", 404), ("root", 404)]
)
def test_only_the_holder_and_their_hr_open_it(client: FlaskClient, serial: str, who: str, status: int) -> None:
    pages = (f"/certificates/{serial}", f"/certificates/{serial}.pdf")
    assert [client.get(page).status_code for page in pages] == [302, 302]
    sign_in(client, f"{who}@demo.example")
    assert [client.get(page).status_code for page in pages] == [status, status]


def test_from_an_attempt_to_its_certificate(app: Flask, client: FlaskClient, serial: str) -> None:
    with app.app_context(), unit_of_work():
        attempt_id = session.scalar(select(Award.attempt_id))
    sign_in(client)
    response = client.get(f"/certificates/of-attempt/{attempt_id}")
    assert (response.status_code, response.headers["Location"]) == (302, f"/certificates/{serial}")
    assert client.get("/certificates/of-attempt/99999").status_code == 404
    act_on(app, serial, "correct")
    assert client.get(f"/certificates/of-attempt/{attempt_id}").headers["Location"] != f"/certificates/{serial}"
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert client.get(f"/certificates/of-attempt/{attempt_id}").status_code == 404


# --- the PDF ---------------------------------------------------------------------------------------------


def test_the_pdf_says_the_same_for_ever(app: Flask, client: FlaskClient, serial: str, today: clock.FixedClock) -> None:
    sign_in(client)
    response = client.get(f"/certificates/{serial}.pdf")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f"inline; filename={serial}.pdf"
    assert response.headers["Cache-Control"].startswith("private")
    words = pdf_text(response.data)
    for expected in (
        "Amina Yusuf", world.TITLE, "Rivers Relief", "Earned on 19 June 2026", "Valid through 18 June 2028", serial,
        f"training.example.org/verify/{serial}",
    ):  # fmt: skip
        assert expected in words, expected
    # Neither another day, nor another name of the person or the organisation, nor a revocation changes a byte.
    today.move_to(datetime(2029, 1, 1, tzinfo=UTC))
    with app.app_context(), unit_of_work():
        session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one().name = "Somebody Else"
        session.scalars(select(Organisation)).one().name = "Another Name"
    act_on(app, serial, "revoke")
    sign_in(client)
    assert client.get(f"/certificates/{serial}.pdf").data == response.data


@pytest.mark.parametrize(
    "name",
    [ARABIC, f"Amina Yusuf · {ARABIC}", "Sinéad O'Neil-D'Souza", "Nguyễn Thị " + "Minh Khai " * 19],
    ids=("arabic", "both", "apostrophes", "long"),
)
def test_names_of_all_kinds_are_printed(app: Flask, client: FlaskClient, name: str) -> None:
    make_small_organisation(app)
    serial = make_certificate(app, name[:200])
    sign_in(client)
    assert name[:200].strip() in text_of(client.get(f"/certificates/{serial}"))
    reader = PdfReader(io.BytesIO(client.get(f"/certificates/{serial}.pdf").data))
    assert len(reader.pages) == 1
    assert name[:200].strip() in str(reader.metadata and reader.metadata.title)


def test_a_certificate_without_score_placement_or_name(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        award = world.earned(amina, world.course(), "2025-03-01", earned_on=date(2025, 3, 1), how="import", score=None)
        serial = print_serial(award.serial)
    act_on(app, serial, "erase")
    sign_in(client)
    page = text_of(client.get(f"/certificates/{serial}"))
    assert "Name withheld" in page
    assert "Earlier record" in page
    words = pdf_text(client.get(f"/certificates/{serial}.pdf").data)
    assert "Name withheld" in words
    assert "Earlier record" in words
    assert "Score" not in words


# --- HR --------------------------------------------------------------------------------------------------


def test_hr_revokes(app: Flask, client: FlaskClient, serial: str) -> None:
    sign_in(client, "hana@demo.example")
    assert f"/certificates/{serial}/revoke" in client.get(f"/certificates/{serial}").get_data(as_text=True)
    form = client.get(f"/certificates/{serial}/revoke")
    assert 'value="2026-09-01"' in form.get_data(as_text=True)
    assert "Do not write about a real child, family or incident." in text_of(form)
    empty = client.post(f"/certificates/{serial}/revoke", data={"effective_on": "2026-09-01", "reason": ""})
    assert empty.status_code == 422
    early = client.post(f"/certificates/{serial}/revoke", data={"effective_on": "2026-06-18", "reason": "Shared"})
    assert early.status_code == 422
    assert "Choose the day it was earned, 19 June 2026, or a later one" in text_of(early)
    assert "Shared" in early.get_data(as_text=True)
    response = client.post(
        f"/certificates/{serial}/revoke", data={"effective_on": "2026-08-01", "reason": "Answers were shared."}
    )
    assert (response.status_code, response.headers["Location"]) == (303, f"/certificates/{serial}")
    page = text_of(client.get(f"/certificates/{serial}"))
    assert "has not been valid since 1 August 2026" in page
    assert "Revocation recorded on 1 Sep 2026 by Hana Haddad . Reason: Answers were shared." in page
    assert "For HR" not in page
    again = client.post(f"/certificates/{serial}/revoke", data={"effective_on": "2026-08-01", "reason": "Twice."})
    assert again.status_code == 409
    with app.app_context(), unit_of_work():
        assert session.scalars(select(Revocation.reason)).all() == ["Answers were shared."]


def test_hr_corrects_a_name(app: Flask, client: FlaskClient, serial: str) -> None:
    sign_in(client, "hana@demo.example")
    form = client.get(f"/certificates/{serial}/correct")
    assert 'value="Amina Yusuf"' in form.get_data(as_text=True)
    for name, word in (
        ("Amina Yusuf", "already has this name"),
        ("བསྟན་འཛིན", "cannot print"),
        ("x" * 201, "200"),
        ("", "name"),
    ):
        refused = client.post(f"/certificates/{serial}/correct", data={"name": name, "reason": "Spelling."})
        assert refused.status_code == 422, name
        assert word in text_of(refused)
    response = client.post(f"/certificates/{serial}/correct", data={"name": "Amina Al-Yusuf", "reason": "Spelling."})
    assert response.status_code == 303
    new = client.get(response.headers["Location"])
    assert "Amina Al-Yusuf" in text_of(new)
    assert response.headers["Location"] != f"/certificates/{serial}"
    old = client.get(f"/certificates/{serial}")
    assert f'href="{response.headers["Location"]}"' in old.get_data(as_text=True)
    assert client.get(f"/certificates/{serial}/correct").status_code == 200
    assert client.post(f"/certificates/{serial}/correct", data={"name": "A", "reason": "Again."}).status_code == 409


def test_a_married_name_is_on_the_next_certificate_and_replaces_those_chosen_at_once(
    app: Flask, client: FlaskClient, serial: str
) -> None:
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        number = amina.id
        old, other = (
            print_serial(world.earned(amina, world.course(slug, code=slug), day).serial)
            for slug, day in (("first-days", date(2024, 1, 9)), ("reporting", date(2026, 2, 2)))
        )
    sign_in(client, "hana@demo.example")
    data = {"name": "Amina Haddad", "email": "amina@demo.example", "language": "en", "reason": "Married."}
    page = text_of(client.post(f"/people/{number}/correct", data=data, follow_redirects=True))
    assert "Certificates that show another name" in page
    form = client.get(f"/people/{number}/certificates").get_data(as_text=True)
    assert [each in re.findall(r"checked[^>]*value=\"([^\"]+)", form) for each in (serial, other, old)] == [
        True, True, False,
    ]  # fmt: skip
    assert "Married." in form
    nothing = client.post(f"/people/{number}/certificates", data={"reason": "Married."})
    assert nothing.status_code == 422
    assert "Choose at least one certificate." in text_of(nothing)
    chosen = {"serials": [serial, other], "reason": "Married."}
    done = text_of(client.post(f"/people/{number}/certificates", data=chosen, follow_redirects=True))
    assert "2 certificates were replaced." in done
    with app.app_context(), unit_of_work():
        person = session.get(Person, number)
        assert person is not None
        world.earned(person, world.course("next"), date(2026, 8, 1))
        names = {each.award.earned_on.isoformat(): each.name for each in queries.list_awards_of(number)}
    assert names == {
        "2024-01-09": "Amina Yusuf", "2026-02-02": "Amina Haddad", "2026-06-19": "Amina Haddad",
        "2026-08-01": "Amina Haddad",
    }  # fmt: skip
    assert client.post(f"/people/{number}/certificates", data=chosen).status_code == 422
    last = {"serials": [old], "reason": "Married."}
    assert client.post(f"/people/{number}/certificates", data=last).status_code == 303
    empty = client.get(f"/people/{number}/certificates", follow_redirects=True)
    assert "No certificate that you may replace shows another name." in text_of(empty)


def test_the_printed_name_is_what_certificates_show_and_the_holder_learns_what_they_cannot(
    app: Flask, client: FlaskClient
) -> None:
    make_small_organisation(app)
    serial = make_certificate(app, "བསྟན་འཛིན")
    sign_in(client)
    assert "Certificates cannot print" in text_of(client.get(f"/certificates/{serial}"))
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    page = client.get(f"/certificates/{serial}").get_data(as_text=True)
    (address,) = set(re.findall(r"/people/\d+/correct", page))
    data = {
        "name": "བསྟན་འཛིན", "printed_name": "Tenzin", "email": "amina@demo.example", "language": "en",
        "reason": "For certificates.",
    }  # fmt: skip
    renamed = client.post(address, data=data)
    assert renamed.status_code == 303
    done = client.post(renamed.headers["Location"], data={"serials": [serial], "reason": "For certificates."})
    assert done.status_code == 303
    with app.app_context(), unit_of_work():
        number = int(address.split("/")[2])
        assert [each.name for each in queries.list_awards_of(number)] == ["Tenzin"]
        person = session.get(Person, number)
        assert person is not None
        world.earned(person, world.course("next"), date(2026, 8, 1))
        assert {each.name for each in queries.list_awards_of(number)} == {"Tenzin"}


@pytest.mark.parametrize(("who", "status"), [("amina", 403), ("root", 403), ("karim", 403), ("hana", 200)])
def test_only_hr_changes_certificates(client: FlaskClient, serial: str, who: str, status: int) -> None:
    pages = (f"/certificates/{serial}/revoke", f"/certificates/{serial}/correct")
    assert [client.get(page).status_code for page in pages] == [302, 302]
    sign_in(client, f"{who}@demo.example")
    assert [client.get(page).status_code for page in pages] == [status, status]
    if status == 403:
        assert [client.post(page, data={}).status_code for page in pages] == [403, 403]


def test_hr_of_the_employer_sees_but_does_not_change_what_another_issued(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        here = session.scalars(select(Organisation)).one()
        award = world.earned(amina, world.course(), EARNED)
        lakes = Organisation(slug="lakes", name="Lakes", initials="L", recorded_at=clock.now())
        session.add(lakes)
        session.flush()
        assert award.organisation_id == here.id
        session.expunge(award)
        values = {c.key: getattr(award, c.key) for c in Award.__table__.columns if c.key != "id"}
        other = Award(**values | {"serial": "000000000000" + check_of("000000000000"), "organisation_id": lakes.id})
        session.add(other)
        session.flush()
        serial = print_serial(other.serial)
    sign_in(client, "hana@demo.example")
    assert "For HR" not in text_of(client.get(f"/certificates/{serial}"))
    assert client.post(f"/certificates/{serial}/revoke", data={}).status_code == 403


def check_of(body: str) -> str:
    remainder = 0
    for character in body:
        remainder = (remainder * 32 + ALPHABET.index(character)) % 37
    return ALPHABET[remainder]


# --- anybody ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "day", "word", "sentence"),
    [
        ("", "2026-06-19", "Valid.", "is valid through 18 June 2028"),
        ("", "2028-06-18", "Valid.", "is valid through 18 June 2028"),
        ("", "2028-06-19", "Expired.", "is genuine but has expired: its last valid day was 18 June 2028"),
        ("revoke", "2026-09-01", "Revoked.", "has been revoked: it has not been valid since 1 August 2026"),
        ("revoke", "2030-01-01", "Revoked.", "has been revoked: it has not been valid since 1 August 2026"),
        ("correct", "2026-09-01", "Replaced.", "has been replaced by a corrected one with another serial number"),
        ("correct", "2030-01-01", "Replaced.", "has been replaced by a corrected one with another serial number"),
    ],
)
def test_what_anybody_sees(
    app: Flask, client: FlaskClient, shown: str, today: clock.FixedClock, *, act: str, day: str, word: str,
    sentence: str,
) -> None:  # fmt: skip
    act_on(app, shown, act)
    today.move_to(datetime.fromisoformat(f"{day}T12:00:00+00:00"))
    response = client.get(f"/verify/{shown}")
    assert response.status_code == 200
    assert response.headers["X-Robots-Tag"] == "noindex"
    source, page = response.get_data(as_text=True), text_of(response)
    assert '<meta name="robots" content="noindex">' in source
    for words in (word, sentence, "Amina Yusuf", world.TITLE, "Rivers Relief", "Wash", "19 June 2026", shown):
        assert words in page, words
    # Neither the score, nor the reason, nor the way to the successor, nor anything of what the holder must do.
    for words in ("Score", "Answers were shared", "Al-Yusuf", "Spelling", "overdue", "required", "status"):
        assert words not in page, words
    with app.app_context(), unit_of_work():
        others = [print_serial(s) for s in session.scalars(select(Award.serial)) if print_serial(s) != shown]
    assert not any(other in source for other in others)


def test_an_erased_name_is_withheld(app: Flask, client: FlaskClient, shown: str) -> None:
    act_on(app, shown, "erase")
    page = text_of(client.get(f"/verify/{shown}"))
    assert "Name withheld" in page
    assert "Amina" not in page
    assert "Valid." in page


def test_a_typed_serial_is_read_kindly(client: FlaskClient, shown: str) -> None:
    for typed in (
        shown, f"  {shown}  ", shown.lower(), shown.replace("-", " "), shown.replace("-", "").replace("0", "o"),
        f"https://training.example.org/verify/{shown}", f"{shown}/",
    ):  # fmt: skip
        response = client.get("/verify", query_string={"serial": typed})
        assert (response.status_code, response.headers["Location"]) == (302, f"/verify/{shown}"), typed


def test_the_form_asks_again_for_nothing(client: FlaskClient) -> None:
    for typed in ("", "   ", "///", "..", "-"):
        response = client.get("/verify", query_string={"serial": typed})
        assert response.status_code == 200, typed
        assert 'name="serial"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("0000-0000-00000", "No certificate with this serial"),
        ("0000-0000-00001", "This serial number has a typing mistake"),
        ("0000-0000-0000", "This serial number has a typing mistake"),
        ("hello", "This serial number has a typing mistake"),
        ("<script>alert(1)", "This serial number has a typing mistake"),
        ("أمينة", "This serial number has a typing mistake"),
    ],
)
def test_an_unknown_serial_is_answered_kindly(client: FlaskClient, typed: str, title: str) -> None:
    response = client.get("/verify", query_string={"serial": typed}, follow_redirects=True)
    assert response.status_code == 404
    assert response.headers["X-Robots-Tag"] == "noindex"
    assert title in text_of(response)
    assert "What to check" in text_of(response)
    assert "<script>alert" not in response.get_data(as_text=True)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_guessing_is_slowed_down(database_url: str, tmp_path: Path) -> None:
    app = create_app(make_settings(tmp_path, database_url, rate_limits=True))
    client = app.test_client()
    answers = [client.get("/verify/0000-0000-00000").status_code for _ in range(31)]
    assert answers == [404] * 30 + [429]
    # Another person, at another address, is not held up.
    assert client.get("/verify/0000-0000-00000", environ_base={"REMOTE_ADDR": "10.1.2.3"}).status_code == 404


# --- before the quiz, and in lists -----------------------------------------------------------------------


def test_the_note_before_a_quiz(app: Flask, today: clock.FixedClock) -> None:
    with app.test_request_context(), unit_of_work():
        amina = people.person("Amina Yusuf")
        actor = Actor(account_id=1, person_id=amina.id)
        course = world.course(validity="P2Y", renewal="P60D")
        assert renewal_note(actor, course, "wash") is None
        assert renewal_note(Actor(), course, "wash") is None
        world.earned(amina, course, EARNED)
        assert say(renewal_note(actor, course, "wash")) == (
            "Your certificate is valid through 18 June 2028. If you pass today, the new one is valid through "
            "31 August 2028. From 19 April 2028 you lose no days by renewing early: the new one would then be "
            "valid through 18 June 2030."
        )
        today.move_to(datetime(2028, 4, 19, 12, tzinfo=UTC))
        assert say(renewal_note(actor, course, "wash")) == (
            "Your certificate is valid through 18 June 2028. If you pass today, the new one is valid through "
            "18 June 2030. You lose no days by renewing now."
        )
        # What was promised is what is given.
        award = world.earned(amina, course, "2028-04-19", recorded_at=clock.now())
        assert award.valid_until == date(2030, 6, 18)
        today.move_to(datetime(2030, 6, 19, 12, tzinfo=UTC))
        assert renewal_note(actor, course, "wash") is None


def say(sentence: str | None) -> str:
    return re.sub(r"\s+", " ", sentence or "")


def test_the_sentence_of_a_renewal(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        course = world.course(validity="P1Y", renewal="P60D")
        world.earned(amina, course, "2025-01-01")
        early = world.earned(amina, course, "2025-03-01")
        renewed = world.earned(amina, course, "2026-02-01")
        serials = [print_serial(award.serial) for award in (early, renewed)]
        rows = queries.list_awards_of(amina.id)
        assert [row.serial for row in rows][:2] == serials[::-1]
        assert rows[0].award.printed["course"] == world.TITLE
        assert [row.state for row in rows] == ["valid", "ended", "ended"]
        assert rows[0].award.valid_until - rows[0].award.earned_on > timedelta(days=365)
    sign_in(client)
    early_page, renewed_page = (text_of(client.get(f"/certificates/{serial}")) for serial in serials)
    assert "through 31 December 2025; it could be renewed without losing days from 1 November 2025" in early_page
    assert "from 1 March 2026, the day after the previous certificate ends: through 28 February 2027" in renewed_page
