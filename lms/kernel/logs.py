"""Logs: one JSON line an event, with a request id and without a name, an e-mail or an answer."""

import logging
import re
import secrets
import sys
import time

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger("request")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


def configure(form: str) -> None:
    """Sets up structlog for the process; ``form`` is json or console."""
    renderer = structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.getLogger("werkzeug").setLevel(logging.WARNING)


def set_up_logs(app: Flask, form: str) -> None:
    """Gives every request an id and every answer one line, with the route's pattern: a path may hold a serial."""
    configure(form)

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
        if not rule.startswith(("/static", "/healthz")):
            log.info(
                "answered",
                request=request_id,
                method=request.method,
                route=rule,
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1) if began else None,
            )
        return response
