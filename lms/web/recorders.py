"""When and by whom something was recorded, as every page of HR says it with the macro `recorded`."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from lms.kernel.actor import Actor
from lms.kernel.hooks import Hook
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.formatting import day_short

ACCOUNT_COLUMNS = ("recorded_by", "retracted_by", "apply_requested_by", "undo_requested_by")


class RecorderLike(Protocol):
    """Who acts with an account: by name what they did as a colleague, until a day, and by the role what came later."""

    @property
    def name(self) -> str:
        """Returns the name."""

    @property
    def role(self) -> str:
        """Returns what they are called where they are no colleague."""

    @property
    def colleague_until(self) -> date | None:
        """Returns the last day as a colleague; None for somebody who never was one."""


recorders: Hook[Callable[[Actor, Collection[int]], Mapping[int, RecorderLike]]] = Hook()
"""Returns by account who acts with it, as far as the actor may know."""


@dataclass(frozen=True, slots=True)
class Recorders:
    """Those who recorded what a page shows, by account, and the time zone of its days."""

    known: Mapping[int, RecorderLike]
    zone: str

    def name(self, account_id: int | None, moment: datetime) -> str:
        """Returns who did something at a moment: a colleague's name, another's role, or the system."""
        if not account_id:
            return _("the system")
        found = self.known.get(account_id)
        if found is None:
            return _("somebody whose account was removed")
        until = found.colleague_until
        return found.name if until is not None and self._local(moment) <= until else found.role

    def day(self, moment: datetime) -> str:
        """Returns the day of a moment in the zone of the actor's organisation."""
        return day_short(self._local(moment))

    def _local(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def recorders_of(rows: Iterable[object]) -> Recorders:
    """Returns who recorded, withdrew, applied or undid some rows (None is left out). One query for all of them."""
    actor = current_actor()
    found = {getattr(row, column, None) for row in rows for column in ACCOUNT_COLUMNS}
    accounts = [account for account in found if account]
    known = {number: one for find in recorders for number, one in find(actor, accounts).items()} if accounts else {}
    return Recorders(known, actor.time_zone)
