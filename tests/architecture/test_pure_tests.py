"""Tests of pure rules import no application, so that one of them can be run in a second."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLLECT = """
import sys
import pytest

code = pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "tests/compliance/status"])
heavy = {"sqlalchemy", "flask_migrate", "lms.app", "lms.kernel.db"}
sys.exit(f"exit code {code}, imported {sorted(heavy & set(sys.modules))}" if code or heavy & set(sys.modules) else 0)
"""


def test_the_tests_of_status_rules_import_no_application() -> None:
    collected = subprocess.run([sys.executable, "-c", COLLECT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert collected.returncode == 0, collected.stderr + collected.stdout[-2000:]
