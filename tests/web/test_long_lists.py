"""Lists of fifty thousand people: each query goes by an index, on both databases, and does little work.

Each page is opened as people do; what it asked the database is asked once more with EXPLAIN.
"""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine, event

from lms.kernel import clock
from lms.kernel.db import db, session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories.large_organisation import large_organisation
from tests.factories.people import make_small_organisation, sign_in

LARGE = frozenset((
    "account", "audit_entry", "audit_link", "award", "award_name", "correction_request", "employment", "exemption",
    "people_import_row", "person", "placement", "post_interval", "recognition", "reminder", "status_interval",
    "training_session",
))  # fmt: skip
PEOPLE_FILTERS = (
    "", "?page=900", "?page=2&state=now", "?state=left", "?state=future", "?station=north-river", "?sector=wash",
    "?sector=wash&state=now&station=north-river&page=90", "?sector=wash&state=left",
    "?station=north-river&state=future", "?q=L-04711", "?q=l+04711", "?q=Haddad+47", "?q=nobody",
)  # fmt: skip
REPORT_FILTERS = (
    "", "?page=700", "?sector=wash", "?station=north-river", "?course=safe-identification", "?status=overdue",
    "?status=expired&page=50", f"?lapses_before={clock.today() + timedelta(days=32)}",
    "?role=promoter", "?contract=staff",
)  # fmt: skip
PAGES = {
    "hana": (
        *(f"/people{each}" for each in PEOPLE_FILTERS),
        *(f"/compliance/people{each}" for each in REPORT_FILTERS),
        *(f"/compliance{each}" for each in REPORT_FILTERS[2:]),
        *(f"/compliance/matrix{each}" for each in ("?page=700", "?station=north-river", "?status=overdue")),
        *(f"/exemptions{each}" for each in ("?page=90", "?state=current", "?kind=leave&state=over")),
        *(f"/sessions{each}" for each in ("?page=90", "?state=withdrawn")),
        *(f"/sessions/prior/list{each}" for each in ("?page=400",)),
        *(f"/reminders{each}" for each in ("?page=900", "?q=Haddad", "?kind=in_14", "?state=waiting")),
        *(f"/people/import/1{each}" for each in ("", "?page=900", "?outcome=added&page=900", "?outcome=rejected")),
        *(f"/people/queries{each}" for each in ("?page=90", "?answered=1")),
        *(f"/compliance/lookup?q={each}" for each in ("L-04711", "person4711@example.org", "L000000004711")),
        "/people/codes?station=north-river", "/people/4711", "/people/4711/placement", "/people/4711/merge?q=Haddad+47",
        "/sessions/4711", "/sessions/new?station=1", "/requirements/1",
    ),
    "root": (
        *(f"/admin/users{each}" for each in ("?page=900", "?q=Haddad+47", "?role=hr")),
        *(
            f"/admin/audit{each}"
            for each in ("?account=1", "?action=people.import_person", "?subject=employment", "?before=40000")
        ),
        "/admin/users/4711",
    ),
}  # fmt: skip
"""Beside these, every page without parts in its address is opened."""
EVERYBODY = ("root: /admin", "root: /admin/users", "root: /requirements", "root: /requirements/new")
"""The administrator's lists of the whole installation go through it once."""
MOST_STEPS = 8_000_000
"""How many steps of its machine SQLite may do for one statement: at fifty thousand people about 0.4 seconds."""
MOST_STEPS_FOR_PEOPLE = 2_300_000
"""The list of people is opened most: about 0.1 seconds."""
STEPS = 10_000
STOPPED = 503
"""What a page answers whose statement was stopped."""
LONGEST_SECONDS = 20
"""After so long PostgreSQL gives a statement up: nobody waits for what would take minutes."""
MOST_COST = 2_000_000
"""The most PostgreSQL may expect a statement to cost: going through all for each of all costs a thousand times that."""


