"""Everything that must be green: lint, types, layers, content, tests. Runs all of it and says what failed.

Usage: python bin/check.py [--lint]
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"

LINT = (
    ("style", [BIN / "ruff", "check", "."]),
    ("format", [BIN / "ruff", "format", "--check", "."]),
    ("types", [BIN / "mypy"]),
    ("layers", [BIN / "lint-imports", "--no-cache"]),
    ("templates", [BIN / "djlint", "lms", "--profile", "jinja", "--lint", "--quiet"]),
    ("content", [BIN / "flask", "--app", "wsgi", "content", "check"]),
    ("curriculum", [BIN / "python", "-m", "tools.curriculum", "lint"]),
)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def browser() -> str | None:
    """Finds a Chromium: the one named by CHROMIUM, Playwright's own, or the system's."""
    given = os.environ.get("CHROMIUM")
    if given:
        return given
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found:
        return found
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"))
    return str(own[-1]) if own else None


def run(name: str, command: list[object], environment: dict[str, str]) -> bool:
    """Runs one check and says how it went and how long it took."""
    began = time.monotonic()
    print(f"── {name}", flush=True)
    result = subprocess.run([str(part) for part in command], cwd=ROOT, env=environment, check=False)
    word = "ok" if result.returncode == 0 else "FAILED"
    print(f"── {name}: {word} ({time.monotonic() - began:.0f} s)\n", flush=True)
    return result.returncode == 0


def main() -> int:
    """Runs the checks and returns the exit code."""
    environment = dict(os.environ)
    checks: list[tuple[str, list[object]]] = [(name, list(command)) for name, command in LINT]
    failed = []
    if "--lint" not in sys.argv:
        chromium = browser()
        if chromium is None:
            failed.append("journeys (no browser)")
        environment["CHROMIUM"] = chromium or ""
        workers = os.environ.get("TEST_WORKERS", "auto")
        checks.append(
            ("tests", [BIN / "pytest", "-q", "-n", workers, "--dist", "worksteal", "--maxprocesses", "4"])
        )
    failed += [name for name, command in checks if not run(name, command, environment)]
    if "journeys (no browser)" in failed:
        print("No Chromium was found, so the journeys could not be walked. Get one with one of:")
        print("  apt-get install chromium            (Debian, Ubuntu)")
        print("  .venv/bin/playwright install chromium")
        print("or name one: CHROMIUM=/path/to/chromium make test")
    print("Everything is green." if not failed else f"Failed: {', '.join(failed)}.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
