"""Changing a station's contacts: proposed by one person, confirmed by a second, as people walk it in browsers."""

import re

import pytest
from sqlalchemy import select

from lms.accounts.models import Account
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session, unit_of_work
from lms.kernel.records import retract
from lms.pathways import queries
from lms.people.models import DutyStation, Employment, Organisation, Placement
from tests.factories import people
from tests.factories.pages import form_on, read_page, send
from tests.factories.pathways import pathway
from tests.pathways.confirming.conftest import EDIT, HERE, NEW_NUMBER, NIGHT_NUMBER, Station, changed, hired_hr

FORMER = "Until 6 Dec 2026 also:"
UNCONFIRMED = "Not yet confirmed: one person changed these contacts"


def test_hr_cannot_replace_the_numbers_with_an_invented_person(station: Station) -> None:
    with station.app.app_context(), unit_of_work():
        far = people.station("far-off")
        elsewhere = people.organisation("dark-horse", initials="DH", name="Dark Horse")
        hired_hr(elsewhere, far, "Mal Ory", "mal")
    mallory = station.client("mal")

    def invent(number: str, name: str, first_day: str) -> None:
        (form,) = [form for form in read_page(mallory.get("/people/new"))[0] if "staff_number" in form.values]
        form.action = "/people/new"
        typed = {
            "staff_number": number, "name": name, "station": str(station.station_id), "sector": "wash",
            "role": "driver", "from_on": first_day,
        }  # fmt: skip
        assert send(mallory, form, **typed).status_code == 303

    invent("D-2", "Ann Other", "2027-11-29")
    assert mallory.get(EDIT).status_code == 403
    assert mallory.post(EDIT, data={}).status_code == 403
    numbers = mallory.post(HERE + "/numbers", data={"phone": NIGHT_NUMBER, "answers": ""})
    assert numbers.status_code == 403
    # With one who arrives today they may propose, and everybody is told; the number stays.
    invent("D-3", "Bogus Body", "2026-11-29")
    assert send(mallory, changed(mallory)).status_code == 303  # type: ignore[arg-type]
    for path in (HERE, "/help-now", "/my"):
        page = station.text("amina", path)
        assert NIGHT_NUMBER in page and NEW_NUMBER not in page, path
    assert {to for to, _subject, _body in station.mails()} == {
        "hana@demo.example", "vera@demo.example", "karim@demo.example",
    }  # fmt: skip
    assert station.decide("mal", 2).status_code == 403
    assert NEW_NUMBER not in station.text("amina")


def test_one_proposes_and_another_confirms(station: Station) -> None:
    hana = station.client("hana")
    answer = send(hana, changed(hana))  # type: ignore[arg-type]
    assert answer.headers["Location"] == HERE
    page = hana.get(HERE).get_data(as_text=True)
    assert "Version 2 waits to be confirmed by a second person." in page
    # Nothing can be written until that is decided.
    assert "Write the next version" not in page
    assert NEW_NUMBER not in station.text("amina")
    assert "waits to be confirmed" not in station.text("amina")
    assert station.client("amina").get(f"{HERE}/versions/2").status_code == 404
    # She wrote it, so she may withdraw it and not confirm it.
    own = hana.get(f"{HERE}/versions/2")
    assert "a second person must confirm it" in own.get_data(as_text=True)
    assert [form.action for form in read_page(own)[0] if "versions" in form.action] == [f"{HERE}/versions/2/refuse"]
    assert station.decide("hana", 2).status_code == 403

    told = {to: (subject, body) for to, subject, body in station.mails()}
    assert set(told) == {"vera@demo.example", "karim@demo.example"}
    subject, body = told["vera@demo.example"]
    assert subject == "Referral pathway of North River: a change waits to be confirmed"
    assert "HR of Rivers Relief changed" in body and "Hana" not in body
    assert "Before: Night telephone, 116" in body and f"After: Night telephone, {NEW_NUMBER}" in body

    vera = station.client("vera")
    notice = vera.get("/my").get_data(as_text=True)
    assert "North River, version 2" in notice and "Waits to be confirmed" in notice
    assert "Changed referral pathways" not in station.text("amina", "/my")
    address = f"{HERE}/versions/2"
    assert address in read_page(vera.get("/my"))[1]
    page = vera.get(address)
    assert "Hana" not in page.get_data(as_text=True) and "HR of Rivers Relief" in page.get_data(as_text=True)
    form = form_on(page, address + "/confirm")
    # The box says that the numbers were called: it must be ticked.
    refused = send(vera, form)
    assert refused.status_code == 422 and "Call the numbers first" in refused.get_data(as_text=True)
    form.values["called"] = "y"
    assert send(vera, form).headers["Location"] == HERE

    for path in (HERE, "/help-now", "/my"):
        page_text = station.text("amina", path)
        assert NEW_NUMBER in page_text and NIGHT_NUMBER in page_text and FORMER in page_text, path
        assert page_text.index(NEW_NUMBER) < page_text.index(FORMER), path
        assert UNCONFIRMED not in page_text
    assert "Confirmed by a second person" in station.text("amina")
    assert "contacts have changed" in station.mails()[0][1]
    assert "Confirmed by a second person" in station.text("hana", "/my")
    station.later(days=7, hours=12)
    assert FORMER in station.text("amina")
    station.later(hours=12)
    assert FORMER not in station.text("amina") and NIGHT_NUMBER not in station.text("amina", "/help-now")
    with station.app.app_context():
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.subject == "pathway_version").order_by(AuditEntry.id)
        )
        assert list(actions)[-2:] == ["pathways.propose", "pathways.confirm"]


