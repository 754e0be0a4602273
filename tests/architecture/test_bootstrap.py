"""The first command on a machine says what to do where it cannot go on, and goes on where it was interrupted."""

import ast
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lms.kernel.config import ROOT
from tests.waiting import process_group

BOOTSTRAP = ROOT / "bin" / "bootstrap.py"
PRETENDS = """
import runpy, sys
sys.version_info = {}
sys.argv = [{!r}]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_an_old_python_can_read_it() -> None:
    tree = ast.parse(BOOTSTRAP.read_text(), feature_version=(3, 4))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr | ast.AnnAssign)]


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_is_told_of(version: tuple[int, int, int]) -> None:
    program = PRETENDS.format(version, str(BOOTSTRAP))
    # Nothing on the path: where a newer Python is found, it is used instead.
    result = subprocess.run(
        [sys.executable, "-c", program], env={**os.environ, "PATH": ""}, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert f"This is Python {version[0]}.{version[1]}; Every Sector needs Python 3.11 or newer." in result.stderr
    assert "make run PYTHON=" in result.stderr


PRETENDS_WINDOWS = """
import os, runpy, sys
os.name = "nt"
sys.argv = [{!r}]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_windows_is_told_what_to_do() -> None:
    program = PRETENDS_WINDOWS.format(str(BOOTSTRAP))
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "wsl --install" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_machine_without_python_is_told_what_to_do() -> None:
    result = subprocess.run(
        ["make", "run", "PYTHON=python-that-is-not-here"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode != 0
    assert "There is no python-that-is-not-here here. Install Python 3.11 or newer" in result.stdout


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose lock names no library."""
    (tmp_path / "bin").mkdir()
    shutil.copy(BOOTSTRAP, tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("# none\n")
    return tmp_path


def bootstrap(project: Path) -> str:
    command = [sys.executable, str(project / "bin" / "bootstrap.py")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def has_pip(project: Path) -> bool:
    command = [str(project / ".venv" / "bin" / "python"), "-m", "pip", "--version"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.faults
def test_whoever_is_interrupted_goes_on_with_the_same_command(project: Path) -> None:
    command = [sys.executable, str(project / "bin" / "bootstrap.py")]
    with process_group(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stderr is not None
        assert process.stdout.readline().startswith("Making the environment")
        # Ctrl-C reaches all processes of the terminal.
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait() == 1
        assert "Run the same command again" in process.stderr.read()
    assert "Making the environment" in bootstrap(project)
    assert has_pip(project)
    assert bootstrap(project) == ""


@pytest.mark.faults
def test_what_a_killed_run_has_left_is_made_again(project: Path) -> None:
    bootstrap(project)
    # As it looks in the middle of installing.
    [pip] = (project / ".venv").glob("lib/*/site-packages/pip/_internal")
    shutil.rmtree(pip)
    (project / ".venv.unfinished").touch()
    assert not has_pip(project)
    bootstrap(project)
    assert has_pip(project)
