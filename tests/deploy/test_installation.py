"""Two servers, two workers, PostgreSQL, Redis and a proxy, while one of each is killed as people learn."""

import http.client
import re
import signal
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from sqlalchemy import create_engine, text

from lms.catalogue.models import Course
from lms.kernel.actor import Role
from lms.kernel.db import session, unit_of_work
from tests.deploy.installation import Installation, give_away, whole_installation, without_rights
from tests.factories import people
from tests.factories.application import make_settings, running_application
from tests.factories.compliance import required_course
from tests.factories.courses import single, write_course
from tests.waiting import DEADLINE_SECONDS, wait_until

pytestmark = pytest.mark.faults

COURSE, MODULES, QUESTIONS = "first-course", ("first-steps", "second-steps"), 6
LEARNERS = ("Amina Yusuf", "Nuru Okello", "Grace Achieng", "Samir Haddad", "Lina Moreau")
FAULTS = {
    "web-1": signal.SIGKILL,
    "worker-1": signal.SIGKILL,
    "redis": signal.SIGKILL,
    "database": signal.SIGQUIT,
    "proxy": signal.SIGKILL,
}
"""What is killed in turn; PostgreSQL as in a crash. Beside the database and the proxy nothing is there twice over."""


def email_of(name: str) -> str:
    return name.split(maxsplit=1)[0].lower() + "@demo.example"


