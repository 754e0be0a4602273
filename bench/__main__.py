"""``make bench``: starts the real server with the demonstration and measures it beside a bare Flask page.

``BENCH_SECONDS`` is how long each page is loaded in each round (2), ``BENCH_ROUNDS`` how many rounds there are (3).
A round loads the bare page and every other page one after the other; what is printed is the middle of the rounds, so
that a machine that is busy for a moment spoils a round and not the table.
"""

import os
import re
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import structlog
from flask import Flask
from sqlalchemy import event, select

from bench import load
from bench.running import MODULE, PASSWORD, fetch, free_port, server, sign_in
from lms.app import create_app
from lms.certification.awards.document import render_certificate
from lms.certification.models import Award, AwardName
from lms.kernel.config import Settings
from lms.kernel.db import db

PAGES = (
    ("module page", MODULE, "amina", "goal 0.30, 2 ms"),
    ("/my", "/my", "amina", ""),
    ("/courses", "/courses", "amina", ""),
    ("/help-now", "/help-now", "", ""),
    ("/compliance", "/compliance", "hana", ""),
    ("/healthz", "/healthz", "", ""),
)


def throughput(hello: tuple[int, int], application: tuple[int, int], cookies: dict[str, str]) -> None:
    """Loads every page in turn, round after round, and prints the middle of the rounds; takes (port, process)."""
    seconds = float(os.environ.get("BENCH_SECONDS", "2"))
    rounds = int(os.environ.get("BENCH_ROUNDS", "3"))
    bare: list[load.Measured] = []
    measured: dict[str, list[load.Measured]] = {name: [] for name, *_ in PAGES}
    for _ in range(rounds):
        bare.append(load.run(hello[0], "/", hello[1], seconds=seconds))
        for name, path, who, _goal in PAGES:
            cookie = cookies.get(who, "")
            measured[name].append(load.run(application[0], path, application[1], cookie=cookie, seconds=seconds))
    print(f"\nTwo workers, 8 connections, the middle of {rounds} rounds of {seconds:g} s")
    line("hello (bare Flask)", bare, bare)
    for name, _path, _who, goal in PAGES:
        line(name, measured[name], bare, goal)


def line(name: str, measured: list[load.Measured], hello: list[load.Measured], goal: str = "") -> None:
    """Prints one row of the table: the ratio is the middle of each round's own ratio."""
    rate, cpu = median(one.rate for one in measured), median(one.cpu_ms for one in measured)
    ratio = median(one.rate / bare.rate for one, bare in zip(measured, hello, strict=True))
    print(f"  {name:20} {rate:8.0f}/s {cpu:7.2f} ms CPU   {ratio:5.3f} of hello  {goal}".rstrip(), flush=True)


def sizes(port: int, cookie: str) -> None:
    """Prints what the first view of a module page costs on the wire."""
    _, _, plain = fetch(port, MODULE, cookie, accept="identity")
    status, headers, body = fetch(port, MODULE, cookie)
    head = sum(len(name) + len(value) + 4 for name, value in headers) + 17
    assets = sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', plain.decode())))
    total, css = head + len(body), 0
    print(f"\nA module page on the wire (status {status})")
    print(f"  HTML {len(body)} bytes + headers {head}")
    for asset in assets:
        _, asset_headers, content = fetch(port, asset)
        size = len(content) + sum(len(name) + len(value) + 4 for name, value in asset_headers) + 17
        css += size if asset.endswith(".css") else 0
        total += size
        print(f"  {asset.rsplit('/', 1)[1]:14} {size} bytes")
    print(f"  HTML with CSS: {head + len(body) + css} bytes (goal 14336)")
    print(f"  first view whole: {total} bytes (goal 30720) in {1 + len(assets)} requests (goal 5)")


def quiet_app(folder: str, **settings: str) -> Flask:
    """Makes the application in this process, its log going nowhere: the table is the only output."""
    app = create_app(Settings(instance=Path(folder), rate_limits=False, **settings))  # type: ignore[arg-type]
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - the log keeps it as long as the process lives
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=nowhere))
    return app


def queries(app: Flask) -> None:
    """Prints how many queries each page asks, counted in this process."""
    app.config["WTF_CSRF_ENABLED"] = False
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    print("\nQueries a page (BEGIN not counted)")
    for who, paths in (("amina", (MODULE, "/my", "/courses")), ("hana", ("/compliance", "/people", "/requirements"))):
        client = app.test_client()
        client.post("/login", data={"email": f"{who}@demo.example", "password": PASSWORD})
        for path in paths:
            client.get(path)
            statements.clear()
            began = time.thread_time()
            status = client.get(path).status_code
            took = (time.thread_time() - began) * 1000
            count = sum(not statement.startswith("BEGIN") for statement in statements)
            print(f"  {path:60} {count:3}   ({took:.1f} ms CPU in process, status {status})")


def certificates(app: Flask) -> None:
    """Prints how fast certificates are set: the first, which makes the press, and the others."""
    with app.app_context():
        query = select(Award, AwardName.name).join(AwardName, AwardName.award_id == Award.id).limit(60)
        found = db.session.execute(query).all()
        took = []
        for award, name in found:
            began = time.perf_counter()
            render_certificate(award, name)
            took.append((time.perf_counter() - began) * 1000)
    middle = median(took[1:])
    print(f"\nCertificates: {1000 / middle:.0f}/s, {middle:.1f} ms each (goal 25), the first {took[0]:.0f} ms")


def main() -> None:
    """Measures everything and prints it."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        environment = dict(os.environ) | {"LMS_INSTANCE": folder, "LMS_LOG_FORMAT": "json", "LMS_RATE_LIMITS": "false"}
        port, hello_port = free_port(), free_port()
        serve = [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port), "--no-worker"]
        print("Loading the demonstration ...", flush=True)
        with server([*serve, "--prepare"], port, "/healthz", environment):
            pass
        hello_pid, _ = running.enter_context(
            server([sys.executable, "-m", "bench.hello", str(hello_port)], hello_port, "/", environment)
        )
        pid, started = running.enter_context(server(serve, port, "/healthz", environment))
        fresh = load.pss_mb(load.family(pid))
        cookies = {name: sign_in(port, name) for name in ("amina", "hana")}
        sizes(port, cookies["amina"])
        for _name, path, who, _goal in PAGES[:4]:
            load.run(port, path, pid, cookie=cookies.get(who, ""), seconds=0.5)
        learning = load.pss_mb(load.family(pid))
        throughput((hello_port, hello_pid), (port, pid), cookies)
        worked = load.pss_mb(load.family(pid))
        print(f"\nStart-up until the first answer: {started:.1f} s (goal 2)")
        print(
            f"Memory of the server and its two workers: {fresh:.0f} MB PSS when started (goal 170), "
            f"{learning:.0f} MB after learners' pages, {worked:.0f} MB after all of the above"
        )
        app = quiet_app(folder)
        queries(app)
        certificates(app)
        with app.app_context():
            db.engine.dispose()


if __name__ == "__main__":
    main()
