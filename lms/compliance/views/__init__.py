"""Pages of compliance: the report and its people, coverage, requirements, exemptions, one person's record."""

from lms.compliance.views import coverage, exemptions, person, report, requirements
from lms.compliance.views.blueprint import bp

__all__ = ["bp", "coverage", "exemptions", "person", "report", "requirements"]