def test_a_colleague_confirms_only_where_there_is_nobody_else(station: Station) -> None:
    with station.app.app_context(), unit_of_work():
        here = session.scalars(select(Organisation).where(Organisation.slug == "rivers-relief")).one()
        hired_hr(here, session.get_one(DutyStation, station.station_id), "Idris Iman", "idris")
    station.propose("hana")
    assert station.decide("idris", 2).status_code == 403
    assert "A coordinator or HR of another organisation" in station.text("idris", f"{HERE}/versions/2")
    assert station.decide("root", 2).status_code == 303
    assert NEW_NUMBER in station.text("amina")


@pytest.fixture
def alone(station: Station) -> Station:
    """Returns the station after everybody else who writes has left: only Hana and an administrator are there."""
    with station.app.app_context(), unit_of_work():
        for who in ("vera", "karim"):
            address = f"{who}@demo.example"
            session.scalars(select(Account).where(Account.email == address)).one().active = False
    return station


def test_where_nobody_else_may_confirm_it_is_shown_as_unconfirmed(alone: Station) -> None:
    alone.propose("hana")
    assert "shown as not yet confirmed" in alone.text("hana") or UNCONFIRMED in alone.text("hana")
    for path in (HERE, "/help-now", "/my"):
        page = alone.text("amina", path)
        assert UNCONFIRMED in page and NEW_NUMBER in page and NIGHT_NUMBER in page, path
        assert "Before the change that is not yet confirmed:" in page, path
    assert "Not yet confirmed" in alone.text("hana", "/pathways")
    # However long it takes, the former number stays.
    alone.later(days=60)
    assert NIGHT_NUMBER in alone.text("amina") and UNCONFIRMED in alone.text("amina")
    assert "Not yet confirmed" in alone.text("root", "/my")
    assert alone.decide("root", 2).status_code == 303
    assert UNCONFIRMED not in alone.text("amina")
    assert NIGHT_NUMBER in alone.text("amina")
    alone.later(days=8)
    assert NIGHT_NUMBER not in alone.text("amina")


def test_the_warning_is_printed(alone: Station) -> None:
    alone.propose("hana")
    warning = re.search(rf'<p class="([^"]*)">{UNCONFIRMED}', alone.text("amina"))
    assert warning is not None
    css = alone.client("amina").get(re.findall(r'href="([^"]*\.css[^"]*)"', alone.text("amina"))[0]).text
    hidden = css[css.index("@media print") :]
    assert not set(warning[1].split()) & set(re.findall(r"\.([a-z-]+)", hidden[: hidden.index("display: none")]))


def test_refusing_what_is_published_shows_the_version_before_at_once(alone: Station) -> None:
    alone.propose("hana")
    assert alone.decide("root", 2, "refuse").status_code == 303
    page = alone.text("amina")
    assert NIGHT_NUMBER in page and NEW_NUMBER not in page and UNCONFIRMED not in page
    assert NEW_NUMBER not in alone.text("amina", "/help-now")
    # The next version is written from the one that counts, and has a number of its own.
    assert alone.propose("hana", "0777 333 444").status_code == 303
    assert "Version 3" in alone.text("hana")
    assert NEW_NUMBER not in alone.text("amina")


