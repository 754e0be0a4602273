"""The administrator reads the trail: who did what to whom; nobody else does."""

import csv
import re
from collections.abc import Iterator
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text

from lms.audit import jobs, queries
from lms.audit.models import AuditEntry
from lms.kernel import clock, db as database
from lms.kernel.actor import NOBODY, SYSTEM, Actor, Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from tests.audit.tampering import NOW, act, drop_triggers, later
from tests.factories.people import make_small_organisation, sign_in


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(FixedClock(NOW)):
        yield


@pytest.fixture
def root(app: Flask, client: FlaskClient) -> FlaskClient:
    """The administrator's browser, signed in since the day before, with what Hana (account 3) did."""
    make_small_organisation(app)
    with app.app_context():
        act(
            1, account=3, action="people.place", organisation_id=1, reason="She <b>moves</b> to health", sector="health"
        )
        with clock.using(later(hours=2)):
            act(1, account=4, action="people.end_placement")
    with clock.using(later(hours=-24)):
        sign_in(client, "root@demo.example")
    return client


def page(client: FlaskClient, address: str = "/admin/audit", status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def acts_on(body: str) -> list[str]:
    """Returns the entries' sentences as text."""
    cells = re.findall(r"<tr>.*?</tr>", body, re.DOTALL)[1:]
    return [" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in cells]


def rows(client: FlaskClient, query: str = "") -> list[dict[str, str]]:
    response = client.get(f"/admin/audit.csv{query}")
    assert response.content_type == "text/csv; charset=utf-8"
    return list(csv.DictReader(StringIO(response.data.decode("utf-8-sig"))))


def test_only_administrators_read_it(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    for who in ("amina", "tomas", "hana", "karim"):
        sign_in(client, f"{who}@demo.example")
        for address in ("/admin/audit", "/admin/audit.csv", "/admin/audit?who=1"):
            page(client, address, 403)
        client.post("/logout")
    sign_in(client, "root@demo.example")
    assert "Audit trail" in page(client, "/admin")


def test_the_list_and_the_judgement_agree(app_context: Flask) -> None:
    act(1)
    for actor in (NOBODY, SYSTEM, *(Actor(1, 1, scopes={role: None}) for role in Role)):
        assert bool(queries.list_entries(actor, {}, None, 10)) == actor.has(Role.ADMIN)


def test_an_entry_says_who_did_what_to_whom_when_and_why(root: FlaskClient) -> None:
    body = page(root)
    newest, second = acts_on(body)[:2]
    assert newest.startswith("25 November 2026, 11:30 UTC Karim Nasser ended person 1")
    assert "Hana Haddad recorded person 1" in second
    assert "Rivers Relief" in second
    assert "Reason:" in second
    assert "She &lt;b&gt;moves&lt;/b&gt; to health" in body
    assert "sector" in second
    assert "The system" in body
    assert "the account of Amina Yusuf" in body


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?who=3", ["Hana Haddad recorded"]),
        ("?who=hana", ["Hana Haddad recorded"]),
        ("?who=KARIM%40demo", ["Karim Nasser ended"]),
        ("?who=haddad&by=people", ["Hana Haddad recorded"]),
        ("?by=people", ["Karim Nasser ended", "Hana Haddad recorded", "signed in to"]),
        ("?action=people.place&by=people", ["Hana Haddad recorded"]),
        ("?subject=person&number=1&by=people", ["Karim Nasser ended", "Hana Haddad recorded"]),
        ("?subject=person&number=2&by=people", []),
        ("?organisation=1&by=people", ["Hana Haddad recorded"]),
        ("?since=2026-11-25T11:30&by=people", ["Karim Nasser ended"]),
        ("?until=2026-11-25T09:30&by=people", ["Hana Haddad recorded", "signed in to"]),
        ("?since=2026-11-25&until=2026-11-25&by=people", ["Karim Nasser ended", "Hana Haddad recorded"]),
        ("?until=2026-11-24", ["signed in to"]),
        ("?until=2026-11-23", []),
        ("?who=nobody", []),
    ],
)
def test_filters(root: FlaskClient, query: str, found: list[str]) -> None:
    body = page(root, f"/admin/audit{query}")
    shown = acts_on(body)
    assert len(shown) == len(found)
    assert all(words in line for words, line in zip(found, shown, strict=True))
    assert ("No matching entries" in body) == (not found)
    assert len(rows(root, query)) == len(found)


def test_by_the_system(root: FlaskClient) -> None:
    body = page(root, "/admin/audit?by=system")
    assert "Hana Haddad recorded" not in body
    assert acts_on(body)
    assert all("The system" in line for line in acts_on(body))


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("since=yesterday", "Write the time as"),
        ("since=2026-11-25T10:00&until=2026-11-24T10:00", "The end is before the beginning"),
        ("number=twelve", "Write only the number"),
        ("action=unknown", "This is not one of the options"),
        ("organisation=9", "This is not one of the options"),
        ("who=" + "x" * 300, "at most 200 characters"),
    ],
)
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_invalid_filters_are_explained_and_shown_again(root: FlaskClient, query: str, says: str) -> None:
    for address in ("/admin/audit", "/admin/audit.csv"):
        body = page(root, f"{address}?{query}", 422)
        assert says in body
        assert "Please check this" in body
    if "yesterday" in query:
        assert 'value="yesterday"' in body