class Asked:
    """The SELECTs that pages ask, each once, with the page and the values; SQLite counts its steps for each."""

    def __init__(self, engine: Engine) -> None:
        self.page = ""
        self.statements: dict[str, tuple[str, Any]] = {}
        self.steps: Counter[str] = Counter()
        self._engine, self._now = engine, ""

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._before)
        self._engine.dispose()
        event.listen(self._engine, "connect", self._connected)
        return self

    def __exit__(self, *error: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._before)
        event.remove(self._engine, "connect", self._connected)
        self._engine.dispose()

    def _connected(self, connection: Any, _record: Any) -> None:
        if self._engine.dialect.name == "sqlite":
            connection.set_progress_handler(self._step, STEPS)
        else:
            connection.execute(f"SET statement_timeout = {LONGEST_SECONDS * 1000}")
            connection.commit()

    def _step(self) -> bool:
        self.steps[self._now] += STEPS
        # Nobody waits for what would take minutes: the page breaks, and the statement is named.
        return self.steps[self._now] > 10 * MOST_STEPS

    def _before(self, _connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        self._now = f"{self.page}: {statement}"
        # The first row of a table is found at once, whatever a plan calls it.
        first_rows = statement.startswith("SELECT EXISTS") and "WHERE" not in statement
        if statement.startswith(("SELECT", "WITH")) and "FOR NO KEY UPDATE" not in statement and not first_rows:
            self.statements.setdefault(statement, (self.page, values))


def scans_of_sqlite(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns the steps of SQLite's plan that go through a large table."""
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    aliases = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN|,) (\w+) AS (\w+)", statement)}
    sorts = any("ORDER BY" in step or "GROUP BY" in step for step in plan if step.startswith("USE TEMP"))
    found = [
        step for step in plan if (scan := re.match(r"SCAN (\w+)", step)) and aliases.get(scan[1], scan[1]) in LARGE
    ]
    if may_scan(statement, found, sorts=sorts) and plan[0] == found[0]:
        found = []
    return found


def scans_of_postgresql(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns what PostgreSQL reads whole although it may go by indexes only: no index serves there.

    It may go through an index from one end to the other: the organisation is nearly everybody.
    """
    usual = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()[0]["Plan"]
    for kind in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()[0]["Plan"]
    found = [
        f"Seq Scan on {node['Relation Name']} {node.get('Filter', '')}"
        for node in nodes_of(plan)
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    ]
    if may_scan(statement, found, sorts=True):
        found = []
    cost = usual["Total Cost"]
    return found + [f"cost {cost:.0f}"] * (cost > MOST_COST)


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a plan with all that is below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def may_scan(statement: str, scans: list[str], *, sorts: bool) -> bool:
    """Returns whether a statement may go through one table: to count it, or by an index as far as a page goes."""
    if len(scans) != 1:
        return False
    counts = statement.startswith(("SELECT count(", "SELECT (SELECT count("))
    return counts or ("LIMIT" in statement and not sorts)


def addresses(app: Flask) -> list[str]:
    """Returns the addresses of all pages that need nothing in their address; files hold everything, as asked."""
    rules = [rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    return sorted(each for each in rules if "." not in each and not each.startswith("/log"))


def most_steps(name: str) -> int:
    """Returns how many steps a statement of a page may take."""
    return MOST_STEPS_FOR_PEOPLE if re.match(r"hana: /people[?:]", name) else MOST_STEPS


def test_no_list_goes_through_everything(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        large_organisation(session.query(Organisation).one(), session.query(DutyStation).one())
    with app.app_context():
        engine = db.engine
    faults: list[str] = []
    with Asked(engine) as asked:
        for who, pages in PAGES.items():
            client.post("/logout")
            sign_in(client, f"{who}@demo.example")
            for page in (*addresses(app), *pages):
                asked.page = f"{who}: {page}"
                status = client.get(page).status_code
                if status == STOPPED or (page in pages and status != 200):
                    faults.append(f"{page} answers {status}")
    scans = scans_of_sqlite if engine.dialect.name == "sqlite" else scans_of_postgresql
    for statement, (page, values) in asked.statements.items():
        with engine.connect() as connection:
            if (found := scans(connection, statement, values)) and page.split("?")[0] not in EVERYBODY:
                faults.append(f"{page} asks\n  {statement}\n  {found}")
    faults += [f"{steps} steps: {name}" for name, steps in asked.steps.items() if steps > most_steps(name)]
    assert not faults, "\n\n".join(faults)
