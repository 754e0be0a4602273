"""What the figures and terms of a report mean, as they are printed and exported with it."""

from collections.abc import Iterable

from flask_babel import gettext as _

from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data import names
from lms.compliance.status.api import TrainingStatus
from lms.people.api import CONTRACT_LABELS


def status_labels() -> dict[TrainingStatus, str]:
    """Returns the label of each status."""
    return {
        TrainingStatus.OVERDUE: _("Overdue"),
        TrainingStatus.EXPIRED: _("Expired"),
        TrainingStatus.REVOKED: _("Revoked"),
        TrainingStatus.GRACE: _("In grace"),
        TrainingStatus.NOT_STARTED: _("Not started"),
        TrainingStatus.IN_PROGRESS: _("In progress"),
        TrainingStatus.EXPIRING: _("Due for renewal"),
        TrainingStatus.VALID: _("Valid"),
        TrainingStatus.EXEMPT: _("Exempt"),
        TrainingStatus.NOT_REQUIRED: _("Not required"),
    }


def definitions() -> list[tuple[str, str]]:
    """Returns the terms of a report, each with what it means."""
    return [
        (
            _("Compliant"),
            _(
                "Valid, due for renewal, or exempt, for everything required of a person. "
                "If there are several requirements, the worst status counts."
            ),
        ),
        (_("Not yet due"), _("Not started, in progress, or in grace after the end of a certificate.")),
        (_("Overdue"), _("Overdue, expired or revoked.")),
        (
            _("Rate"),
            _(
                "The share of compliant people among those with at least one requirement; "
                "never derived from the rates of courses."
            ),
        ),
        (
            _("Where people count"),
            _(
                "Everyone counts in the main sector of their placement on the day of the report, once in each "
                "organisation. People who leave no longer count from the next day, but stay in earlier reports."
            ),
        ),
        (
            _("Forecast"),
            _("Expected figures without further training, under the recorded requirements and placements."),
        ),
        (
            _("Two dates"),
            _(
                "The report has two dates: the day it is about, and the moment its data is from. Data "
                "recorded later can change today’s figures for that day, but never the earlier report."
            ),
        ),
    ]


def query_labels(query: ReportQuery) -> Iterable[tuple[str, str]]:
    """Yields the chosen filters, each with the label of its value."""
    filters, labels = query.filters, query.labels
    if filters.station is not None:
        yield _("Station"), labels.stations.get(int(filters.station), str(filters.station))
    if filters.sector is not None:
        yield _("Sector"), labels.sectors.get(str(filters.sector), str(filters.sector))
    if filters.course is not None:
        yield _("Course"), names.find_course(int(filters.course)).title
    if filters.role is not None:
        yield _("Role"), str(filters.role)
    if filters.contract is not None:
        yield _("Contract"), str(CONTRACT_LABELS.get(str(filters.contract), filters.contract))
    if filters.works_with_children is not None:
        yield _("Works with children"), _("yes") if filters.works_with_children else _("no")
