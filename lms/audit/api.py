"""The audit trail for other packages: recording who did what to which record, and why."""

from lms.audit.operations import record, record_all

__all__ = ["record", "record_all"]
