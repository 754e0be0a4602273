"""A status with the facts it follows from, and its reason as data."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

from lms.compliance.status.award_end import Ending
from lms.compliance.status.definitions import ExplainedStatus, Reason, StatusRule, TrainingStatus
from lms.compliance.status.facts import Id
from lms.compliance.status.obligation import ObligationSegment
from lms.kernel.days import add_days


class Evaluation(NamedTuple):
    """A status and what it rests on: the rule, the interval of days, and the award and days it looked at.

    `valid_through` is the last day of the award that explains, `due_on` is set under rule 4.
    """

    status: TrainingStatus
    rule: StatusRule
    segment: ObligationSegment
    sector: Id | None = None
    last: Ending | None = None
    due_on: date | None = None
    valid_through: date | None = None
    opened_on: date | None = None
    started_on: date | None = None
    progress_on: date | None = None

    @property
    def award(self) -> Id | None:
        """Returns the award that explains, where one does."""
        return self.last.award.id if self.last is not None and self.due_on is None else None


def explained(judged: Evaluation) -> ExplainedStatus:
    """Puts a status and its reason together."""
    return ExplainedStatus(
        judged.status, _reason(judged), due_on=judged.due_on, valid_through=judged.valid_through, award=judged.award
    )


def _reason(judged: Evaluation) -> Reason:
    segment, last, version = judged.segment, judged.last, judged.segment.version
    reason = Reason(
        rule=judged.rule,
        status=judged.status,
        version_from=None if version is None else version.effective_from,
        sector=judged.sector,
    )
    if last is not None and version is not None:
        reason = last.reason(judged.rule, judged.status, version, judged.sector)
    if judged.rule is StatusRule.EXEMPTION and segment.exemption is not None:
        return replace(reason, exempt_from=segment.exemption.from_on, exempt_until=segment.exemption.until_on)
    if judged.opened_on is not None:
        return replace(reason, window_open_since=judged.opened_on)
    if judged.due_on is not None and judged.started_on is not None:
        return replace(
            reason,
            ended_on=None if last is None else last.ended_on,
            obliged_from=judged.started_on,
            due_days=(judged.due_on - judged.started_on).days,
            due_on=judged.due_on,
            progress_on=judged.progress_on,
        )
    if judged.rule in (StatusRule.REVOCATION, StatusRule.ENDED) and last is not None and version is not None:
        graced = judged.rule is StatusRule.ENDED and version.grace_days > 0
        return replace(
            reason, ended_on=last.ended_on, grace_through=add_days(last.end, version.grace_days) if graced else None
        )
    return reason