def test_refusing_takes_a_reason_and_everybody_reads_it(station: Station) -> None:
    station.propose("hana")
    station.mails()
    vera = station.client("vera")
    form = form_on(vera.get(f"{HERE}/versions/2"), f"{HERE}/versions/2/refuse")
    answer = send(vera, form)
    assert answer.status_code == 422
    assert "Say why, for people who write this pathway." in answer.get_data(as_text=True)
    assert send(vera, form, reason="Nobody there knows this number.").status_code == 303
    assert "Nobody there knows this number." in station.text("hana", f"{HERE}/versions/2")
    told = station.mails()
    assert {to for to, _subject, _body in told} == {"hana@demo.example", "karim@demo.example"}
    assert all("Nobody there knows this number." in body for _to, _subject, body in told)
    assert NEW_NUMBER not in station.text("amina")
    # Decided once: a second decision is answered with where it stands.
    answer = station.decide("karim", 2)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{HERE}/versions/2")
    assert NEW_NUMBER not in station.text("amina")


def test_withdrawing_ones_own(station: Station) -> None:
    station.propose("hana")
    assert station.decide("hana", 2, "refuse").status_code == 303
    assert station.propose("vera").status_code == 303


def test_one_change_at_a_time(station: Station) -> None:
    vera = station.client("vera")
    hers = changed(vera, "0888 000 111")
    station.propose("hana")
    answer = send(vera, hers)  # type: ignore[arg-type]
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Another change waits" in page and "HR of Rivers Relief" in page and "0888 000 111" in page
    assert f"{HERE}/versions/2" in read_page(answer)[1]
    assert "Another change waits" in station.text("karim", EDIT)
    station.decide("karim", 2)
    # It was written from version 1: the page says what came in between, and keeps the text.
    again = send(vera, form_on(answer, EDIT))
    assert again.status_code == 409 and "Version 2 was published" in again.get_data(as_text=True)


def test_a_change_that_nobody_confirms_lapses(station: Station) -> None:
    station.propose("hana")
    page = station.text("karim", f"{HERE}/versions/2")
    assert "If nobody confirms it by 13 Dec 2026, it lapses" in page
    station.later(days=14)
    assert "Lapsed" in station.text("hana", f"{HERE}/versions/2")
    assert station.decide("karim", 2).headers["Location"] == f"{HERE}/versions/2"
    assert NEW_NUMBER not in station.text("amina")
    assert "Changed referral pathways" not in station.text("karim", "/my")
    # What was typed is not lost, and another may be written.
    assert NEW_NUMBER in station.text("hana", f"{EDIT}?version=2")
    assert station.propose("vera").status_code == 303


def test_every_version_can_be_restored(station: Station) -> None:
    station.propose("hana")
    station.decide("vera", 2)
    station.later(days=30)
    hana = station.client("hana")
    link = f"{EDIT}?version=1"
    assert link in read_page(hana.get(f"{HERE}/versions/1"))[1]
    assert link not in read_page(station.client("amina").get(f"{HERE}/versions/1"))[1]
    form = form_on(hana.get(link), EDIT)
    assert form.values["change"] == "Version 1 is restored."
    assert NIGHT_NUMBER in form.values.values() and NEW_NUMBER not in form.values.values()
    # The numbers were called again, or else it is no version.
    assert send(hana, form).status_code == 422
    assert send(hana, form, verified_on=clock.today().isoformat()).status_code == 303
    assert NIGHT_NUMBER not in station.text("amina")
    assert station.decide("vera", 3).status_code == 303
    with station.app.app_context():
        current = queries.find_current(station.station_id)
        first = queries.find_version(station.station_id, 1)
        assert current is not None and first is not None
        assert (current.number, current.contacts, current.note) == (3, first.version.contacts, first.version.note)
    assert hana.get(f"{EDIT}?version=99").status_code == 404


def test_calling_the_numbers_again_needs_no_second_person(station: Station) -> None:
    hana = station.client("hana")
    form = form_on(hana.get(EDIT), EDIT)
    # What one person says changed is not shown, where nothing has.
    answer = send(hana, form, verified_on="2026-11-28", change="Call 0999 instead.")
    assert answer.status_code == 303
    page = station.text("amina")
    assert "28 Nov 2026" in page and "0999" not in page
    assert station.mails() == []
    assert "The numbers were called again; no contact changed." in page


