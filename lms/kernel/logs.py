"""Logs: one JSON line for each event, with a request id and without names, e-mails or answers."""

import logging
import re
import secrets
import sys
import threading
import time
import traceback
import warnings
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("request")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
MOST_CAUSES = 5
UNRECORDED = "/support"
"""The page for staff who need support themselves: no log and no metric has a time at which somebody opened it.

Where few people are at work, the lines beside it would say who.
"""
_ROOT = Path(__file__).resolve().parents[2]


def describe_error(error: BaseException) -> dict[str, Any]:
    """Returns what may be logged of an error: its type, the types of its causes, and its place in the code.

    Never its message: a database's contains the values of the statement, others contain what was typed.
    """
    types: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(types) < MOST_CAUSES:
        types.append(f"{type(cause).__module__}.{type(cause).__qualname__}".removeprefix("builtins."))
        cause = cause.__cause__ or cause.__context__
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT / "lms")]
    where = [*ours, *(frame for frame in frames[-1:] if frame not in ours)]
    return {"error": " from ".join(types), "where": [_place(frame) for frame in where]}


def _place(frame: traceback.FrameSummary) -> str:
    path = Path(frame.filename)
    for known in (*(Path(folder) for folder in sys.path), _ROOT):
        if known.is_absolute() and path.is_relative_to(known):
            path = path.relative_to(known)
    return f"{path.as_posix()}:{frame.lineno} {frame.name}"


def _end_with_line(kind: type[BaseException], error: BaseException, frames: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, frames)
    else:
        log_uncaught(error)


def _log_warning(  # noqa: PLR0917 - as Python calls it
    message: Warning | str,  # noqa: ARG001 - may have a value
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    place = _place(traceback.FrameSummary(filename, lineno, "", lookup_line=False)).strip()
    structlog.get_logger().warning("warned by Python", error=category.__qualname__, where=[place])


class LibraryLogHandler(logging.Handler):
    """Logs what libraries log in our format: their messages without the values filled in."""

    def emit(self, line: logging.LogRecord) -> None:
        """Writes one line; an error in it is described as everywhere."""
        error = line.exc_info[1] if line.exc_info else None
        described = describe_error(error) if error is not None else {}
        structlog.get_logger().log(line.levelno, str(line.msg), logger=line.name, **described)


def log_uncaught(error: BaseException | None) -> None:
    """Logs an error that nobody handled, which ends the program or a thread."""
    if error is not None:
        structlog.get_logger().error("stopped by an error", **describe_error(error))


def configure(log_format: str) -> None:
    """Sets up structlog for the process; ``log_format`` is json or console.

    In JSON, for machines, an error that nobody handles and a warning of Python are lines too, without their messages.
    """
    if log_format == "json":
        warnings.showwarning = _log_warning
        sys.excepthook = _end_with_line
        threading.excepthook = lambda failed: log_uncaught(failed.exc_value)
    renderer = structlog.processors.JSONRenderer() if log_format == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            renderer,
        ],
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    root = logging.getLogger()
    if not any(isinstance(handler, LibraryLogHandler) for handler in root.handlers):
        root.addHandler(LibraryLogHandler(logging.WARNING))


def set_up_logs(app: Flask, log_format: str) -> None:
    """Gives every request an id and one line in the log, with the pattern of its route: a path may contain a serial."""
    configure(log_format)

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-ID", "")
        g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        g.request_began = time.perf_counter()

    @app.after_request
    def _end(response: Response) -> Response:
        request_id = g.get("request_id", "")
        response.headers["X-Request-ID"] = request_id
        rule = request.url_rule.rule if request.url_rule else "(none)"
        began = g.get("request_began")
        if not rule.startswith(("/static", "/healthz", UNRECORDED)):
            log.info(
                "answered",
                request=request_id,
                method=request.method,
                route=rule,
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1) if began else None,
            )
        return response
