"""The training statuses: their order, their groups, the worst of several, and the rules that give them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

DEFINITIONS_VERSION = "1"
"""The version of the definitions in docs/handbook/status.md, printed with every report."""


class TrainingStatus(StrEnum):
    """The status of a person for a requirement on a day, worst first; `not_required` ranks with none."""

    OVERDUE = "overdue"
    EXPIRED = "expired"
    REVOKED = "revoked"
    GRACE = "grace"
    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    EXPIRING = "expiring"
    VALID = "valid"
    EXEMPT = "exempt"
    NOT_REQUIRED = "not_required"

    # Statuses are looked up in dictionaries, thousands for a file of people; an enumeration's own is written in Python.
    __hash__ = str.__hash__

    @property
    def group(self) -> "StatusGroup | None":
        """Returns the group the report counts the status in, or None where nothing is required."""
        return GROUPS.get(self)


class StatusGroup(StrEnum):
    """What a reader of the report must know first: in order, still in time, or late."""

    COMPLIANT = "compliant"
    IN_TIME = "in_time"
    LATE = "late"

    __hash__ = str.__hash__


_GROUPED = {
    StatusGroup.COMPLIANT: (TrainingStatus.EXEMPT, TrainingStatus.VALID, TrainingStatus.EXPIRING),
    StatusGroup.IN_TIME: (TrainingStatus.IN_PROGRESS, TrainingStatus.NOT_STARTED, TrainingStatus.GRACE),
    StatusGroup.LATE: (TrainingStatus.OVERDUE, TrainingStatus.EXPIRED, TrainingStatus.REVOKED),
}
GROUPS = {status: group for group, statuses in _GROUPED.items() for status in statuses}

SEVERITY = {status: place for place, status in enumerate(TrainingStatus)}
"""The place of each status, 0 for the worst."""


def urgency(status: TrainingStatus, due_on: date | None, valid_through: date | None) -> tuple[int, date]:
    """Returns the key that sorts the worst status first, and of equal ones what is due or ends first."""
    return SEVERITY[status], due_on or valid_through or date.max


def to_do_order(status: TrainingStatus, due_on: date | None, valid_through: date | None) -> tuple[int, date]:
    """Returns the key that sorts what a person must do: the overdue first, then by the day that is nearest.

    What is compliant and cannot be renewed yet comes last.
    """
    late, soon = status.group is StatusGroup.LATE, status.group is StatusGroup.IN_TIME
    place = 0 if late else 1 if soon or status is TrainingStatus.EXPIRING else 2
    return place, due_on or valid_through or date.max


def overall(statuses: Iterable[TrainingStatus]) -> TrainingStatus:
    """Returns the worst of a person's statuses on a day; `not_required` if none applies."""
    return min(statuses, key=SEVERITY.__getitem__, default=TrainingStatus.NOT_REQUIRED)


class StatusRule(StrEnum):
    """Which rule gave a status; the first that matches wins, in this order."""

    NO_PLACEMENT = "no_placement"
    NOT_IN_FORCE = "not_in_force"
    NOT_MATCHED = "not_matched"
    LIVE_AWARD = "live_award"
    EXEMPTION = "exemption"
    NO_AWARD = "no_award"
    ENDED_BEFORE_OBLIGATION = "ended_before_obligation"
    REVOCATION = "revocation"
    ENDED = "ended"


class Limit(StrEnum):
    """What sets the last valid day of an award under a requirement."""

    VALIDITY = "validity"
    MAX_AGE = "max_age"
    MIN_EDITION = "min_edition"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """The reason of a status as data: the rule, and the facts and dates it rests on; None: not concerned.

    `award` is the award the rule looks at, also where it does not count any more. `ended_on` is its last day,
    `effective_end` the last valid day its dates and the requirement's limits allow, set by `limit`.
    `revoked_on` may lie after the day asked about: revoked since. `version_from` is the first day of the
    version in force, `sector` the one a per-sector course is asked for.
    """

    rule: StatusRule
    status: TrainingStatus
    version_from: date | None = None
    sector: int | str | None = None
    award: int | str | None = None
    earned_on: date | None = None
    edition: int | None = None
    effective_end: date | None = None
    limit: Limit | None = None
    ended_on: date | None = None
    window_open_since: date | None = None
    grace_through: date | None = None
    revoked_on: date | None = None
    exempt_from: date | None = None
    exempt_until: date | None = None
    obliged_from: date | None = None
    due_days: int | None = None
    due_on: date | None = None
    progress_on: date | None = None

    def as_dict(self) -> dict[str, int | str]:
        """Returns what is concerned, by name, with days as YYYY-MM-DD."""
        pairs = ((each.name, getattr(self, each.name)) for each in fields(self) if each.name != "status")
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in pairs if value is not None
        }
