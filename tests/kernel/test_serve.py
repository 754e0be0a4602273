"""The real server as one command starts it: what becomes of the processes beside it."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Timer

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def port() -> int:
    """A port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def served(sqlite_template: Path, tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """A server with its job worker; it is killed where a test waits for more than a minute."""
    shutil.copyfile(sqlite_template, tmp_path / "every_sector.db")
    process = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve", "--port", str(port), "--workers", "1"],
        cwd=ROOT,
        env=os.environ | {"LMS_INSTANCE": str(tmp_path), "LMS_DATABASE_URL": "", "LMS_LOG_FORMAT": "json"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = Timer(60, process.kill)
    patience.start()
    yield process
    patience.cancel()
    process.kill()
    process.wait()


def worker_started(process: subprocess.Popen[str]) -> int:
    """Waits for the log's word that a job worker began, and returns its process."""
    assert process.stderr is not None
    for line in process.stderr:
        said = json.loads(line) if line.startswith("{") else {}
        if said.get("event") == "worker started":
            return int(said["process"])
    raise AssertionError("the server ended")


def is_running(number: int) -> bool:
    with suppress(FileNotFoundError):
        return ") Z " not in Path(f"/proc/{number}/stat").read_text()
    return False


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_job_worker_that_ends_is_started_again(served: subprocess.Popen[str]) -> None:
    first = worker_started(served)
    os.kill(first, signal.SIGKILL)
    second = worker_started(served)
    assert second != first
    assert is_running(second)
    served.send_signal(signal.SIGINT)
    assert served.wait() == 0
    assert not is_running(second)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_job_worker_ends_with_a_server_that_is_killed(served: subprocess.Popen[str]) -> None:
    worker = worker_started(served)
    with os.fdopen(os.pidfd_open(worker)) as end:
        served.kill()
        readable, _, _ = select([end], [], [], 60)
    assert readable
    # The pipe closes when the last process that writes to it has ended: the ones that answer pages.
    assert served.stderr is not None
    served.stderr.read()


ORPHAN = """
import multiprocessing, os, signal
from lms.kernel.serve import end_with_parent

def child():
    server = os.getppid()
    os.kill(server, signal.SIGKILL)
    while os.getppid() == server:
        os.sched_yield()
    end_with_parent()
    print("outlived", flush=True)

multiprocessing.get_context("fork").Process(target=child).start()
signal.pause()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux's")
def test_who_is_forked_as_the_server_dies_ends_too() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGKILL, "", "")


def connected(process: subprocess.Popen[str], port: int) -> socket.socket:
    """Waits until the server listens, and returns a connection on which it has answered."""
    for _ in range(600):
        try:
            connection = socket.create_connection(("127.0.0.1", port), timeout=60)
        except OSError:
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        else:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            assert connection.recv(4096).startswith(b"HTTP/1.1 200")
            return connection
    raise AssertionError("the server did not listen")


def timer(process: subprocess.Popen[str], server: int, client: int) -> int:
    """What the kernel waits for at the server's end of a connection, once all that was sent has been received."""
    for _ in range(600):
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, here, there, _, waiting, clock, *_ = line.split()
            if (here[-4:], there[-4:]) == (f"{server:04X}", f"{client:04X}") and waiting.startswith(
                "00000000:"
            ):
                return int(clock[:2])
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError("there is no such connection")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_who_says_nothing_is_asked_whether_they_are_there(served: subprocess.Popen[str], port: int) -> None:
    """Otherwise a phone that is gone in the middle of a form keeps a thread for ever."""
    keepalive = 2
    for _ in ("the connection that was there first", "one that came later"):
        with connected(served, port) as connection:
            assert timer(served, port, connection.getsockname()[1]) == keepalive
