"""Queries of signed reports."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select

from lms.accounts.models import Account
from lms.compliance.report.signoff.models import ReportSignoff
from lms.compliance.report.signoff.policy import visible_signoffs
from lms.kernel.actor import Actor
from lms.kernel.db import read_rows, session
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import Person


@dataclass(frozen=True, slots=True)
class ReportSignature:
    """Who signed a report off, as what and when, with the sentence they added."""

    report_id: str
    account_id: int
    name: str
    role: str
    remark: str
    signed_at: datetime


_SIGNATURES = (
    select(
        ReportSignoff.report_id,
        Account.id.label("account_id"),
        Person.name,
        ReportSignoff.role,
        ReportSignoff.remark,
        ReportSignoff.recorded_at.label("signed_at"),
    )
    .join(Account, Account.id == ReportSignoff.recorded_by)
    .join(Person, Person.id == Account.person_id)
)

_SIGNATURES_OF = _SIGNATURES.where(ReportSignoff.report_id == bindparam("report")).order_by(ReportSignoff.id)


def find_signoff(report_id: str, account_id: int | None) -> ReportSignoff | None:
    """Finds the sign-off of a report by an account."""
    return session.scalar(select(ReportSignoff).filter_by(report_id=report_id, recorded_by=account_id))


def list_signatures(report_id: str) -> list[ReportSignature]:
    """Lists who signed a report off, the earliest first; the caller has seen to it that the report may be seen."""
    rows = read_rows(_SIGNATURES_OF, {"report": report_id})
    return [ReportSignature(**row._mapping) for row in rows]


def list_signatures_for(actor: Actor, page: int) -> Pagination[ReportSignature]:
    """Lists the signatures under reports that an actor may verify, the latest first."""
    found = paginate(_SIGNATURES.where(visible_signoffs(actor)).order_by(ReportSignoff.id.desc()), page)
    return found.with_items([ReportSignature(**row._mapping) for row in found.items])
