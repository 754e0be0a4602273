"""Whether the daily run of reminders happens, for the pages of HR and administrators."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from lms.kernel import clock
from lms.reminders.queries import runs as run_queries
from lms.reminders.rules import is_late
from lms.web.formatting import moment


@dataclass(frozen=True, slots=True)
class RunState:
    """When a daily run last ended (never: None), and whether that was too long ago."""

    finished_at: datetime | None
    late: bool

    @property
    def never(self) -> bool:
        """Says whether no run has ended yet."""
        return self.finished_at is None


def read_run_state() -> RunState:
    """Returns the state of the daily run, in one query."""
    last = run_queries.find_last_finished()
    finished_at = None if last is None else last.finished_at
    return RunState(finished_at, is_late(finished_at, clock.now()))


def list_problems() -> list[str]:
    """Returns the problems an administrator must know, in the language of the page; none where all is well."""
    run = read_run_state()
    if run.never:
        return [_("No reminders have been sent yet. They are sent once a day while the background worker runs.")]
    if run.late:
        return [
            _(
                "Reminders were last sent on %(moment)s; they should be sent every day. Check the background worker.",
                moment=moment(run.finished_at),
            )
        ]
    return []
