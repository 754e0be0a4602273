"""The audit trail for other packages: recording who did what to which record and why, and reading the reasons."""

from lms.audit.operations import record, record_all
from lms.audit.queries import list_entries_about, list_reasons
from lms.audit.rules import TrailEntry

__all__ = ["TrailEntry", "list_entries_about", "list_reasons", "record", "record_all"]
