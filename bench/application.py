"""The application in the process of a measurement."""

import os
from pathlib import Path

import structlog
from flask import Flask

from lms.app import create_app
from lms.kernel.config import Settings


def quiet_app(folder: str, **settings: str) -> Flask:
    """Makes the application in this process, its log going nowhere: the table is the only output."""
    app = create_app(Settings(instance=Path(folder), rate_limits=False, **settings))  # type: ignore[arg-type]
    nowhere = Path(os.devnull).open("w")  # noqa: SIM115 - the log keeps it as long as the process lives
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=nowhere))
    return app
