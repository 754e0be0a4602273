"""Pages of compliance: the report and its people, requirements, exemptions, staff check, one person's record."""

from lms.compliance.blueprint import bp
from lms.compliance.clearance import views as clearance
from lms.compliance.person import merge_views as merging, views as person
from lms.compliance.report import changes_views as changes, verification_views as reproduced, views as report
from lms.compliance.report.export import saved_views, views as files
from lms.compliance.requirements import views as requirements
from lms.compliance.requirements.exemptions import views as exemptions

__all__ = [
    "bp",
    "changes",
    "clearance",
    "exemptions",
    "files",
    "merging",
    "person",
    "report",
    "reproduced",
    "requirements",
    "saved_views",
]
