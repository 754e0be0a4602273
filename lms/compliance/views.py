"""Pages of compliance: the report and its people, requirements, exemptions, look-up, one person's record."""

from lms.compliance.blueprint import bp
from lms.compliance.clearance import views as lookup
from lms.compliance.person import merge_views as merging, views as person
from lms.compliance.report import changes_views as changes, verification_views as reproduced, views as report
from lms.compliance.report.export import saved_views as kept, views as files
from lms.compliance.requirements import exemption_views as exemptions, views as requirements

__all__ = [
    "bp",
    "changes",
    "exemptions",
    "files",
    "kept",
    "lookup",
    "merging",
    "person",
    "report",
    "reproduced",
    "requirements",
]
