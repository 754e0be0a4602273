"""What other packages may use of compliance.

A person's training status on a day, the pure types that express it, the facts behind the statuses of many people,
and whether the prepared figures of organisations are up to date. Tables are in the `models` of the sub-packages.
"""

from lms.compliance.clearance.answer import Clearance, check_clearance
from lms.compliance.clearance.resolve import MatchResult
from lms.compliance.errors import StillUpdating
from lms.compliance.projection.bulk_status import required_statuses_on
from lms.compliance.projection.earlier_editions import EarlierCertificates, count_earlier_certificates
from lms.compliance.projection.rebuild import compact_all, rebuild
from lms.compliance.projection.rows import STATUSES, read_courses
from lms.compliance.report.count_backends import require_up_to_date
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.filters import ReportForm, parse_query
from lms.compliance.report.service import build_report, takes_long
from lms.compliance.requirements.operations import Terms, add_version, exempt, make_requirement
from lms.compliance.requirements.queries import list_requirements, list_requirements_for, list_versions
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import required_courses
from lms.compliance.source_data.names import list_courses
from lms.compliance.source_data.population import (
    Post,
    RequiredStatus,
    RequirementStatus,
    StatusRow,
    load_population,
    renewal_windows,
    statuses_of,
)
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import DEFINITIONS_VERSION, StatusGroup, TrainingStatus, overall, to_do_order

__all__ = [
    "DEFINITIONS_VERSION",
    "STATUSES",
    "Clearance",
    "CourseTitle",
    "EarlierCertificates",
    "MatchResult",
    "Post",
    "ReportForm",
    "RequiredStatus",
    "RequirementStatus",
    "Scope",
    "StatusCounts",
    "StatusGroup",
    "StatusRow",
    "StillUpdating",
    "Terms",
    "TrainingStatus",
    "add_version",
    "build_report",
    "check_clearance",
    "compact_all",
    "count_earlier_certificates",
    "exempt",
    "list_courses",
    "list_requirements",
    "list_requirements_for",
    "list_versions",
    "load_population",
    "make_requirement",
    "overall",
    "parse_query",
    "read_courses",
    "rebuild",
    "renewal_windows",
    "require_up_to_date",
    "required_courses",
    "required_statuses_on",
    "statuses_of",
    "takes_long",
    "to_do_order",
]
