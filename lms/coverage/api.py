"""What other packages may use of coverage."""

from lms.coverage.jobs import publish

__all__ = ["publish"]
