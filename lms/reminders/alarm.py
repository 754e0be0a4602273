"""The quiet alarm: whether the daily run happens, asked by HR's page and the administrator's."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from lms.kernel import clock
from lms.reminders import queries
from lms.reminders.rules import is_late
from lms.web.formatting import moment


@dataclass(frozen=True, slots=True)
class RunState:
    """When a daily run last ended (never: None), and whether that is too long ago."""

    finished_at: datetime | None
    late: bool

    @property
    def never(self) -> bool:
        """Says whether no run has ended yet."""
        return self.finished_at is None


def look() -> RunState:
    """Returns how it stands with the daily run, in one query."""
    last = queries.find_last_finished()
    finished_at = None if last is None else last.finished_at
    return RunState(finished_at, is_late(finished_at, clock.now()))


def sentences() -> list[str]:
    """Returns what an administrator must know, in the language of the page; nothing where all is well."""
    run = look()
    if run.never:
        return [
            _("No reminders have been sent yet. They go out once a day while the background worker runs.")
        ]
    if run.late:
        return [
            _(
                "Reminders were last sent on %(moment)s and should be every day. Does the background worker run?",
                moment=moment(run.finished_at),
            )
        ]
    return []
