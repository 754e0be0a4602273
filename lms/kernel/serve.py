"""Serving: Granian's workers, forked from one loaded application, with the job worker beside them."""

import ctypes
import gc
import multiprocessing
import os
import signal
import socket
import sys
from contextlib import suppress
from multiprocessing.process import BaseProcess

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from lms.kernel.db import db
from lms.kernel.worker import run_worker

_SET_PARENT_DEATH_SIGNAL = 1


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


def end_with_parent() -> None:
    """Asks Linux to end this process when its parent dies, even by SIGKILL, so that nothing is left running."""
    if sys.platform == "linux":
        with suppress(OSError):
            ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)


def _work(app: Flask) -> None:
    end_with_parent()
    run_worker(app)


def start_worker(app: Flask) -> BaseProcess:
    """Starts the job worker as a process of its own."""
    process = multiprocessing.get_context("fork").Process(target=_work, args=(app,), name="worker")
    process.start()
    return process


def serve(app: Flask, host: str, port: int, *, workers: int, threads: int, with_worker: bool = True) -> None:
    """Serves until it is told to stop, and leaves no process behind.

    The application is loaded once, before the fork, so that the workers share its memory.
    """
    multiprocessing.set_start_method("fork", force=True)
    with app.app_context():
        # A database connection must not be shared between processes.
        db.engine.dispose()
    # What is loaded now stays for ever: the collector need not walk it, and so does not unshare its memory.
    gc.collect()
    gc.freeze()
    job_worker = start_worker(app) if with_worker else None

    def loaded() -> Flask:
        end_with_parent()
        # The parent tells its workers to stop. A second signal, from the terminal, could catch one in the middle of
        # stopping, where it would wait for itself.
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
        return app

    server = Granian(
        "wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        respawn_failed_workers=True,
        workers_kill_timeout=4,
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
        if job_worker is not None and job_worker.pid:
            with suppress(ProcessLookupError):
                os.kill(job_worker.pid, signal.SIGTERM)
            job_worker.join(10)
            job_worker.kill()
