"""Words of a list that are not ours: asked about once each, remembered for the next list; new roles are shown first."""

import re

from flask import Flask
from flask.testing import FlaskClient

from lms.people.importing.words import collect_words
from tests.factories.people import make_small_organisation, sign_in
from tests.people.importing import lists
from tests.people.importing.lists import row
from tests.people.importing.test_views import checked, page, work

ROWS = [
    row("N-1", sector="Eau et assainissement", role="Promoter"),
    row("N-2", sector="EAU et Assainissement", role="Chauffeur", contract="CDD"),
    row("N-3", sector="health", role="chauffeur", also_sectors="Eau et assainissement"),
]


def test_words_are_counted_once_however_they_are_written() -> None:
    known = {
        "station": {"north river"},
        "sector": {"health"},
        "contract": {"staff"},
        "role": {"promoter"},
        "status": {"active"},
    }
    found = collect_words(ROWS, known, {})
    assert found == {
        "sector": [("Eau et assainissement", 3)], "contract": [("CDD", 1)], "role": [("Chauffeur", 2)],
    }  # fmt: skip
    known["sector"].add("eau et assainissement")
    known["role"].add("chauffeur")
    assert collect_words(ROWS, known, {"contract": {"cdd": "staff"}}) == {"contract": [("CDD", 1)]}


def name_of(form: str, word: str) -> str:
    (found,) = re.findall(rf'<label for="([^"]+)"[^>]*>{word}', form)
    return str(found)


def test_unknown_words_are_asked_once_and_remembered(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = checked(app, client, ROWS)
    seen = page(client, address)
    for words in ("Eau et assainissement", "CDD", "Chauffeur", "do not apply to a new role"):
        assert words in seen
    form = page(client, f"{address}/questions")
    answers = {
        name_of(form, "Eau et assainissement"): "wash", name_of(form, "CDD"): "staff",
        name_of(form, "Chauffeur"): "promoter",
    }  # fmt: skip
    assert client.post(f"{address}/questions", data=answers | {name_of(form, "CDD"): "magic"}).status_code == 422
    assert client.post(f"{address}/questions", data=answers).status_code == 303
    work(app)
    assert "3 people would be changed" in page(client, address)
    assert client.post(f"{address}/apply", data={"reason": "November"}).status_code == 303
    work(app)
    with app.app_context():
        assert lists.spans("N-2") == [("wash", "2026-01-01", "")]
        roles = lists.session.execute(lists.text("SELECT DISTINCT role FROM placement")).scalars().all()
        assert roles == ["promoter"]
    following = page(client, checked(app, client, [*ROWS, row("N-4", sector="Eau et assainissement")]))
    assert "1 person would be changed" in following
    assert "Say what they mean" not in following


def test_a_column_says_who_works_who_left_and_who_is_on_leave(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    rows = [
        row("W-1", "Amina Yusuf", status="Active"),
        row("W-2", "Tomas Silva", sector="wash", status="Terminated", through_on="2026-10-31"),
        row("W-3", "Hana Haddad", sector="protection", status="On leave"),
        row("W-4", "Karim Nasser", sector="health", status="left"),
        row("N-1", "Long Gone", status="Inactive"),
        row("N-2", "Nadia New", status="Probezeit"),
    ]
    address = checked(app, client, rows)
    number = int(address.rsplit("/", 1)[1])
    with app.app_context():
        assert lists.outcomes(number) == [
            (2, "unchanged", []),
            (3, "ended", ["ends"]),
            (4, "unchanged", ["on_leave"]),
            (5, "rejected", ["left_no_day"]),
            (6, "unchanged", ["left_unknown"]),
            (7, "rejected", ["unknown_status"]),
        ]
    form = page(client, f"{address}/questions")
    assert client.post(f"{address}/questions", data={name_of(form, "Probezeit"): "active"}).status_code == 303
    work(app)
    assert client.post(f"{address}/apply", data={"reason": "November"}).status_code == 303
    work(app)
    with app.app_context():
        assert lists.spans("W-2") == [("education", "2026-01-01", "2026-10-31")]
        assert lists.spans("N-2") == [("wash", "2026-01-01", "")]
        assert lists.count("employment WHERE staff_number = 'N-1'") == 0
