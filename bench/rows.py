"""The rows of the table: how each is measured, in what, and its goal."""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from itertools import count
from typing import NamedTuple

from flask import Flask

from bench import load
from bench.running import MODULE, ROOT, fetch, free_port, hello, redirected, serve, server, sign_in
from bench.sign_ins import save_beside_sign_ins

QUIZ = "/courses/safe-referral/quiz"
VIEWED = ("/help-now", "/courses", "/my", MODULE, "/account", "/verify")
MANAGED = ("/compliance", "/compliance/people", "/people", "/compliance/people.csv")
"""The pages of the mixed load, of learners and of HR."""


@dataclass
class Bench:
    """What a measurement needs: the server and the bare page, both running."""

    folder: str
    port: int
    hello_port: int
    pids: tuple[int, ...]
    """The server and the database, where that has processes of its own."""
    hello_pids: tuple[int, ...]
    environment: dict[str, str]
    seconds: float
    requests: int
    numbers: Iterator[int] = field(default_factory=count)
    """Each number names one person who is added."""
    _cookies: dict[str, str] = field(default_factory=dict)

    def cookie(self, name: str) -> str:
        """Signs in the first time and returns the session's cookie."""
        if name and name not in self._cookies:
            self._cookies[name] = sign_in(self.port, name)
        return self._cookies.get(name, "")

    def hello(self) -> float:
        """Returns the CPU of a bare page, in milliseconds."""
        return load.run(self.hello_port, "/", self.hello_pids, seconds=self.seconds / 2).cpu_ms

    def page(self, path: str, who: str) -> float:
        """Returns the CPU of a page under load, in milliseconds."""
        return load.run(self.port, path, self.pids, cookie=self.cookie(who), seconds=self.seconds).cpu_ms

    @contextmanager
    def counted(self) -> Iterator[list[float]]:
        """Appends the CPU that the server used meanwhile, in milliseconds."""
        took: list[float] = []
        pids = load.family(*self.pids)
        before = load.cpu_seconds(pids)
        yield took
        took.append((load.cpu_seconds(pids) - before) * 1000)

    @cached_property
    def app(self) -> Flask:
        """The application in this process, on the server's data: it knows the right answers of a quiz."""
        from bench.application import quiet_app  # noqa: PLC0415 - most rows do without, and it takes seconds

        return quiet_app(self.folder, database_url=self.environment.get("LMS_DATABASE_URL", ""))

    @cached_property
    def serial(self) -> str:
        """The serial of a certificate of the learner."""
        page = fetch(self.port, "/my", self.cookie("amina"), accept="identity")[2].decode()
        found = re.search(r"/certificates/([\w-]+)", page)
        if found is None:
            raise SystemExit("/my shows no certificate")
        return found[1]


def signing_in(bench: Bench) -> float:
    """The page, the form, and the page that follows."""
    times = 4
    with bench.counted() as took:
        for _ in range(times):
            sign_in(bench.port, "amina")
    return took[0] / times


def add_somebody(bench: Bench) -> None:
    """Records a new person: the figures of the report change."""
    number = next(bench.numbers)
    cookie, path = bench.cookie("hana"), "/people/new"
    page = fetch(bench.port, path, cookie, accept="identity")[2].decode()
    form = {"name": f"Bench {number}", "staff_number": f"BENCH-{number}", "from_on": date.today().isoformat()}  # noqa: DTZ011 - any day will do
    for name in ("organisation", "station", "sector", "contract"):
        choices = re.search(rf'<select[^>]*name="{name}".*?</select>', page, re.DOTALL)
        if choices is not None:
            form[name] = next(value for value in re.findall(r'value="([^"]*)"', choices[0]) if value not in ("", "0"))
    redirected(fetch(bench.port, path, cookie, form | {"role": "promoter", "is_new": "y"}))


def first_report(bench: Bench) -> float:
    """The report after each change of its figures; after four for the workers to load what it needs."""
    times, total, cookie = 6, 0.0, bench.cookie("hana")
    for number in range(-4, times):
        add_somebody(bench)
        with bench.counted() as took:
            fetch(bench.port, "/compliance", cookie)
        total += took[0] if number >= 0 else 0
    return total / times


