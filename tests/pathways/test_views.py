"""The pages of pathways, walked as people walk them."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.db import unit_of_work
from lms.pathways import queries
from lms.people.queries import find_station
from tests.factories import people
from tests.factories.pages import form_on, send
from tests.factories.pathways import pathway
from tests.factories.people import make_small_organisation, sign_in

HERE = "/pathways/north-river"
EDIT = HERE + "/edit"
OUTDATED = HERE + "/outdated"


@pytest.fixture(autouse=True)
def small_organisation(app: Flask) -> None:
    make_small_organisation(app)


def publish(app: Flask, slug: str = "north-river", **changes: object) -> None:
    with app.app_context(), unit_of_work():
        station = find_station(slug)
        assert station is not None
        pathway(station.id, **changes)


def current_number(app: Flask) -> int:
    with app.app_context():
        station = find_station("north-river")
        assert station is not None
        version = queries.find_current(station.id)
        return version.number if version else 0


def text(client: FlaskClient, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200, path
    return page.get_data(as_text=True)


def test_a_learner_is_led_to_their_own_station(client: FlaskClient) -> None:
    sign_in(client)
    assert client.get("/pathways").headers["Location"] == HERE


@pytest.mark.parametrize("who", ["hana", "karim", "root"])
def test_those_who_look_after_several_get_the_list(app: Flask, client: FlaskClient, who: str) -> None:
    publish(app)
    sign_in(client, f"{who}@demo.example")
    page = text(client, "/pathways")
    assert "My station: North River" in page
    assert "23\xa0Nov 2026" in page.replace("Nov\xa02026", "Nov 2026")


def test_somebody_without_a_station_gets_the_list(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        people.account(people.person("Noor Said", "noor@demo.example"))
    sign_in(client, "noor@demo.example")
    page = text(client, "/pathways")
    assert "Your record has no duty station today" in page
    assert f'href="{HERE}"' in page
    assert "Not written yet" in page


def test_before_anybody_wrote_one(client: FlaskClient) -> None:
    sign_in(client)
    page = text(client, HERE)
    assert "No pathway yet" in page
    assert "Ask your manager today" in page
    assert EDIT not in page


def test_a_pathway_says_whom_when_and_how_fresh(app: Flask, client: FlaskClient) -> None:
    publish(app)
    publish(app, note="The agreed form lies in the office.\nThe clinic has moved.", change="The clinic has moved.")
    sign_in(client)
    page = text(client, HERE)
    assert 'href="tel:+211912345678"' in page
    assert page.index("Night telephone") < page.index("Focal point, Rivers Relief") < page.index("Safeguarding line")
    assert "What changed: The clinic has moved." in page
    assert "The agreed form lies in the office." in page
    assert "All versions (2)" in page
    assert "The night telephone is new." in page
    assert "First version." not in page
    assert "overdue" not in page
    assert "says that version" not in page


def test_any_station_can_be_read_and_unknown_ones_are_not_there(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        people.station("east-hill")
    publish(app, "east-hill")
    sign_in(client)
    assert "Night telephone" in text(client, "/pathways/east-hill")
    assert client.get("/pathways/nowhere").status_code == 404
    assert client.get("/pathways/nowhere/edit").status_code == 404


def test_what_is_missing_is_named(app: Flask, client: FlaskClient) -> None:
    publish(app, contacts=[{"kind": "health", "name": "Clinic", "phone": "116"}])
    sign_in(client)
    page = text(client, HERE)
    assert "This pathway has no contact for:" in page
    assert "Concern about staff" in page


def test_an_overdue_check_is_said_clearly(app: Flask, client: FlaskClient, fixed_clock: clock.FixedClock) -> None:
    publish(app)
    fixed_clock.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=90))
    sign_in(client)
    assert "This pathway is overdue for a check." not in text(client, HERE)
    fixed_clock.move_to(datetime(2026, 11, 23, 9, tzinfo=UTC) + timedelta(days=91))
    sign_in(client)
    assert "This pathway is overdue for a check." in text(client, HERE)
    assert "These numbers should have been checked" in text(client, "/help-now")


def test_saying_that_it_is_out_of_date_once(app: Flask, client: FlaskClient) -> None:
    publish(app)
    sign_in(client)
    form = form_on(client.get(HERE), OUTDATED)
    for _ in range(2):
        answer = send(client, form)
        assert (answer.status_code, answer.headers["Location"]) == (303, HERE)
    page = text(client, HERE)
    assert "Thank you. The people who write this pathway" in page
    assert "You reported this as out of date" in page
    assert OUTDATED not in page
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    assert "1 person reported version 1 as out of date." in text(client, HERE)
    publish(app)
    assert "Nobody has reported version 2 as out of date." in text(client, HERE)


@pytest.mark.parametrize("number", ["", "7", "x"])
def test_a_version_that_is_not_there_cannot_be_out_of_date(app: Flask, client: FlaskClient, number: str) -> None:
    publish(app)
    sign_in(client)
    assert client.post(OUTDATED, data={"number": number}).status_code == 404


@pytest.mark.parametrize("who", ["amina", "tomas"])
def test_learners_and_trainers_do_not_write(app: Flask, client: FlaskClient, who: str) -> None:
    sign_in(client, f"{who}@demo.example")
    assert client.get(EDIT).status_code == 403
    assert client.post(EDIT, data={}).status_code == 403
    assert current_number(app) == 0


def test_hr_of_another_place_does_not_write(app: Flask, client: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        other = people.organisation("green-valley", initials="GV")
        people.account(people.person("Omar Ali", "omar@demo.example"), Role.HR, at=other)
    sign_in(client, "omar@demo.example")
    assert client.get(EDIT).status_code == 403
    assert EDIT not in text(client, HERE)


def test_hana_writes_the_first_version_and_karim_the_next(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "hana@demo.example")
    page = client.get(EDIT)
    assert "Do not write about a real child, family or incident." in page.get_data(as_text=True)
    form = form_on(page, EDIT)
    assert sum(name.endswith("-phone") for name in form.values) == 12
    assert (form.values["review_by"], form.values["verified_on"]) == ("2027-02-21", "")
    answer = send(
        client, form, verified_on="2026-11-20", note="Ask for Sara.",
        **{"contacts-0-kind": "focal-point", "contacts-0-name": "Focal point", "contacts-0-phone": "0912 345 678"},
        **{"contacts-11-kind": "police", "contacts-11-name": "Police post", "contacts-11-note": "At the gate"},
    )  # fmt: skip
    assert answer.status_code == 303
    page = text(client, HERE)
    assert "Version 1 waits to be confirmed by a second person." in page
    assert "Police post" not in page

    client.post("/logout")
    sign_in(client, "karim@demo.example")
    form = form_on(client.get(HERE + "/versions/1"), HERE + "/versions/1/confirm")
    form.values["called"] = "y"
    assert send(client, form).status_code == 303
    assert "Police post" in text(client, HERE)
    form = form_on(client.get(EDIT), EDIT)
    assert form.values["contacts-0-name"] == "Focal point"
    assert form.values["contacts-1-name"] == "Police post"
    assert form.values["note"] == "Ask for Sara."
    changes = {"verified_on": "2026-11-23", "contacts-1-phone": "117", "change": "The police have a number."}
    assert send(client, form, **changes).status_code == 303
    assert "Version 2 waits to be confirmed" in text(client, HERE)
    client.post("/logout")
    sign_in(client, "hana@demo.example")
    form = form_on(client.get(HERE + "/versions/2"), HERE + "/versions/2/confirm")
    form.values["called"] = "y"
    assert send(client, form).status_code == 303
    assert "What changed: The police have a number." in text(client, HERE)
    assert current_number(app) == 2


def test_nothing_typed_is_lost_when_something_is_wrong(app: Flask, client: FlaskClient) -> None:
    publish(app)
    sign_in(client, "root@demo.example")
    typed = {
        "contacts-2-phone": "ask the guard", "contacts-3-name": "New clinic", "note": "Two\r\nlines",
        "verified_on": "2026-12-24", "review_by": "2026-11-01", "change": "",
    }  # fmt: skip
    answer = send(client, form_on(client.get(EDIT), EDIT), **typed)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    again = form_on(answer, EDIT)
    assert {name: again.values[name].replace("\r\n", "\n") for name in typed} == {
        name: value.replace("\r\n", "\n") for name, value in typed.items()
    }
    assert again.values["contacts-0-name"] == "Focal point, Rivers Relief"
    for sentence in (
        "Type one telephone number", "Choose what this contact is for.", "Type a number, or write in the note",
        "This date is in the future.", "This date has passed.", "Say in one sentence what changed",
    ):  # fmt: skip
        # Once in the summary, once beside its field.
        assert page.count(sentence) == 2, sentence
    assert current_number(app) == 1


def test_an_empty_form_says_all_that_is_missing(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "root@demo.example")
    form = form_on(client.get(EDIT), EDIT)
    form.values = dict.fromkeys(form.values, "") | {"base": "0"}
    answer = send(client, form)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert page.count("A pathway needs at least one contact.") == 2
    assert page.count("Enter the date on which somebody called every number.") == 2
    assert current_number(app) == 0


def test_without_contacts_alone_is_refused_in_words(app: Flask, client: FlaskClient) -> None:
    sign_in(client, "root@demo.example")
    answer = send(client, form_on(client.get(EDIT), EDIT), verified_on="2026-11-23")
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("A pathway needs at least one contact.") == 2


@pytest.mark.parametrize("base", ["", "x"])
def test_a_form_without_its_version_is_refused(app: Flask, client: FlaskClient, base: str) -> None:
    publish(app)
    sign_in(client, "root@demo.example")
    answer = send(client, form_on(client.get(EDIT), EDIT), base=base, verified_on="2026-11-23", change="All new.")
    assert answer.status_code == 422
    assert "Please check this" in answer.get_data(as_text=True)
    assert current_number(app) == 1


def test_two_people_write_at_once_and_nothing_is_overwritten(app: Flask, client: FlaskClient) -> None:
    publish(app)
    hana, karim = client, app.test_client()
    sign_in(hana, "hana@demo.example")
    sign_in(karim, "karim@demo.example")
    # She has only called the numbers again.
    hers, his = (form_on(who.get(EDIT), EDIT) for who in (hana, karim))
    assert send(hana, hers, verified_on="2026-11-23", change="Hers.").status_code == 303

    answer = send(karim, his, verified_on="2026-11-23", change="His.", note="His note")
    assert answer.status_code == 409
    page = answer.get_data(as_text=True)
    assert "Version 2 was published while you were writing." in page
    assert "Hers." not in page
    again = form_on(answer, EDIT)
    assert (again.values["change"], again.values["note"]) == ("His.", "His note")
    assert current_number(app) == 2

    # Having been told, he may go on.
    assert send(karim, again).status_code == 303
    assert "Version 3 waits to be confirmed" in text(karim, HERE)
