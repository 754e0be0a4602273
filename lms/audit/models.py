"""The audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, Moment


class AuditEntry(Model):
    """One row: this account did this to that thing at this moment. Never changed, never removed.

    Personal data: numbers of accounts and subjects only; kept as long as the facts they explain.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject", "subject_id"),)

    id: Mapped[Id]
    # When it was done.
    recorded_at: Mapped[datetime] = mapped_column(Moment, index=True)
    # The account that acted; empty for the house itself.
    account_id: Mapped[int | None] = mapped_column(BigId)
    # The organisation in whose name, where there is one.
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisation.id"))
    # What was done, as room.verb, such as certification.revoke.
    action: Mapped[str] = mapped_column(String(80))
    # The kind of thing it was done to, such as award.
    subject: Mapped[str] = mapped_column(String(40))
    # The number of the thing.
    subject_id: Mapped[int | None] = mapped_column(BigId)
    # Why, where the act asks for a reason.
    reason: Mapped[str] = mapped_column(String(500), default="")
    # Numbers and codes that explain the act; no names, no addresses, no answers.
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
