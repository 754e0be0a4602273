"""The real server as one command starts it: its job worker, its child processes, its connections."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from lms.kernel.config import ROOT
from lms.kernel.errors import Refusal
from lms.kernel.instance_lock import lock_instance
from tests.kernel.connections import connected
from tests.waiting import end_of_process, wait_until

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and prctl is Linux's"),
]


def worker_started(process: subprocess.Popen[str]) -> int:
    """Waits for the log's word that a job worker began, and returns its process."""
    assert process.stderr is not None
    for line in process.stderr:
        entry = json.loads(line) if line.startswith("{") else {}
        if entry.get("event") == "worker started":
            return int(entry["process"])
    raise AssertionError("the server ended")


def is_running(number: int) -> bool:
    with suppress(FileNotFoundError):
        return ") Z " not in Path(f"/proc/{number}/stat").read_text()
    return False


def test_a_job_worker_that_ends_is_started_again(served: subprocess.Popen[str], port: int) -> None:
    first = worker_started(served)
    os.kill(first, signal.SIGKILL)
    second = worker_started(served)
    assert second != first
    assert is_running(second)
    # Before it listens, an interrupt would find Python's own handler and not the server's.
    connected(served, port).close()
    with end_of_process(second) as ended:
        served.send_signal(signal.SIGINT)
        assert served.wait() == 0
        assert ended()


def test_a_job_worker_ends_with_a_server_that_is_killed(served: subprocess.Popen[str]) -> None:
    worker = worker_started(served)
    with end_of_process(worker) as ended:
        served.kill()
        assert ended()
    # The pipe closes when the last process that writes to it has ended: the ones that answer pages.
    assert served.stderr is not None
    served.stderr.read()


def test_a_server_keeps_a_restore_away_until_its_last_process_has_ended(
    served: subprocess.Popen[str], tmp_path: Path
) -> None:
    worker_started(served)
    with pytest.raises(Refusal, match="is running"), lock_instance(tmp_path, alone=True):
        pass
    served.kill()
    assert served.stderr is not None
    served.stderr.read()
    with lock_instance(tmp_path, alone=True):
        pass


ORPHAN = """
import multiprocessing, os, signal
from lms.kernel.serve import exit_with_parent

def child():
    server = os.getppid()
    os.kill(server, signal.SIGKILL)
    while os.getppid() == server:
        os.sched_yield()
    exit_with_parent()
    print("outlived", flush=True)

multiprocessing.get_context("fork").Process(target=child).start()
signal.pause()
"""


def test_a_child_forked_as_the_server_dies_ends_too() -> None:
    ended = subprocess.run([sys.executable, "-c", ORPHAN], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-signal.SIGKILL, "", "")


def timers(server: int, client: int) -> list[int]:
    """The timer at the server's end of a connection as Linux numbers them, once all that was sent has been received."""
    found = []
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, here, there, _, unacknowledged, timer, *_ = line.split()
        if (here[-4:], there[-4:]) == (f"{server:04X}", f"{client:04X}"):
            found += [int(timer[:2])] if unacknowledged.startswith("00000000:") else []
    return found


def test_idle_connections_are_probed_by_keepalive(served: subprocess.Popen[str], port: int) -> None:
    """Otherwise a phone that is gone in the middle of a form keeps a thread for ever."""
    keepalive = 2
    for _ in ("the connection that was there first", "one that came later"):
        with connected(served, port) as connection:
            client = connection.getsockname()[1]
            assert wait_until(lambda c=client: timers(port, c), "all is received") == [keepalive]  # type: ignore[misc]
