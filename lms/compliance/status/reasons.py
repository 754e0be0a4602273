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


def explained(evaluation: Evaluation) -> ExplainedStatus:
    """Puts a status and its reason together."""
    return ExplainedStatus(
        evaluation.status,
        _reason(evaluation),
        due_on=evaluation.due_on,
        valid_through=evaluation.valid_through,
        award=evaluation.award,
    )


def _reason(evaluation: Evaluation) -> Reason:
    segment, last, version = evaluation.segment, evaluation.last, evaluation.segment.version
    reason = Reason(
        rule=evaluation.rule,
        status=evaluation.status,
        version_from=None if version is None else version.effective_from,
        sector=evaluation.sector,
    )
    if last is not None and version is not None:
        reason = last.reason(evaluation.rule, evaluation.status, version, evaluation.sector)
    if evaluation.rule is StatusRule.EXEMPTION and segment.exemption is not None:
        return replace(reason, exempt_from=segment.exemption.from_on, exempt_until=segment.exemption.until_on)
    if evaluation.opened_on is not None:
        return replace(reason, window_open_since=evaluation.opened_on)
    if evaluation.due_on is not None and evaluation.started_on is not None:
        return replace(
            reason,
            ended_on=None if last is None else last.ended_on,
            obliged_from=evaluation.started_on,
            due_days=(evaluation.due_on - evaluation.started_on).days,
            due_on=evaluation.due_on,
            progress_on=evaluation.progress_on,
        )
    if evaluation.rule in (StatusRule.REVOCATION, StatusRule.ENDED) and last is not None and version is not None:
        graced = evaluation.rule is StatusRule.ENDED and version.grace_days > 0
        return replace(
            reason, ended_on=last.ended_on, grace_through=add_days(last.end, version.grace_days) if graced else None
        )
    return reason
