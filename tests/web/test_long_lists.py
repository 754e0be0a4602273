"""Lists of fifty thousand people: each query goes by an index, on both databases, and does little work.

Each page is opened as people do; what it asked the database is asked once more with EXPLAIN.
"""

import re
from collections import Counter
from typing import Any, Self

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from lms.certification.signing.operations import ensure_key
from lms.kernel.db import db, session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories.large_organisation import PEOPLE, large_organisation
from tests.factories.long_lists import addresses, pages_of, pages_of_programs
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.query_plans import is_question, scans
from tests.factories.tokens import ask, token_of

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
        if is_question(statement):
            self.statements.setdefault(statement, (self.page, values))


def most_steps(name: str) -> int:
    """Returns how many steps a statement of a page may take."""
    return MOST_STEPS_FOR_PEOPLE if re.match(r"hana: /people[?:]", name) else MOST_STEPS


def test_no_list_goes_through_everything(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        large_organisation(session.query(Organisation).one(), session.query(DutyStation).one())
        ensure_key(app.config["SECRET_KEY"])
    with app.app_context():
        engine = db.engine
    faults: list[str] = []
    with Asked(engine) as asked:
        for who, pages in pages_of(PEOPLE).items():
            client.post("/logout")
            sign_in(client, f"{who}@demo.example")
            for page in (*addresses(app), *pages):
                asked.page = f"{who}: {page}"
                status = client.get(page).status_code
                if status == STOPPED or (page in pages and status != 200):
                    faults.append(f"{page} answers {status}")
        token = token_of(app, "hana")
        for page in pages_of_programs(PEOPLE):
            asked.page = f"a program: {page}"
            answer = ask(app, token, page)
            if answer.status_code != 200:
                faults.append(f"{page} answers {answer.status_code}")
    for statement, (page, values) in asked.statements.items():
        with engine.connect() as connection:
            if (found := scans(connection, statement, values)) and page.split("?")[0] not in EVERYBODY:
                faults.append(f"{page} asks\n  {statement}\n  {found}")
    faults += [f"{steps} steps: {name}" for name, steps in asked.steps.items() if steps > most_steps(name)]
    assert not faults, "\n\n".join(faults)
