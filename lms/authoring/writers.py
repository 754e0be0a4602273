"""Who wrote, commented on or reviewed a draft: authors work on the same text, and know each other by name."""

from collections.abc import Iterable
from datetime import date

from lms.accounts.api import Recorder, load_account_names
from lms.authoring.reviewing.queries import DraftProgress
from lms.web.access import current_actor
from lms.web.recorders import Recorders


def writers_of(rows: Iterable[object]) -> Recorders:
    """Returns who recorded some rows (None is left out), and whom they name as a reviewer. One query for all."""
    found = {getattr(row, column, None) for row in rows for column in ("recorded_by", "reviewer_id")}
    accounts = [account for account in found if account]
    names = load_account_names(accounts) if accounts else {}
    known = {number: Recorder(name, name, date.max) for number, name in names.items()}
    return Recorders(known, current_actor().time_zone)


def writers_of_progress(listed: Iterable[DraftProgress]) -> Recorders:
    """Returns who began some drafts, asked for their review and was asked."""
    return writers_of(row for progress in listed for row in (progress.draft, progress.request))
