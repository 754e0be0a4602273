"""Serving: Granian's workers, forked from one loaded application, with the job worker beside them."""

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Lock, Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lms.kernel.db import db
from lms.kernel.memory import release_large_blocks
from lms.kernel.worker import run_worker

log = structlog.get_logger(__name__)

_SET_PARENT_DEATH_SIGNAL = 1
_KILL_AFTER_SECONDS = 4
"""How long page workers may take to finish what they are at when the server stops."""
_SILENT_SECONDS, _ASKED_AGAIN_SECONDS, _ASKED_TIMES = 30, 10, 3
"""When a phone that says nothing is asked whether it is there, and how often; after a minute it is taken for gone."""
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = _KILL_AFTER_SECONDS + 1.0, 60.0
"""Before the job worker is started again. Where everything is told to stop at once, the server is heard to by then."""


class PortTaken(Exception):
    """Another program listens where this one was to."""


def check_port(host: str, port: int) -> None:
    """Raises ``PortTaken`` where somebody listens already; Granian itself would share the port in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(str(error.strerror)) from error


def exit_with_parent() -> None:
    """Asks Linux to end this process when its parent dies, even by SIGKILL, so that nothing is left running."""
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        parent = multiprocessing.parent_process()
        if parent and parent.pid != os.getppid():
            # It was dead before it could be asked for: nobody will tell.
            signal.raise_signal(signal.SIGTERM)


def _obey_parent() -> None:
    """Lets a process end when the server tells it to or is killed, and leaves what the terminal says to the server."""
    # It was forked with the server's answer to this signal, which does nothing here.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    exit_with_parent()
    # A second signal from the terminal could catch it in the middle of stopping, where it would wait for itself.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


def ask_silent_phones() -> None:
    """Lets Linux ask who says nothing for half a minute whether they are still there, and hang up if they are not.

    A phone that loses its network in the middle of a form never says so: the server would wait for the rest, in one of
    the few threads that answer pages, for ever. Connections inherit this from the socket they come in by, which the
    server makes by itself; so it is looked for among the open files of this process, and connections that are there
    already are asked too.
    """
    if sys.platform != "linux":
        return
    for entry in Path("/proc/self/fd").iterdir():
        # What is open may be closed meanwhile by another thread.
        with suppress(OSError):
            if str(entry.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(entry.name))) as found:
                    _ask(found)


def _ask(found: socket.socket) -> None:
    if found.type == socket.SOCK_STREAM and found.family in {socket.AF_INET, socket.AF_INET6}:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _SILENT_SECONDS)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _ASKED_AGAIN_SECONDS)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _ASKED_TIMES)


class Door:
    """The application as the server calls it; from the first request on, when it listens, silent phones are asked."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._opened = False

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers a request."""
        if not self._opened:
            self._opened = True
            ask_silent_phones()
        return self._app(environ, start_response)


def _work(app: Flask) -> None:
    _obey_parent()
    run_worker(app)


def start_worker(app: Flask) -> BaseProcess:
    """Starts the job worker as a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=_work, args=(app,), name="worker")
    process.start()
    return process


class JobWorker:
    """The job worker beside the server, started again whenever it ends: without it no mail and no reminder goes out."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._starting = Lock()
        self._process = start_worker(app)
        self._watcher = Thread(target=self._watch, name="job-worker", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while True:
            began = time.monotonic()
            self._process.join()
            if self._stopping.is_set():
                return
            log.warning("worker ended", code=self._process.exitcode)
            # One that fails as soon as it starts is not started again without a pause.
            pause = _FIRST_PAUSE_SECONDS if time.monotonic() - began > _LONGEST_PAUSE_SECONDS else pause
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            with self._starting:
                if self._stopping.is_set():
                    return
                self._process = start_worker(self._app)

    def stop(self) -> None:
        """Lets the worker finish what it is at, for ten seconds, and ends it."""
        with self._starting:
            self._stopping.set()
        self._process.terminate()
        self._watcher.join(10)
        if self._watcher.is_alive():
            self._process.kill()


def serve(app: Flask, host: str, port: int, *, workers: int, threads: int, with_worker: bool = True) -> None:
    """Serves until it is told to stop, and leaves no process behind.

    The application is loaded once, before the fork, so that the workers share its memory.
    """
    multiprocessing.set_start_method("fork", force=True)
    with app.app_context():
        # A database connection must not be shared between processes.
        db.engine.dispose()
    release_large_blocks()
    # What is loaded now stays for ever: the collector need not walk it, and so does not unshare its memory.
    gc.collect()
    gc.freeze()
    job_worker = JobWorker(app) if with_worker else None

    def loaded() -> Door:
        _obey_parent()
        return Door(app)

    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=_KILL_AFTER_SECONDS,
        log_level=LogLevels.warning,
    )

    def end_with_terminal() -> None:
        # Granian would start its workers anew; a program started with nohup keeps ignoring the signal.
        if not ignored:
            signal.signal(signal.SIGHUP, server.signal_handler_interrupt)

    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    server.on_startup(end_with_terminal)
    try:
        server.serve(target_loader=loaded, wrap_loader=False)
    finally:
        if job_worker is not None:
            job_worker.stop()
