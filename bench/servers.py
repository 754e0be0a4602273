"""Granian beside gunicorn, for docs/decisions/0005-server.md: hello, a signed-in module page, start-up, memory.

gunicorn is not among the requirements: ``pip install --target /tmp/gunicorn gunicorn``, then
``PYTHONPATH=/tmp/gunicorn python -m bench.servers INSTANCE`` with the folder of an installation that shows the
demonstration. ``BENCH_SECONDS`` is how long each page is loaded (5).
"""

import os
import sys

from bench import load
from bench.running import MODULE, free_port, server, sign_in

THREADS = ("1", "2", "4")


def commands(name: str, port: int, threads: str) -> tuple[list[str], list[str]]:
    """Returns how a server is started with the bare page and with the application."""
    python = [sys.executable, "-m"]
    if name == "granian":
        hello = [*python, "bench.hello", str(port), threads]
        application = [*python, "flask", "--app", "wsgi", "serve", "--no-worker", "--port", str(port)]
        return hello, [*application, "--threads", threads]
    gunicorn = [*python, "gunicorn", "-c", "python:bench.gunicorn_conf", "--threads", threads]
    gunicorn += ["-b", f"127.0.0.1:{port}"]
    return [*gunicorn, "bench.hello:app"], [*gunicorn, "wsgi:app"]


def main() -> None:
    """Measures both servers and prints one line each."""
    seconds = float(os.environ.get("BENCH_SECONDS", "5"))
    environment = dict(os.environ) | {"LMS_INSTANCE": sys.argv[1], "LMS_RATE_LIMITS": "false"}
    for threads in THREADS:
        for name in ("granian", "gunicorn"):
            port = free_port()
            bare, application = commands(name, port, threads)
            with server(bare, port, "/", environment) as (pid, _):
                hello = load.run(port, "/", [pid], seconds=seconds)
            with server(application, port, "/healthz", environment) as (pid, started):
                fresh = load.pss_mb(load.family(pid))
                page = load.run(port, MODULE, [pid], cookie=sign_in(port, "amina"), seconds=seconds)
                worked = load.pss_mb(load.family(pid))
            print(
                f"{name:8} {threads} threads: hello {hello.rate:6.0f}/s {hello.cpu_ms:.2f} ms, "
                f"module {page.rate:5.0f}/s {page.cpu_ms:.2f} ms, start {started:.1f} s, "
                f"PSS {fresh:.0f} then {worked:.0f} MB",
                flush=True,
            )


if __name__ == "__main__":
    main()
