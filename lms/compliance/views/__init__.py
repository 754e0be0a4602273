"""Pages of compliance: the report and its people, coverage, requirements, exemptions, look-up, one person's record."""

from lms.compliance.views import coverage, exemptions, lookup, merging, person, report, requirements
from lms.compliance.views.blueprint import bp

__all__ = ["bp", "coverage", "exemptions", "lookup", "merging", "person", "report", "requirements"]