def people_csv(bench: Bench) -> float:
    """A cell of the file: one person's status, with its reason."""
    times, cookie = 2, bench.cookie("hana")
    with bench.counted() as took:
        for _ in range(times):
            body = fetch(bench.port, "/compliance/people.csv", cookie, accept="identity")[2]
    return took[0] / times / (len(body.splitlines()) - 1)


def quiz(bench: Bench) -> float:
    """An attempt from its start to its result, passed: start, form, save, submit, result; after one to warm up."""
    from bench.answers import fill_in  # noqa: PLC0415 - it loads the application, which most rows do without

    times, total, cookie = 3, 0.0, bench.cookie("amina")
    ask = partial(fetch, bench.port, cookie=cookie)
    for number in range(times + 1):
        with bench.counted() as began:
            attempt = redirected(ask(QUIZ, form={}))
            ask(attempt)
        form = fill_in(bench.app, int(attempt.rpartition("/")[2]))
        with bench.counted() as ended:
            redirected(ask(attempt, form=form))
            status, *_ = ask(redirected(ask(f"{attempt}/submit", form=form)))
        if status != 200:
            raise SystemExit(f"the result of the quiz answered {status}")
        if number:
            total += began[0] + ended[0]
    return total / times


def run_command(environment: dict[str, str], *words: str, given: bytes = b"") -> tuple[float, bytes]:
    """Runs a program of ours; returns the seconds of CPU it took, and what it printed."""
    with tempfile.TemporaryFile() as sent:
        sent.write(given)
        sent.seek(0)
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=ROOT, env=environment, stdin=sent, stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        printed = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(words)} failed")
    return usage.ru_utime + usage.ru_stime, printed


def publishing(bench: Bench, *words: str) -> float:
    """Publishing after one module was changed, or all files, as the command does it, without its start."""
    return float(run_command(bench.environment, "bench.publishing", *words)[1]) * 1000


def previewing(bench: Bench) -> float:
    """The page of a drafted module after each save of its text; after one to warm up."""
    times, total, cookie = 3, 0.0, bench.cookie("tomas")
    course, name = MODULE.split("/")[2:]
    (path,) = (str(path.relative_to(ROOT)) for path in ROOT.glob(f"modules/{course}/*-{name}.md"))
    draft = redirected(fetch(bench.port, f"/author/{course}", cookie, {"title": "Bench"}))
    for number in range(times + 1):
        page = fetch(bench.port, f"{draft}/files/{path}", cookie, accept="identity")[2].decode()
        form = dict(re.findall(r'name="(version|author)"[^>]*value="(\d+)"', page))
        form["text"] = (ROOT / path).read_text() + f"\nRead {next(bench.numbers)} times.\n"
        redirected(fetch(bench.port, f"{draft}/files/{path}", cookie, form))
        with bench.counted() as took:
            status, *_ = fetch(bench.port, f"{draft}/page/{path}", cookie)
        if status != 200:
            raise SystemExit(f"the preview answered {status}")
        total += took[0] if number else 0
    return total / times


def acting(bench: Bench) -> float:
    """Learning from the cookie who sends a request. Ends where that takes more than two statements."""
    took, statements = map(float, run_command(bench.environment, "bench.acting")[1].split())
    if statements > 2:
        raise SystemExit(f"a request takes {statements} statements to learn who acts")
    return took


def checking(bench: Bench) -> float:
    """Checking a module while it is written."""
    return float(run_command(bench.environment, "bench.checking")[1]) * 1000


def command(bench: Bench, *words: str, given: bytes = b"") -> float:
    """A command, from its start to its end."""
    return run_command(bench.environment, "flask", "--app", "wsgi", *words, given=given)[0]


