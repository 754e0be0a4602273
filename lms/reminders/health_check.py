"""Whether the daily run of reminders happens, for the pages of administrators."""

from flask_babel import gettext as _

from lms.kernel import clock
from lms.reminders.queries.runs import find_last_finished
from lms.reminders.rules import is_late
from lms.web.formatting import moment


def list_problems() -> list[str]:
    """Returns the problems an administrator must know, in the language of the page; none where all is well."""
    last = find_last_finished()
    if last is None:
        return [_("No reminders have been sent yet. They are sent once a day while the background worker runs.")]
    if not is_late(last.finished_at, clock.now()):
        return []
    return [
        _(
            "Reminders were last sent on %(moment)s; they should be sent every day. Check the background worker.",
            moment=moment(last.finished_at),
        )
    ]
