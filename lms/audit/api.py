"""The audit trail for other packages: recording who did what to which record, and why."""

from lms.audit.operations import record

__all__ = ["record"]
