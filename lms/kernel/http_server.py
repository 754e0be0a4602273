"""Granian, set up for applications that read requests whole. Nothing of the application is loaded for it."""

from typing import Any

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server.common import AbstractServer

KILL_AFTER_SECONDS = 4
"""The time page workers have to finish their requests when the server stops."""
_HEAD_SECONDS, _HEAD_BYTES = 30, 65_536
"""In this time the head of a request must arrive, also the next one on an open connection; and its largest size."""


def make_server(host: str, port: int, workers: int) -> AbstractServer[Any]:
    """Returns Granian, set up for applications that are a ``BufferedApplication``."""
    return Granian(
        "wsgi:app",
        address=host,
        port=port,
        # It reads requests whole before a thread is used for them: lms/kernel/wsgi.py.
        interface=Interfaces.RSGI,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEAD_SECONDS * 1000, max_buffer_size=_HEAD_BYTES),
        websockets=False,
        workers=workers,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_level=LogLevels.warning,
    )