def start(bench: Bench) -> float:
    """The start of the server until its first answer, of that of the bare page."""
    port, bare = free_port(), free_port()
    with server(hello(bare), bare, "/", bench.environment) as (pid, _):
        bare_cpu = load.cpu_seconds(load.family(pid))
    with server(serve(port, "--no-worker"), port, "/healthz", bench.environment) as (pid, _):
        return load.cpu_seconds(load.family(pid)) / bare_cpu


def memory(bench: Bench, *, requests: bool) -> float:
    """What the server and the background worker keep, at once or after many requests."""
    port = free_port()
    with server(serve(port), port, "/healthz", bench.environment) as (pid, _):
        if requests:
            learners, hr = sign_in(port, "amina"), sign_in(port, "hana")
            pages = [*((path, learners) for path in VIEWED), *((path, hr) for path in MANAGED)]
            pages.append((f"/certificates/{bench.serial}.pdf", learners))
            for _ in range(10):
                load.mixed(port, pages, bench.requests // 10)
                for name in ("amina", "hana", "tomas", "karim"):
                    sign_in(port, name)
        return load.pss_mb(load.family(pid))


class Row(NamedTuple):
    """A row of the table. In ``hellos``, milliseconds of CPU are divided by those of a bare page measured before."""

    title: str
    unit: str
    goal: float
    measure: Callable[[Bench], float]
    once: bool = False


def handbook_facts() -> bytes:
    """Returns the file of facts that the handbook shows."""
    return (ROOT / "docs/handbook/status.md").read_bytes().split(b"```json\n")[1].split(b"```")[0]


ROWS = {
    "module": Row("module page, 12 kB chapter", "hellos", 9, lambda b: b.page(MODULE, "amina")),
    "my": Row("/my", "hellos", 22, lambda b: b.page("/my", "amina")),
    "courses": Row("/courses", "hellos", 15, lambda b: b.page("/courses", "amina")),
    "sign-in": Row("sign-in: page, post, /my", "hellos", 250, signing_in),
    "acting": Row("session and actor of a request", "ms", 0.4, acting),
    "saves": Row(
        "saving beside 1 000 sign-ins a minute, p90", "ms", 100,
        lambda b: save_beside_sign_ins(b.port, b.cookie("amina"), b.seconds * 6),
    ),
    "report-first": Row("/compliance as HR, first", "hellos", 110, first_report),
    "report": Row("/compliance as HR, unchanged since", "hellos", 20, lambda b: b.page("/compliance", "hana")),
    "report-people": Row("/compliance/people", "hellos", 110, lambda b: b.page("/compliance/people", "hana")),
    "people": Row("/people", "hellos", 50, lambda b: b.page("/people", "hana")),
    "quiz": Row("quiz of 12, start to result", "hellos", 180, quiz),
    "certificate": Row(
        "certificate PDF", "hellos", 80, lambda b: b.page(f"/certificates/{b.serial}.pdf", "amina")
    ),
    "csv": Row("people CSV, a cell with its reason", "hellos", 0.15, people_csv),
    "publish": Row("publishing one changed module of 55", "ms", 300, publishing),
    "publish-all": Row("publishing all, every file changed", "s", 3, lambda b: publishing(b, "all") / 1000),
    "preview": Row("preview of a saved module, 1 400 words", "ms", 100, previewing),
    "check-text": Row("checking a module that is written", "ms", 100, checking),
    "start": Row("start of the server, of hello's", "times", 4.5, start),
    "explain": Row(
        "flask compliance explain", "s", 1,
        lambda b: command(b, "compliance", "explain", "-", "--as-of", "2026-11-01", given=handbook_facts()),
    ),
    "date": Row(
        "flask compliance date", "s", 1,
        lambda b: command(b, "compliance", "date", "--earned", "2026-11-01", "--validity", "P2Y"),
    ),
    "check-help": Row("flask content check --help", "s", 1, lambda b: command(b, "content", "check", "--help")),
    "memory-fresh": Row("PSS with worker, fresh", "MB", 150, partial(memory, requests=False), once=True),
    "memory": Row("PSS with worker, after many requests", "MB", 230, partial(memory, requests=True), once=True),
}  # fmt: skip
