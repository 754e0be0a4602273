"""The tables of signed reports."""

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model
from lms.kernel.records import Recorded


class ReportSignoff(Recorded, Model):
    """One row: somebody signed a report off, that is, answers for the figures with this id. Never changed or removed.

    Personal data: the account in `recorded_by`, whose name is looked up when it is shown, and its role then.
    """

    __tablename__ = "report_signoff"
    __table_args__ = (UniqueConstraint("report_id", "recorded_by"),)

    id: Mapped[Id]
    # As printed. It says day, moment of knowledge, organisations and filters, so that the report can be shown again.
    report_id: Mapped[str] = mapped_column(String(2000))
    # In words and in the language of who signed, as it was then: HR of Rivers Relief.
    role: Mapped[str] = mapped_column(String(300))
    # A sentence, where one was written.
    remark: Mapped[str] = mapped_column(String(300), default="")


class SignoffOrganisation(Model):
    """One row: a signed report is about an organisation. Never changed or removed. Personal data: none."""

    __tablename__ = "report_signoff_organisation"

    signoff_id: Mapped[int] = mapped_column(ForeignKey("report_signoff.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, index=True)
