"""The lock by which the server and the worker of an instance folder keep a restore away, and it them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _

log = structlog.get_logger(__name__)


@contextmanager
def lock_instance(folder: Path, *, alone: bool = False) -> Iterator[None]:
    """Holds the lock together with other servers and workers, or ``alone``; raises ``Refusal`` where that cannot be.

    Child processes hold it too: it is free again when the last one has ended, however it ended.
    """
    with (folder / "running.lock").open("ab") as file:
        try:
            fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                _("The server or the worker is running. Stop it and try again.")
                if alone
                else _("A backup is being restored. Start again when that has ended.")
            ) from None
        except OSError:
            # A network disk without locks: the database itself still shows who uses it.
            log.warning("the instance folder has no locks")
        yield
