"""The tables of saved views of the report, and of files that jobs create."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class SavedView(Model):
    """One row: filters that an account saved under a name. Removed when its owner no longer wants it.

    Personal data: which filters somebody looks at; removed with the account.
    """

    __table_args__ = (
        UniqueConstraint("account_id", "name"),
        CheckConstraint("page IN ('report', 'people', 'matrix')", name="page_known"),
    )

    id: Mapped[Id]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    # What its owner calls it.
    name: Mapped[str] = mapped_column(String(60))
    # Which page it opens: report, people, or matrix (people by course).
    page: Mapped[str] = mapped_column(String(10))
    # The parameters of the address, by name.
    choices: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ExportJob(Model):
    """One row: a request for a file or a report that takes longer than a page may; a job creates it.

    Personal data: the file and the result show people's statuses; both are removed a day later.
    """

    __table_args__ = (
        CheckConstraint("kind IN ('report', 'people', 'matrix', 'changes', 'check')", name="kind_known"),
        CheckConstraint("format IN ('csv', 'xlsx', 'pdf', 'page')", name="format_known"),
        CheckConstraint("outcome IN ('', 'ready', 'refused', 'failed')", name="outcome_known"),
    )

    id: Mapped[Id]
    # Who requested it, and the only one who may download the file.
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    # What is made: report, people, matrix (people by course), changes, or check of a report's id.
    kind: Mapped[str] = mapped_column(String(10))
    # As what: csv, xlsx, pdf, or page for figures that are shown.
    format: Mapped[str] = mapped_column(String(10))
    # The parameters of the address, by name.
    choices: Mapped[dict[str, Any]] = mapped_column(Document)
    # The language it is made in.
    language: Mapped[str] = mapped_column(String(10))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    # How it ended: ready, refused (not to be seen any more, or not to be read), failed; empty until then.
    outcome: Mapped[str] = mapped_column(String(10), default="")
    # The name the file is saved under, and its size in bytes.
    file_name: Mapped[str] = mapped_column(String(120), default="")
    size_bytes: Mapped[int] = mapped_column(BigId, default=0)
    # Whose people or figures it shows, once it is made: who reads it must be HR of all of them.
    organisation_ids: Mapped[list[int] | None] = mapped_column(Document)
    # The figures of a page, until they are removed.
    result: Mapped[dict[str, Any] | None] = mapped_column(Document)
    # When file and result were removed.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
