"""An administrator sees the pages of somebody as they see them: to read, not all, not for long, not secretly."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select, update
from werkzeug.test import TestResponse

from lms.accounts.models import SupportView
from lms.accounts.operations import grant_role
from lms.accounts.queries import find_account, find_account_by_email
from lms.accounts.support.operations import end_views_over
from lms.audit.models import AuditEntry
from lms.kernel import clock, outbox
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import db, reading, session, unit_of_work
from tests.factories.people import PASSWORD, make_small_organisation, sign_in

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
REASON = "Her certificate does not open"
BANNER = "You see the pages of Amina Yusuf as they see them, to read only"
ONLY_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture
def moment(app: Flask) -> Iterator[clock.FixedClock]:
    make_small_organisation(app)
    with clock.using(clock.FixedClock(NOW)) as fixed:
        yield fixed


def account_id(app: Flask, name: str) -> int:
    with app.app_context(), reading():
        found = find_account_by_email(f"{name}@demo.example")
        assert found is not None
        return found.id


def begin(app: Flask, root: FlaskClient, name: str = "amina", **changes: str) -> TestResponse:
    sign_in(root, "root@demo.example")
    data = {"reason": REASON, "password": PASSWORD} | changes
    return root.post(f"/admin/users/{account_id(app, name)}/view", data=data)


def trail(app: Flask) -> list[tuple[str, int | None, str]]:
    """What the trail has about it: the action, who did it, and the reason or the page."""
    with app.app_context(), reading():
        entries = session.scalars(select(AuditEntry).where(AuditEntry.detail.is_not(None)).order_by(AuditEntry.id))
        return [
            (each.action, each.account_id, each.reason or each.detail.get("page", ""))
            for each in entries
            if "view" in each.detail
        ]


def test_it_begins_shows_and_ends_and_the_person_learns_of_it(
    app: Flask, client: FlaskClient, moment: clock.FixedClock
) -> None:
    amina, root = account_id(app, "amina"), account_id(app, "root")
    sign_in(client, "root@demo.example")
    assert f"/admin/users/{amina}/view" in client.get(f"/admin/users/{amina}").text
    assert "You can only read" in client.get(f"/admin/users/{amina}/view").text
    for wrong in ({"password": "wrong"}, {"reason": " "}):
        refused = begin(app, client, **wrong)
        assert refused.status_code == 422 and (wrong.get("reason", REASON).strip() in refused.text)
    assert begin(app, client).headers["Location"] == "/my"
    for path, says in (
        ("/my", "Good morning, Amina Yusuf"),
        ("/my/record", "Staff number W-1"),
        ("/courses", "Courses"),
    ):
        page = client.get(path)
        assert says in page.text and BANNER in page.text and "08:30" in page.text
        assert "Administration" not in page.text
        assert page.headers["Cache-Control"] == "private, no-store" and "ETag" not in page.headers
    assert client.get("/admin").status_code == 403
    assert client.get("/people").status_code == 403
    moment.move_to(NOW + timedelta(minutes=20))
    stopped = client.post("/admin/view/stop")
    assert stopped.headers["Location"] == f"/admin/users/{amina}"
    assert stopped.headers["Clear-Site-Data"] == '"cache", "storage"'
    mine = client.get("/my").text
    assert "Root Admin" in mine and BANNER not in mine
    assert client.post("/admin/view/stop").headers["Location"] == "/admin/users"
    assert trail(app) == [
        ("accounts.start_view", root, REASON),
        ("accounts.read_page", root, "home.my"),
        ("accounts.read_page", root, "home.record"),
        ("accounts.read_page", root, "learning.courses"),
        ("accounts.end_view", root, ""),
    ]
    own = app.test_client()
    sign_in(own)
    said = "Root Admin saw your pages as you see them, from 23 November 2026, 08:00 UTC to 23 November 2026, 08:20 UTC."
    for path in ("/my", "/my/record/stored"):
        assert f"{said} Reason: {REASON}" in own.get(path).text.replace("\N{NO-BREAK SPACE}", " "), path
    assert [row["reason"] for row in tables(own)["support_view"]] == [REASON]
    with app.app_context(), reading():
        (mail,) = [
            row.payload for row in session.scalars(select(outbox.OutboxRow).where(outbox.OutboxRow.kind == "mail"))
        ]
    assert mail["to"] == "amina@demo.example"
    assert "Root Admin began to see your pages" in mail["body"] and REASON in mail["body"]
    moment.move_to(NOW + timedelta(days=31))
    sign_in(own)
    assert "saw your pages" not in own.get("/my").text
    assert "saw your pages" in own.get("/my/record/stored").text


def tables(client: FlaskClient) -> dict[str, list[dict[str, object]]]:
    return {each["table"]: each["rows"] for each in client.get("/my/record/stored.json").get_json()["tables"]}


@ONLY_SQLITE
def test_nothing_is_done_and_nothing_private_is_read(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    begin(app, client, "hana")
    with app.app_context():
        urls = app.url_map.bind("localhost")
        kept = {"accounts.stop_view", "security.logout"}
        refused = []
        for rule in app.url_map.iter_rules():
            address = urls.build(rule.endpoint, {name: (rule.defaults or {}).get(name, 1) for name in rule.arguments})
            is_private = rule.endpoint.partition(".")[0] in ("accounts", "security", "webhooks")
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                if rule.endpoint not in kept and (method not in ("GET", "HEAD") or is_private):
                    refused.append((method, address))
    before = counts(app)
    answers = [
        (method, address, client.open(address, method=method, headers={"Sec-Fetch-Site": "same-origin"}))
        for method, address in refused
    ]
    assert len(answers) > 150
    assert {answer.status_code for _, _, answer in answers} == {403}
    pages = [
        answer.text
        for method, address, answer in answers
        if method != "HEAD" and not address.startswith(("/api", "/scim"))
    ]
    assert all("You see the pages of Hana Haddad" in page for page in pages)
    files = ["/my/record/stored", "/my/record/stored.json", "/people.csv", "/compliance.csv", "/compliance/people.csv"]
    # Nor one of which nobody records who had it.
    files.append("/people/import/template.csv")
    assert {client.get(path).status_code for path in files} == {403}
    assert client.post("/api/v1/people", json={}).get_json()["status"] == 403
    assert counts(app) == before
    assert client.get("/people").status_code == 200
    assert counts(app) != before


def counts(app: Flask) -> dict[str, int]:
    with app.app_context(), reading():
        tables = db.metadata.tables.values()
        return {table.name: len(session.execute(select(*table.primary_key)).all()) for table in tables}


@ONLY_SQLITE
@pytest.mark.parametrize("whose", ["root", "another administrator", "closed"])
def test_whose_pages_nobody_sees(app: Flask, client: FlaskClient, moment: clock.FixedClock, whose: str) -> None:
    name = "root" if whose == "root" else "amina"
    begin(app, client)
    with app.app_context(), unit_of_work():
        amina = find_account(account_id_in_session("amina"))
        assert amina is not None
        if whose == "closed":
            amina.active = False
        elif whose == "another administrator":
            grant_role(SYSTEM, amina, Role.ADMIN)
    if whose != "root":
        # It ends where it became so meanwhile, and nothing sent is done by the administrator either.
        assert client.post("/courses/x/y/complete").headers["Location"] == "/admin/users"
    else:
        client.post("/admin/view/stop")
    assert "Root Admin" in client.get("/my").text
    number = account_id(app, name)
    assert f"/admin/users/{number}/view" not in client.get(f"/admin/users/{number}").text
    assert client.get(f"/admin/users/{number}/view").status_code == 422
    assert begin(app, client, name).status_code == 422
    assert "Root Admin" in client.get("/my").text


def account_id_in_session(name: str) -> int:
    found = find_account_by_email(f"{name}@demo.example")
    assert found is not None
    return found.id


@ONLY_SQLITE
def test_it_ends_after_half_an_hour_and_with_signing_out(
    app: Flask, client: FlaskClient, moment: clock.FixedClock
) -> None:
    begin(app, client)
    moment.move_to(NOW + timedelta(minutes=29, seconds=59))
    assert BANNER in client.get("/my").text
    moment.move_to(NOW + timedelta(minutes=30))
    over = client.get("/my")
    assert (over.status_code, over.headers["Location"]) == (303, "/admin/users")
    assert "the time is over" in client.get("/admin/users").text
    with app.app_context():
        end_views_over()
        end_views_over()
    assert trail(app)[-1][:2] == ("accounts.end_view", None)
    begin(app, client)
    copied = client.get_cookie("every_sector")
    assert copied is not None
    client.post("/logout")
    assert trail(app)[-1][:2] == ("accounts.end_view", account_id(app, "root"))
    client.set_cookie("every_sector", copied.value)
    assert "/login" in client.get("/my").headers["Location"]
    with app.app_context(), reading():
        views = session.scalars(select(SupportView).order_by(SupportView.id)).all()
        assert [view.ended_at for view in views] == [NOW + timedelta(minutes=30)] * 2
    sign_in(client, "root@demo.example")
    assert "Root Admin" in client.get("/my").text


@ONLY_SQLITE
def test_a_cookie_of_one_administrator_shows_nothing_to_another(
    app: Flask, client: FlaskClient, moment: clock.FixedClock
) -> None:
    begin(app, client)
    with app.app_context(), unit_of_work():
        session.execute(update(SupportView).values(recorded_by=account_id_in_session("tomas")))
    assert client.get("/my/record").status_code == 303


@ONLY_SQLITE
def test_whoever_sees_nobody_pays_no_statement(app: Flask, client: FlaskClient, moment: clock.FixedClock) -> None:
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    sign_in(client, "root@demo.example")
    for path in ("/glossary", "/account", "/help-now"):
        client.get(path)
    assert statements and not [each for each in statements if "support_view" in each]
    begin(app, client)
    statements.clear()
    client.get("/glossary")
    assert [each for each in statements if "support_view" in each]
