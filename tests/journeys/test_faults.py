"""A server killed in the middle of writing, and one that is sent far too many bytes."""

import http.client
import json
import re
import shutil
import sqlite3
import threading
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.journeys.conftest import PASSWORD, Server, running_server
from tests.waiting import DEADLINE_SECONDS, wait_until

pytestmark = [pytest.mark.journey, pytest.mark.faults]


class Reader:
    """Somebody with a connection and a session, but no browser: for doing many things fast."""

    def __init__(self, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.cookies: dict[str, str] = {}
        self.token = ""

    def ask(
        self, method: str, path: str, form: list[tuple[str, str]] | None = None, *, script: bool = False
    ) -> tuple[int, http.client.HTTPMessage, str]:
        """Asks once on a connection of its own."""
        connection = http.client.HTTPConnection(self.host, timeout=DEADLINE_SECONDS)
        headers = {
            "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
            "User-Agent": "a reader",
        }
        if script:
            headers |= {"X-Requested-With": "fetch", "Accept": "application/json"}
        body = None
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode([("csrf_token", self.token), *form])
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        text = response.read().decode()
        for value in response.headers.get_all("Set-Cookie") or []:
            key, _, rest = value.partition("=")
            self.cookies[key] = rest.split(";")[0]
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', text)
        self.token = found[1] if found else self.token
        connection.close()
        return response.status, response.headers, text

    def signs_in(self, identity: str) -> None:
        """Signs in."""
        self.ask("GET", "/login")
        status, _, _ = self.ask("POST", "/login", [("email", identity), ("password", PASSWORD)])
        assert status == 302
        self.ask("GET", "/my")


def ready_for_the_quiz(database: Path, course: str, most: int) -> list[str]:
    """Returns staff numbers of people who completed every module and may take the quiz again."""
    query = """
        SELECT MIN(employment.staff_number) FROM employment
        JOIN account ON account.person_id = employment.person_id AND account.active
        JOIN completion ON completion.person_id = employment.person_id
        JOIN course ON course.id = completion.course_id AND course.slug = ?
        WHERE NOT EXISTS (
            SELECT 1 FROM attempt WHERE attempt.person_id = employment.person_id
            AND attempt.course_id = course.id AND attempt.submitted_at > datetime('now', '-3 days')
        )
        GROUP BY employment.person_id
        HAVING COUNT(DISTINCT completion.module_id) =
            (SELECT json_array_length(modules) FROM edition WHERE edition.course_id = course.id)
        ORDER BY employment.person_id LIMIT ?
    """
    connection = sqlite3.connect(database)
    try:
        return [row[0] for row in connection.execute(query, (course, most))]
    finally:
        connection.close()


class Learner(threading.Thread):
    """Answers a quiz question by question, again and again, and remembers what was acknowledged."""

    def __init__(self, address: str, number: str, course: str) -> None:
        super().__init__()
        self.reader = Reader(address)
        self.number, self.course = number, course
        self.attempt = 0
        self.acknowledged: dict[int, str] = {}
        self.under_way: dict[int, str] = {}
        self.submitted = False
        self.fault: BaseException | None = None
        self.saves = 0

    def run(self) -> None:
        """Answers until the server is gone."""
        try:
            self._answer()
        except (OSError, http.client.HTTPException):
            pass  # The server was killed: that is what this is about.
        except BaseException as fault:
            self.fault = fault

    def _answer(self) -> None:
        reader = self.reader
        reader.signs_in(self.number)
        reader.ask("GET", f"/courses/{self.course}/quiz")
        status, headers, _ = reader.ask("POST", f"/courses/{self.course}/quiz", [])
        assert status == 303, (self.number, status)
        path = headers["Location"]
        self.attempt = int(path.rsplit("/", 1)[1])
        _, _, page = reader.ask("GET", path)
        singles = sorted(set(re.findall(r'type="radio" name="(q-\d+)" value="(\w+)"', page)))
        assert singles
        for turn in range(10_000):
            name, value = singles[turn % len(singles)]
            question = int(name.split("-")[1])
            self.under_way[question] = value
            status, _, _ = reader.ask("POST", path, [("changed", name), (name, value)], script=True)
            assert status == 204, status
            self.acknowledged[question] = value
            self.saves += 1
            if turn == 40 and self.attempt % 2:
                status, _, _ = reader.ask("POST", f"{path}/submit", [("anyway", "1")])
                assert status == 303, status
                self.submitted = True
                return


def enough(learners: list[Learner]) -> bool:
    """Says whether many answers were saved, by several learners: on a busy machine some of them begin late.

    How many questions they were saved to is up to the draw: some attempts have few of the type that is answered here.
    """
    return sum(learner.saves for learner in learners) >= 150 and sum(learner.saves > 0 for learner in learners) >= 4


def test_every_acknowledged_answer_survives_a_kill(demonstration: Path, tmp_path: Path) -> None:
    course = "safe-identification"
    shutil.copyfile(demonstration, tmp_path / "every_sector.db")
    numbers = ready_for_the_quiz(tmp_path / "every_sector.db", course, 6)
    assert len(numbers) == 6
    with running_server(tmp_path) as server:
        learners = [Learner(server.address, number, course) for number in numbers]
        for learner in learners:
            learner.start()
        wait_until(lambda: enough(learners) or not any(one.is_alive() for one in learners), "answers are saved")
        server.kill()
        for learner in learners:
            learner.join()
    assert [learner.fault for learner in learners if learner.fault] == []
    assert enough(learners)

    with running_server(tmp_path) as server:
        connection = sqlite3.connect(tmp_path / "every_sector.db")
        for learner in learners:
            query = "SELECT question_revision_id, response FROM answer WHERE attempt_id = ?"
            answers = {key: json.loads(value) for key, value in connection.execute(query, (learner.attempt,))}
            drawn = "SELECT questions FROM attempt WHERE id = ?"
            asked = json.loads(connection.execute(drawn, (learner.attempt,)).fetchone()[0])
            for number, value in learner.acknowledged.items():
                # Controls and values are numbered as the attempt shows them.
                question = asked[number - 1]
                sent = (value, learner.under_way[number])
                assert answers[question["question"]] in [question["order"][int(each) - 1] for each in sent]
            row = connection.execute("SELECT submitted_at FROM attempt WHERE id = ?", (learner.attempt,)).fetchone()
            assert not learner.submitted or row[0] is not None
        connection.close()
        again = Reader(server.address)
        again.signs_in(numbers[0])
        assert again.ask("GET", "/my")[0] == 200


def test_fifty_megabytes_are_refused_and_the_server_goes_on(server: Server) -> None:
    reader = Reader(server.address)
    reader.ask("GET", "/login")
    connection = http.client.HTTPConnection(reader.host, timeout=DEADLINE_SECONDS)
    connection.putrequest("POST", "/login")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(50_000_000))
    connection.endheaders()
    chunk = b"a" * 1_000_000
    try:
        for _ in range(50):
            connection.send(chunk)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass  # Hanging up on somebody who sends on after the refusal is an answer too.
    assert reader.ask("GET", "/help-now")[0] == 200
    reader.signs_in("amina@demo.example")
