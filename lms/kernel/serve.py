"""The server: Granian's page workers, forked from one loaded application, with the background worker beside them."""

import ctypes
import multiprocessing
import os
import resource
import signal
import socket
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, partial
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Event, Lock, Thread
from wsgiref.types import StartResponse, WSGIEnvironment

import structlog
from flask import Flask

from lms.kernel.db import db
from lms.kernel.http_server import KILL_AFTER_SECONDS, make_server
from lms.kernel.i18n import load_words_of_days
from lms.kernel.logs import log_uncaught
from lms.kernel.memory import freeze_loaded, release_large_blocks
from lms.kernel.requests import body_limit, takes_long
from lms.kernel.worker import run_worker
from lms.kernel.wsgi import BufferedApplication

log = structlog.get_logger(__name__)

_SET_PARENT_DEATH_SIGNAL = 1
_KEEPALIVE_IDLE_SECONDS, _KEEPALIVE_INTERVAL_SECONDS, _KEEPALIVE_PROBES = 30, 10, 3
"""TCP keepalive: a silent connection is probed after half a minute and closed after a minute."""
_UNSENT_MILLISECONDS = 180_000
"""So long a client may take nothing of a response before its connection is closed."""
_OPEN_FILES = 8192
"""The number of open files to ask the system for: each connection is one, and each large body another."""
_FIRST_RESTART_SECONDS, _LONGEST_RESTART_SECONDS = KILL_AFTER_SECONDS + 1.0, 60.0
"""The pause before the background worker is restarted. If all processes were signalled, the server stops meanwhile."""


class PortTaken(Exception):
    """Another program listens on this port."""


def check_port(host: str, port: int) -> None:
    """Raises ``PortTaken`` where another program listens; Granian itself would share the port silently."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortTaken(str(error.strerror)) from error


def exit_with_parent() -> None:
    """Makes Linux end this process when its parent ends, even by SIGKILL, so that nothing is left running."""
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        parent = multiprocessing.parent_process()
        if parent and parent.pid != os.getppid():
            # The parent ended before: no signal will come.
            signal.raise_signal(signal.SIGTERM)


def _follow_server() -> None:
    """Makes a child process end with the server, and leaves signals of the terminal to the server."""
    # The handler inherited from the server does nothing here.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    exit_with_parent()
    # A second signal from the terminal while it stops would make it wait for itself.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})


@cache
def enable_keepalive() -> None:
    """Enables TCP keepalive once in a process: Linux closes connections to phones that have lost their network.

    It also closes connections of clients that take nothing of a response. Connections inherit both options from the
    listening socket, which Granian does not expose; so they are set on all sockets among this process's open files.
    """
    if sys.platform != "linux":
        return
    for entry in Path("/proc/self/fd").iterdir():
        # Another thread may close it meanwhile.
        with suppress(OSError):
            if str(entry.readlink()).startswith("socket:"):
                with socket.socket(fileno=os.dup(int(entry.name))) as found:
                    if found.type == socket.SOCK_STREAM and found.family in {socket.AF_INET, socket.AF_INET6}:
                        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_SECONDS)
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_INTERVAL_SECONDS)
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVE_PROBES)
                        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNSENT_MILLISECONDS)


def allow_many_connections() -> None:
    """Raises the process's limit of open files, which is often 1024, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < _OPEN_FILES:
        raised = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, _OPEN_FILES)
        resource.setrlimit(resource.RLIMIT_NOFILE, (raised, hard))


def start_worker(app: Flask) -> BaseProcess:
    """Starts the background worker as a process of its own."""

    def run() -> None:
        _follow_server()
        try:
            run_worker(app)
        except Exception as error:
            # The process itself would print a traceback, which ends with the error's message.
            log_uncaught(error)
            raise SystemExit(1) from None

    process = multiprocessing.get_context("fork").Process(target=run, name="worker")
    process.start()
    return process


class SupervisedWorker:
    """The background worker, restarted whenever it ends: without it no mail and no reminder is sent."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._stopping = Event()
        self._starting = Lock()
        self._process = start_worker(app)
        self._watcher = Thread(target=self._watch, name="background-worker", daemon=True)
        self._watcher.start()

    def _watch(self) -> None:
        pause = _FIRST_RESTART_SECONDS
        while True:
            began = time.monotonic()
            self._process.join()
            if self._stopping.is_set():
                return
            log.warning("worker ended", code=self._process.exitcode)
            # The pause grows while it fails soon after each start.
            pause = _FIRST_RESTART_SECONDS if time.monotonic() - began > _LONGEST_RESTART_SECONDS else pause
            if self._stopping.wait(pause):
                return
            pause = min(pause * 2, _LONGEST_RESTART_SECONDS)
            with self._starting:
                if self._stopping.is_set():
                    return
                self._process = start_worker(self._app)

    def stop(self) -> None:
        """Stops the worker, which has ten seconds to finish its task."""
        with self._starting:
            self._stopping.set()
        self._process.terminate()
        self._watcher.join(10)
        if self._watcher.is_alive():
            self._process.kill()


def serve(app: Flask, host: str, port: int, *, workers: int, threads: int, with_worker: bool = True) -> None:
    """Serves until it is stopped, and leaves no process behind.

    The application is loaded once, before the fork, so that the workers share its memory.
    """
    multiprocessing.set_start_method("fork", force=True)
    allow_many_connections()
    with app.app_context():
        # A database connection must not be shared between processes.
        db.engine.dispose()
    load_words_of_days(app.config["LANGUAGES"])
    release_large_blocks()
    freeze_loaded()
    background_worker = SupervisedWorker(app) if with_worker else None

    def load_app() -> BufferedApplication:
        _follow_server()
        return BufferedApplication(
            answer, threads=threads, body_limit=partial(body_limit, app), takes_long=partial(takes_long, app)
        )

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # At the first request the listening socket exists.
        enable_keepalive()
        return app(environ, start_response)

    server = make_server(host, port, workers)

    def stop_with_terminal() -> None:
        # Granian would restart its workers; a program started with nohup keeps ignoring the signal.
        if not ignored:
            signal.signal(signal.SIGHUP, server.signal_handler_interrupt)

    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    server.on_startup(stop_with_terminal)
    try:
        server.serve(target_loader=load_app, wrap_loader=False)
    finally:
        if background_worker is not None:
            background_worker.stop()
