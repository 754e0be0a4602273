"""The first command on a machine says what to do where Python is too old."""

import ast
import os
import subprocess
import sys

import pytest

from lms.kernel.config import ROOT

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
