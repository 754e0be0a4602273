"""Runs the tests several times while all processor cores are kept busy, and prints the last line of each run.

Usage: python bin/test_under_load.py [TIMES [PYTEST ARGUMENTS]]

A test that waits for a time, or needs another thread to be quick, shows itself here.
"""

import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

CHECK = Path(__file__).resolve().with_name("check.py")
BUSY = """
import os
parent = os.getppid()
while os.getppid() == parent:
    for _ in range(1_000_000):
        pass
"""
"""Keeps one core busy, at normal priority, until the program that started it ends."""


def run_once(arguments: list[str]) -> str:
    """Runs the tests, passes on what they print, and returns the last line."""
    last = ""
    command = [sys.executable, CHECK, "--tests", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            last = line.strip() or last
    return last if process.returncode == 0 else f"{last} (exit code {process.returncode})"


def main() -> int:
    """Runs the tests and returns 0 where every run was green and nothing flaked."""
    times, arguments = int((sys.argv[1:2] or ["5"])[0]), sys.argv[2:]
    with ExitStack() as stack:
        for _ in range(os.cpu_count() or 1):
            busy = stack.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            stack.callback(busy.kill)
        lines = [run_once(arguments) for _ in range(times)]
    print("\n".join(f"run {number}: {line}" for number, line in enumerate(lines, 1)))
    return 0 if set(lines) == {"Everything is green."} else 1


if __name__ == "__main__":
    sys.exit(main())
