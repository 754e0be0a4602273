"""Pages of compliance: the report and its people, coverage, requirements, exemptions, look-up, one person's record."""

from lms.compliance.views import (
    changes,
    coverage,
    exemptions,
    files,
    kept,
    lookup,
    merging,
    person,
    report,
    reproduced,
    requirements,
)
from lms.compliance.views.blueprint import bp

__all__ = [
    "bp",
    "changes",
    "coverage",
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
