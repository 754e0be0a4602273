"""Waiting for facts (a process ended, a server answers, a row is there), and processes that leave nothing behind.

No test waits for a time: the deadline here only ends a test that hangs, however busy the machine is.
"""

import asyncio
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from select import select
from typing import Any, TypeVar

DEADLINE_SECONDS = 300
_PAUSE_SECONDS = 0.02

Fact = TypeVar("Fact")


def wait_until(fact: Callable[[], Fact], what: str) -> Fact:
    """Asks for a fact until it is there (true) and returns it."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := fact()):
        assert time.monotonic() < deadline, f"after {DEADLINE_SECONDS} seconds still not: {what}"
        time.sleep(_PAUSE_SECONDS)
    return found


def run_to_the_end(coroutine: Coroutine[Any, Any, Fact]) -> Fact:
    """Runs a coroutine in a thread of its own: a browser of an earlier test has its loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def listen_to_interrupts() -> None:
    """Lets this process end at Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def process_group(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[Any]]:
    """Starts a command in a process group of its own, and kills whatever is left of the group at the end.

    It can be interrupted like one of a terminal: what a shell runs in the background would ignore Ctrl-C.
    """
    options.setdefault("preexec_fn", listen_to_interrupts)
    with subprocess.Popen(command, start_new_session=True, **options) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def end_of_process(number: int) -> Iterator[Callable[[], bool]]:
    """Yields a function that waits until a running process, which need not be a child, has ended; Linux only."""
    with os.fdopen(os.pidfd_open(number)) as end:
        yield lambda: bool(select([end], [], [], DEADLINE_SECONDS)[0])


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of 127.0.0.1 that no other program is given meanwhile, and that a server may listen on."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield int(held.getsockname()[1])