def test_local_rules_wait_as_contacts_do(station: Station) -> None:
    hana = station.client("hana")
    form = form_on(hana.get(EDIT), EDIT)
    send(hana, form, verified_on="2026-11-29", note="Call 0999 instead.", change="A rule.")
    assert "0999" not in station.text("amina")
    assert "Call 0999 instead." in station.text("vera", f"{HERE}/versions/2")


def test_a_number_that_does_not_answer_is_marked_at_once(station: Station) -> None:
    hana = station.client("hana")
    forms = [form for form in read_page(hana.get(HERE))[0] if form.action == HERE + "/numbers"]
    (night,) = [form for form in forms if form.values["phone"] == NIGHT_NUMBER]
    assert send(hana, night).status_code == 303
    for path in (HERE, "/help-now", "/my"):
        page = station.text("amina", path)
        # It stays, with what is known of it.
        assert NIGHT_NUMBER in page and "Did not answer on 29 Nov 2026. Try it, then the next number." in page, path
    told = station.mails()
    assert {to for to, _subject, _body in told} == {"vera@demo.example", "karim@demo.example"}
    assert "a number does not answer" in told[0][1] and NIGHT_NUMBER in told[0][2]
    # Twice is once.
    assert send(hana, night).status_code == 303
    assert station.mails() == []
    vera = station.client("vera")
    forms = [form for form in read_page(vera.get(HERE))[0] if form.action == HERE + "/numbers"]
    (night,) = [form for form in forms if form.values["phone"] == NIGHT_NUMBER]
    station.later(hours=1)
    assert send(vera, night).status_code == 303
    assert "Did not answer" not in station.text("amina")
    assert "answers again" in station.mails()[0][1]


def test_a_mark_ends_with_the_version_that_says_all_numbers_were_called(station: Station) -> None:
    hana = station.client("hana")
    data = {"phone": NIGHT_NUMBER, "answers": ""}
    assert hana.post(HERE + "/numbers", data=data).status_code == 303
    station.later(days=1)
    with station.app.app_context(), unit_of_work():
        pathway(station.station_id)
    assert "Did not answer" not in station.text("amina")
    # And an unknown number has no mark.
    assert hana.post(HERE + "/numbers", data=data | {"phone": "0123 999"}).status_code == 404
    assert hana.post(HERE + "/numbers", data=data | {"phone": ""}).status_code == 404


def test_a_first_pathway_waits_too(station: Station) -> None:
    with station.app.app_context(), unit_of_work():
        place = people.station("south-hill")
        there = session.scalars(select(Organisation).where(Organisation.slug == "green-valley")).one()
        people.placed(people.employed(people.person("Sam", "sam@demo.example"), there, "S-1"), place)
    vera = station.client("vera")
    address = "/pathways/south-hill/edit"
    form = form_on(vera.get(address), address)
    first = {"contacts-0-kind": "emergency", "contacts-0-name": "Night desk", "contacts-0-phone": "112"}
    assert send(vera, form, verified_on="2026-11-29", **first).status_code == 303
    assert "No pathway yet" in station.text("amina", "/pathways/south-hill")
    assert "Not written yet" in station.text("karim", "/pathways")
    page = station.text("vera", "/pathways/south-hill")
    assert "Version 1 waits to be confirmed" in page
    karim = station.client("karim")
    address = "/pathways/south-hill/versions/1"
    form = form_on(karim.get(address), address + "/confirm")
    form.values["called"] = "y"
    assert send(karim, form).status_code == 303
    assert "Night desk" in station.text("amina", "/pathways/south-hill")


def test_what_others_wrote_is_decided_on_by_those_who_may_edit_only(station: Station) -> None:
    station.propose("hana")
    for who in ("amina", "tomas"):
        assert station.decide(who, 2).status_code in (403, 404)
        assert station.decide(who, 2, "refuse").status_code in (403, 404)
    # HR whose people have left in the meantime decides on nothing.
    with station.app.app_context(), unit_of_work():
        there = session.scalars(select(Organisation).where(Organisation.slug == "green-valley")).one()
        own = select(Placement).join(Placement.employment).where(Employment.organisation_id == there.id)
        retract(SYSTEM, session.scalars(own).one())
    assert station.client("vera").get(f"{HERE}/versions/2").status_code == 404
    assert station.decide("vera", 2).status_code == 404