def record_people(installation: Installation, folder: Path) -> None:
    """Records five learners and HR, all of whom need the course."""
    settings = make_settings(folder, installation.database_url, secret_key="the same on both machines")
    with running_application(settings) as app, app.app_context(), unit_of_work():
        here, place = people.organisation(), people.station()
        for number, name in enumerate((*LEARNERS, "Hana Haddad")):
            who = people.person(name, email_of(name))
            people.placed(people.employed(who, here, f"W-{number}"), place)
            people.account(who, *([Role.HR] if name.startswith("Hana") else []), at=here)
        course_id = session.query(Course.id).filter_by(slug=COURSE).scalar()
        assert course_id is not None
        required_course(None, course_id)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The installation, running, with a course of two modules and a quiz."""
    courses = tmp_path_factory.mktemp("courses")
    bank = [single(f"q-{number}", red_line=number < 3) for number in range(QUESTIONS)]
    write_course(courses, COURSE, modules=MODULES, bank=bank)
    with whole_installation(courses) as made:
        made.run("db", "upgrade")
        made.run("content", "publish")
        record_people(made, tmp_path_factory.mktemp("recorder"))
        for name in ("redis", "web-1", "web-2", "worker-1", "worker-2", "proxy"):
            made.programs[name].start()
        yield made


class Visitor:
    """Somebody with a session who sends a request again where no answer came, as people do."""

    def __init__(self, installation: Installation) -> None:
        self.port = installation.proxy_port
        self.tls = ssl.create_default_context(cafile=str(installation.certificate))
        self.cookies: dict[str, str] = {}
        self.refused = 0

    def ask(self, method: str, path: str, *, fetch: bool = False, **form: str) -> tuple[int, str, str]:
        """Returns status, where to, and the text, once the answer is not that something is away."""

        def answered() -> tuple[int, str, str] | None:
            try:
                answer = self._ask_once(method, path, fetch=fetch, form=form)
            except (OSError, http.client.HTTPException):
                answer = (0, "", "")
            if answer[0] in (0, 502, 503, 504):
                self.refused += 1
                return None
            return answer

        found = wait_until(answered, f"an answer to {method} {path}")
        assert found is not None
        assert found[0] < 400, (method, path, found)
        return found

    def _ask_once(self, method: str, path: str, *, fetch: bool, form: dict[str, str]) -> tuple[int, str, str]:
        connection = http.client.HTTPSConnection("localhost", self.port, timeout=DEADLINE_SECONDS, context=self.tls)
        headers = {
            "Cookie": "; ".join(f"{key}={value}" for key, value in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        headers |= {"Content-Type": "application/x-www-form-urlencoded"} if method == "POST" else {}
        headers |= {"X-Requested-With": "fetch", "Accept": "application/json"} if fetch else {}
        try:
            connection.request(method, path, urlencode(form) if method == "POST" else None, headers)
            response = connection.getresponse()
            page = response.read().decode(errors="replace")
        finally:
            connection.close()
        for value in response.headers.get_all("Set-Cookie") or []:
            assert "Secure" in value
            key, _, rest = value.partition("=")
            self.cookies[key] = rest.partition(";")[0]
        return response.status, response.headers.get("Location", ""), page

    def signs_in(self, name: str) -> None:
        """Signs in, and sees their own page."""
        self.ask("GET", "/login")
        status, _, _ = self.ask("POST", "/login", email=email_of(name), password=people.PASSWORD)
        assert status == 302
        assert name in self.ask("GET", "/my")[2]


class Learner(threading.Thread):
    """Walks from sign-in to the quiz, saves answers until they may submit, and remembers what was acknowledged."""

    def __init__(self, installation: Installation, name: str) -> None:
        super().__init__(name=name)
        self.visitor, self.may_submit = Visitor(installation), threading.Event()
        self.path, self.saves = "", 0
        self.acknowledged: dict[str, str] = {}
        self.under_way: dict[str, str] = {}
        self.fault: BaseException | None = None

    def run(self) -> None:
        try:
            self._learn()
        except BaseException as fault:
            self.fault = fault

    def _learn(self) -> None:
        ask = self.visitor.ask
        self.visitor.signs_in(self.name)
        for module in MODULES:
            assert "Some words of" in ask("GET", f"/courses/{COURSE}/{module}")[2]
            ask("POST", f"/courses/{COURSE}/{module}/complete")
        self.path = ask("POST", f"/courses/{COURSE}/quiz")[1]
        assert self.path.startswith("/attempts/")
        choices = re.findall(r'name="(q-\d+)" value="(\w+)"', ask("GET", self.path)[2])
        assert len(choices) == QUESTIONS * 3
        while not self.may_submit.is_set():
            for question, value in choices[self.saves % 3 :: 3]:
                self._save(question, value)

    def _save(self, question: str, value: str) -> None:
        self.under_way[question] = value
        form = {"changed": question, question: value}
        status, _, _ = self.visitor.ask("POST", self.path, fetch=True, **form)
        assert status == 204
        self.acknowledged[question] = value
        self.saves += 1

    def saved(self) -> dict[str, str]:
        """Returns the answers that the page of the attempt shows as saved."""
        page = self.visitor.ask("GET", self.path)[2]
        inputs = re.findall(r"<input\b[^>]*>", page)
        found = [re.search(r'name="(q-\d+)" value="(\w+)"', each) for each in inputs if " checked" in each]
        return {each[1]: each[2] for each in found if each is not None}

    def earns(self) -> str:
        """Answers everything rightly, submits, and returns the address of the certificate."""
        page = self.visitor.ask("GET", self.path)[2]
        for question, value, words in re.findall(r'name="(q-\d+)" value="(\w+)"[^>]*>(.*?)</label>', page, re.DOTALL):
            if "Right of" in words:
                self._save(question, value)
        result = self.visitor.ask("POST", f"{self.path}/submit", anyway="1")[1]
        found = re.search(r'class="button large" href="([^"]+)"', self.visitor.ask("GET", result)[2])
        assert found is not None
        return self.visitor.ask("GET", found[1])[1]


def done_jobs(installation: Installation) -> int:
    """Counts the rows of the outbox that a worker has done."""
    engine = create_engine(installation.database_url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        number = connection.execute(text("SELECT count(*) FROM outbox WHERE done_at IS NOT NULL")).scalar_one()
    engine.dispose()
    return int(number)


def wait_for_saves(learners: list[Learner], more: int = 8) -> None:
    """Waits until each learner has saved some more answers, or one has failed."""
    before = {learner: learner.saves for learner in learners}
    wait_until(
        lambda: (
            any(learner.fault for learner in learners)
            or all(learner.saves >= saves + more for learner, saves in before.items())
        ),
        "everybody goes on",
    )
    assert [learner.fault for learner in learners if learner.fault] == []


def test_people_go_on_while_one_of_each_is_killed(installation: Installation) -> None:
    learners: list[Learner] = []
    for name, (victim, how) in zip(LEARNERS, FAULTS.items(), strict=True):
        # Everybody begins while something else is away.
        installation.programs[victim].end(how)
        learners.append(Learner(installation, name))
        learners[-1].start()
        if victim in ("database", "proxy"):
            wait_until(lambda: learners[0].visitor.refused, "people notice")
            installation.programs[victim].start()
        wait_for_saves(learners)
        if victim == "worker-1":
            # The other machine's worker does what waits.
            before = done_jobs(installation)
            Visitor(installation).ask("POST", "/reset", email="nobody@demo.example")
            wait_until(lambda was=before: done_jobs(installation) > was, "the other worker works")  # type: ignore[misc]
        installation.programs[victim].start()
        wait_for_saves(learners)
    for learner in learners:
        learner.may_submit.set()
    for learner in learners:
        learner.join()
    assert [learner.fault for learner in learners if learner.fault] == []
    for learner in learners:
        stored = learner.saved()
        assert set(learner.acknowledged) <= set(stored)
        assert all(stored[key] in (value, learner.under_way[key]) for key, value in learner.acknowledged.items())
    for learner in learners:
        certificate = learner.earns()
        assert learner.name in learner.visitor.ask("GET", certificate)[2]
        assert learner.visitor.ask("GET", f"{certificate}.pdf")[2].startswith("%PDF")
    hana = Visitor(installation)
    hana.signs_in("Hana Haddad")
    report = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", hana.ask("GET", f"/compliance?course={COURSE}")[2]))
    # Five of six: all but Hana herself.
    assert re.search(r"\b83\s%", report), report[:3000]
    logs = installation.logs()
    assert not [name for name in (*LEARNERS, "Hana Haddad") if name in logs or email_of(name) in logs]


def test_a_backup_is_made_with_the_password_of_the_database(installation: Installation) -> None:
    backups = give_away(installation.folder / "backups")
    installation.run("backup", str(backups))
    (made,) = backups.iterdir()
    assert zipfile.is_zipfile(made)


def test_the_server_cannot_change_its_code(installation: Installation) -> None:
    process = installation.programs["web-1"].process
    assert process is not None
    status = Path(f"/proc/{process.pid}/status").read_text()
    assert re.search(r"^Uid:\s+0\b", status, re.MULTILINE) is None
    writing = [installation.python.path, "-c", "open('lms/new.py', 'w')"]
    environment = installation.programs["web-1"].environment
    tried = subprocess.run(
        writing, cwd=installation.folder / "code", env=environment, check=False, capture_output=True, **without_rights()
    )
    assert b"PermissionError" in tried.stderr
