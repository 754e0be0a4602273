"""Unexpected errors for Sentry, where a DSN is set: types and places in the code, nothing else."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING

from lms.kernel.config import VERSION

if TYPE_CHECKING:
    from sentry_sdk.types import Event, Hint

_FRAME = frozenset({"filename", "function", "lineno", "module", "in_app"})
_EVENT = frozenset({"event_id", "timestamp", "platform", "level", "release", "tags", "exception", "sdk"})


def set_up_error_reports(dsn: str) -> None:
    """Connects Sentry where ``dsn`` is not empty. None of its integrations is used: they collect what people send."""
    if not dsn:
        return
    # Only here: an installation without a DSN need not load it.
    import_module("sentry_sdk").init(
        dsn,
        release=VERSION,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        include_source_context=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        server_name="",
        before_send=_only_types_and_places,
    )


def report_error(error: BaseException, **tags: str) -> None:
    """Sends an unexpected error to Sentry, where it is connected; ``tags`` are names of ours, never typed by people."""
    sentry = sys.modules.get("sentry_sdk")
    if sentry is not None:
        with sentry.new_scope() as scope:
            scope.set_tags(tags)
            scope.capture_exception(error)


def _only_types_and_places(event: "Event", _hint: "Hint") -> "Event":
    """Returns what may leave the machine. Messages may not: a database's contain values, others what was typed."""
    allowed = {key: value for key, value in event.items() if key in _EVENT}
    values = event.get("exception", {}).get("values", [])
    allowed["exception"] = {
        "values": [
            {
                "type": each.get("type"),
                "module": each.get("module"),
                "stacktrace": {
                    "frames": [
                        {key: value for key, value in frame.items() if key in _FRAME}
                        for frame in (each.get("stacktrace") or {}).get("frames", [])
                    ]
                },
            }
            for each in values
        ]
    }
    return allowed  # type: ignore[return-value]
