"""The audit trail, its chain, and the checks of the chain."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class AuditEntry(Model):
    """One row: this account did this to that record at this time. Never changed, never removed.

    Personal data: numbers of accounts and subjects only; kept as long as the facts they explain.
    """

    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        # The list is read newest first, by who, by where or by what was done.
        Index("ix_audit_entry_account", "account_id", "recorded_at"),
        Index("ix_audit_entry_organisation", "organisation_id", "recorded_at"),
        Index("ix_audit_entry_action", "action", "recorded_at"),
    )

    id: Mapped[Id]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # The account that acted; empty for jobs and commands.
    account_id: Mapped[int | None] = mapped_column(BigId)
    # The organisation concerned, where there is one.
    organisation_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("organisation.id"))
    # What was done, as package.verb, such as certification.revoke.
    action: Mapped[str] = mapped_column(String(80))
    # The type of record it was done to, such as award.
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    # Why, where the action requires a reason.
    reason: Mapped[str] = mapped_column(String(500), default="")
    # Numbers and codes that explain the action; no names, no addresses, no answers.
    detail: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)


class AuditLink(Model):
    """One row: a link of the chain over the trail. It contains the digest of one entry and of the link before.

    Links are in the order in which entries were found, not in that of their ids: two transactions at once may commit
    in the other order, and none is left out. Never changed, never removed.

    Personal data: none; a digest cannot be turned back into its entry.
    """

    # The place in the chain, from 1 without gaps; two workers that link at once cannot both have it.
    number: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    # The entry; every entry has one link at most.
    entry_id: Mapped[int] = mapped_column(BigId, ForeignKey("audit_entry.id"), unique=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The digest of the link before, 64 zeros before the first; unique, so that the chain never forks.
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    # SHA-256 of the canonical text of the entry and of this link, in 64 small hexadecimal digits.
    digest: Mapped[str] = mapped_column(String(64), unique=True)


class AuditCheck(Model):
    """One row: the chain was checked at this time, up to this link, with this outcome. Never changed.

    Personal data: none.
    """

    id: Mapped[Id]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    entries: Mapped[int] = mapped_column(BigId)
    # How many links were read: the number of the last.
    links: Mapped[int] = mapped_column(BigId)
    # The digest of the last link, 64 zeros where there was none.
    head: Mapped[str] = mapped_column(String(64))
    # How many faults were found; none is good.
    faults: Mapped[int] = mapped_column(BigId)
    # The first entry that a fault is about, where there is one.
    first_entry_id: Mapped[int | None] = mapped_column(BigId)
