"""``make run`` may be interrupted anywhere: it ends with a sentence, and the next one goes on."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lms.kernel.config import ROOT
from tests.waiting import process_group, reserved_port

pytestmark = pytest.mark.faults


def started_until(instance: Path, port: int, said: str, signal_number: int) -> tuple[int, str]:
    """Starts it, sends a signal once it has said something, and returns its status and all that it said."""
    command = [sys.executable, "-u", "-m", "flask", "--app", "wsgi", "serve", "--prepare", "--port", str(port)]
    environment = os.environ | {"LMS_INSTANCE": str(instance), "LMS_DATABASE_URL": ""}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with process_group(command, cwd=ROOT, env=environment, **pipes) as process:
        output = b""
        while said.encode() not in output:
            part = os.read(process.stdout.fileno(), 4096)
            assert part, output.decode()
            output += part
        # Ctrl-C reaches all processes of the terminal.
        os.killpg(process.pid, signal_number)
        rest, _ = process.communicate()
        return process.returncode, (output + rest).decode()


def test_every_step_may_be_interrupted(tmp_path: Path) -> None:
    with reserved_port() as port:
        for step in ("Preparing the database", "Publishing the courses", "creating the demonstration"):
            status, output = started_until(tmp_path, port, step, signal.SIGINT)
            assert output.endswith("Stopped before it was ready. Nothing is left half done: start it again.\n"), output
            assert status == 1, step
        # Nothing of it was left, or the demonstration would not be made now.
        _, output = started_until(tmp_path, port, "Ctrl-C stops it", signal.SIGKILL)
        assert "600 people" in output