ODD = ("", "0", "-1", "99999999999999999999", "a%00b", "%ED%A0%BD", "9999-12-31", "0001-01-01", "'; --", "x" * 3000)


@pytest.mark.parametrize(
    "name", ["since", "until", "by", "who", "action", "subject", "number", "organisation", "before"]
)
def test_odd_words_never_break_the_page(root: FlaskClient, name: str) -> None:
    for word in ODD:
        for address in ("/admin/audit", "/admin/audit.csv"):
            assert root.get(f"{address}?{name}={word}").status_code < 500, (name, word)


def test_a_long_list_is_read_page_by_page_and_none_is_lost(app: Flask, root: FlaskClient) -> None:
    """All of these have the same moment: their numbers tell where the next page begins."""
    with app.app_context():
        act(180, account=3, action="people.move")
        last = session.execute(text("SELECT max(id) FROM audit_entry")).scalar_one()
    seen: list[int] = []
    address = "/admin/audit?action=people.place&who=3"
    with app.app_context(), unit_of_work():
        drop_triggers()
        session.execute(text("UPDATE audit_entry SET action = 'people.place' WHERE action = 'people.move'"))
    while True:
        body = page(root, address)
        seen += [int(number) for number in re.findall(r"<summary>Entry (\d+)</summary>", body)]
        older = re.search(r'<a rel="next" href="([^"]+)"', body)
        if older is None:
            break
        address = older[1].replace("&amp;", "&")
    assert len(seen) == 181
    assert seen == sorted(seen, reverse=True)
    assert seen[0] == last
    assert "Newest entries" in body


def test_the_page_says_how_far_it_is_linked_and_checked(app: Flask, root: FlaskClient) -> None:
    assert "The chain is checked each night." in page(root)
    with app.app_context():
        jobs.check_nightly()
        count, last = queries.count_entries(), queries.find_head().number
        act(2)
    body = page(root)
    assert count == last
    assert f"{count} entries are linked" in body
    assert "2 more will be linked within minutes." in body
    assert f"Checked up to entry {count} on 25" in body
    with app.app_context():
        with unit_of_work():
            drop_triggers()
            session.execute(text("UPDATE audit_entry SET subject_id = 77 WHERE id = 4"))
        jobs.check_nightly()
    body = page(root)
    assert "The last check found 1 fault in the chain." in body
    assert "The first is about entry 4." in body
    assert "Not intact" in body


def test_the_table_can_be_taken_away_and_does_nothing_in_a_spreadsheet(app: Flask, root: FlaskClient) -> None:
    with app.app_context():
        act(1, account=3, reason='=HYPERLINK("http://x")')
        jobs.link_entries()
    found = rows(root, "?who=3")
    assert [row["reason"] for row in found] == ["""'=HYPERLINK("http://x")""", "She <b>moves</b> to health"] or [
        row["reason"] for row in found
    ] == ["She <b>moves</b> to health", """'=HYPERLINK("http://x")"""]
    assert {row["account"] for row in found} == {"3"}
    assert all(len(row["digest"]) == 64 for row in found)
    assert "Hana" not in root.get("/admin/audit.csv").get_data(as_text=True)


def test_the_table_streams(app: Flask, root: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "BATCH", 100)
    with app.app_context():
        act(1000)
    response = root.get("/admin/audit.csv", buffered=False)
    assert response.is_streamed
    parts = sum(1 for _part in response.response)
    assert parts >= 5
    assert len(rows(root)) > 1000


def count_queries(app: Flask, client: FlaskClient, address: str) -> int:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = database.db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        page(client, address)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_more_entries_need_no_more_queries(app: Flask, root: FlaskClient) -> None:
    before = count_queries(app, root, "/admin/audit")
    with app.app_context():
        act(120, account=2)
    assert count_queries(app, root, "/admin/audit") == before
    assert before <= 12


def test_the_indexes_of_the_list_are_there() -> None:
    assert {index.name for index in AuditEntry.__table__.indexes} >= {
        "ix_audit_entry_account", "ix_audit_entry_action", "ix_audit_entry_organisation", "ix_audit_entry_subject",
    }  # fmt: skip
