"""The tables of scheduled reports and who gets them."""

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Document, Id, Model
from lms.kernel.records import Retractable


class ReportSchedule(Retractable, Model):
    """One row: a report of an organisation goes to its recipients by e-mail, again and again until it is stopped.

    Personal data: none beyond the numbers of accounts.
    """

    __tablename__ = "report_schedule"
    __table_args__ = (CheckConstraint("rhythm IN ('weekly', 'monthly')", name="rhythm_known"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    # The filters, as parameters of the report's address. The day is that of each e-mail.
    choices: Mapped[dict[str, Any]] = mapped_column(Document)
    # weekly: on Mondays; monthly: on the first.
    rhythm: Mapped[str] = mapped_column(String(10))
    # The Monday or first whose e-mails were queued last.
    queued_on: Mapped[date | None]


class ReportRecipient(Retractable, Model):
    """One row: an account gets the e-mails of a scheduled report, until it no longer wants them.

    Personal data: the account's number.
    """

    __tablename__ = "report_recipient"
    __table_args__ = (UniqueConstraint("schedule_id", "account_id"),)

    id: Mapped[Id]
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
