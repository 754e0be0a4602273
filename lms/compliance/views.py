"""Pages of compliance: the report and its people, requirements, exemptions, staff check, one person's record."""

from lms.compliance.blueprint import bp
from lms.compliance.clearance import views as clearance
from lms.compliance.person import views as person
from lms.compliance.report import views as report
from lms.compliance.report.export import views as files
from lms.compliance.requirements import views as requirements

__all__ = ["bp", "clearance", "files", "person", "report", "requirements"]
