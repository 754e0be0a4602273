"""Everything that must be green: lint, types, layers, content, tests. Runs all of it and says what failed.

Usage: python bin/check.py [--lint | --tests [PYTEST ARGUMENTS]]

Tests that fail are run a second time, one after the other. The ones that then pass have flaked: they are named in the
last lines and in .test-report/flaked.txt. Tests marked ``faults`` run last.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = ROOT / ".venv" / "bin"
REPORT = ROOT / ".test-report"

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
MANY = ["-n", os.environ.get("TEST_WORKERS", "auto"), "--dist", "worksteal", "--maxprocesses", "4"]
"""Not by file or module: there xdist waits for ever once a process was killed."""
ONE = ["-n", "1"]
"""One after the other, but in a process of its own: where that is killed, pytest goes on and names the test."""
TESTS = (("tests", ["-m", "not faults"]), ("faults", ["-m", "faults"]))
ALL_PASSED, SOME_FAILED, NONE_COLLECTED = 0, 1, 5
"""Exit codes of pytest."""


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


def run_pytest(arguments: list[str], cache: Path, environment: dict[str, str]) -> int:
    """Runs pytest in a process group of its own, ends what it has left running, and returns its exit code."""
    run = uuid.uuid4().hex
    process = subprocess.Popen(
        [BIN / "pytest", "-q", "-o", f"cache_dir={cache}", *arguments],
        cwd=ROOT,
        env=environment | {"TEST_RUN": run},
        start_new_session=True,
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise
    finally:
        end_processes(f"TEST_RUN={run}")


def end_processes(variable: str) -> None:
    """Kills the processes that have inherited a variable, in whatever process group they are; Linux only."""
    for environ in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if variable.encode() in environ.read_bytes().split(b"\0"):
                os.kill(int(environ.parent.name), signal.SIGKILL)


def failed_tests(cache: Path) -> set[str]:
    """Returns the tests that failed when they were last run, as pytest remembers them."""
    try:
        return set(json.loads((cache / "v" / "cache" / "lastfailed").read_text()))
    except FileNotFoundError:
        return set()


def check_tests(name: str, selection: list[str], environment: dict[str, str]) -> tuple[bool, set[str]]:
    """Runs tests, the failing ones twice; returns whether each has passed, and the ones that passed only then."""
    cache = REPORT / name
    code = run_pytest([*selection, *MANY, "--cache-clear", "--durations=20"], cache, environment)
    failed = failed_tests(cache)
    if code != SOME_FAILED or not failed:
        return code in (ALL_PASSED, NONE_COLLECTED), set()
    print(f"── {name}: what failed, once more", flush=True)
    code = run_pytest([*selection, *ONE, "--last-failed", "--last-failed-no-failures=none"], cache, environment)
    return code == ALL_PASSED, failed - failed_tests(cache)


def report(name: str, seconds: float, passed: bool) -> bool:
    """Prints how a check went and how long it took; returns whether it passed."""
    print(f"── {name}: {'ok' if passed else 'FAILED'} ({seconds:.0f} s)\n", flush=True)
    return passed


def check_one(command: Sequence[str | Path]) -> tuple[bool, str, float]:
    """Runs a check of the source; returns whether it passed, what it printed, and for how many seconds it ran."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0, done.stdout, time.monotonic() - began


def check_source() -> list[str]:
    """Runs the checks of the source, as many at a time as there are cores; returns the names of those that failed."""
    failed = list[str]()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(check_one, [command for _, command in LINT])
        for (name, _), (passed, output, seconds) in zip(LINT, results, strict=True):
            print(f"── {name}\n{output}", end="")
            if not report(name, seconds, passed):
                failed.append(name)
    return failed


def check_all_tests(arguments: list[str], environment: dict[str, str]) -> tuple[list[str], list[str]]:
    """Runs all tests; returns the names of the parts that failed, and the tests that flaked."""
    failed, flaked = [], set[str]()
    for name, selection in TESTS:
        print(f"── {name}", flush=True)
        began = time.monotonic()
        passed, flaky = check_tests(name, [*selection, *arguments], environment)
        flaked |= flaky
        if not report(name, time.monotonic() - began, passed):
            failed.append(name)
    return failed, sorted(flaked)


def main() -> int:
    """Runs the checks and returns the exit code."""
    option, arguments = (sys.argv[1:2] or [""])[0], sys.argv[2:]
    failed: list[str] = [] if option == "--tests" else check_source()
    flaked: list[str] = []
    if option != "--lint":
        chromium = browser()
        with tempfile.TemporaryDirectory() as shared:
            # A folder of this run's own: pytest closes the common one to the PostgreSQL of a run beside it.
            folder = Path(shared, "pytest")
            folder.mkdir()
            Path(shared).chmod(0o755)
            environment = os.environ | {
                # Empty means no: what one of a hundred programs compiles, the others read.
                "PYTHONDONTWRITEBYTECODE": "",
                "CHROMIUM": chromium or "",
                "TEST_SHARED_FOLDER": shared,
                "PYTEST_DEBUG_TEMPROOT": str(folder),
            }
            failing, flaked = check_all_tests(arguments, environment)
            failed += failing
        REPORT.mkdir(exist_ok=True)
        (REPORT / "flaked.txt").write_text("".join(f"{test}\n" for test in flaked))
        if chromium is None and not arguments:
            failed.append("journeys (no browser)")
            print("No Chromium was found, so the journeys could not be walked. Get one with one of:")
            print("  apt-get install chromium            (Debian, Ubuntu)")
            print("  .venv/bin/playwright install chromium")
            print("or name one: CHROMIUM=/path/to/chromium make test")
    for test in flaked:
        print(f"flaked: {test}")
    flakes = f" Flaked: {len(flaked)}." if flaked else ""
    print(("Everything is green." if not failed else f"Failed: {', '.join(failed)}.") + flakes)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
