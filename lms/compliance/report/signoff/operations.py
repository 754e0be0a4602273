"""Signing a report off."""

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.compliance.errors import FiguresDiffer
from lms.compliance.report.query import ReportQuery
from lms.compliance.report.report import Report, digest_of
from lms.compliance.report.report_id import ReportId
from lms.compliance.report.signoff import queries
from lms.compliance.report.signoff.models import ReportSignoff, SignoffOrganisation
from lms.kernel import records
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.kernel.i18n import gettext as _, ngettext


def sign_off(actor: Actor, read: ReportId, query: ReportQuery, report: Report, *, remark: str = "") -> ReportSignoff:
    """Signs a report off that was loaded for the actor; signing it twice has no effect.

    ``report`` is what the data give. Raises FiguresDiffer where these are not the figures of the id: nobody can answer
    for them.
    """
    if digest_of(report) != read.digest:
        raise FiguresDiffer
    signed = ReportSignoff(report_id=str(read), role=role_in_words(actor, query), remark=remark)
    if known := queries.find_signoff(signed.report_id, actor.account_id):
        return known
    try:
        with session.begin_nested():
            records.add(actor, signed)
    except IntegrityError:
        # The second click of the same person was faster.
        return queries.find_signoff(str(read), actor.account_id) or signed
    organisations = sorted(query.organisation_ids)
    session.add_all(SignoffOrganisation(signoff_id=signed.id, organisation_id=each) for each in organisations)
    session.flush()
    record(
        actor, "compliance.sign_off", "report_signoff", signed.id,
        organisation_id=organisations[0] if len(organisations) == 1 else None, reason=remark,
        as_of=read.as_of.isoformat(), organisations=organisations,
    )  # fmt: skip
    return signed


def role_in_words(actor: Actor, query: ReportQuery) -> str:
    """Returns as what somebody signs: HR where they are HR of all organisations of the report, else administrator."""
    if not all(actor.covers(Role.HR, each.id) for each in query.organisations):
        return _("Administrator")
    if query.of_posts:
        return ngettext("HR of %(num)s organisation", "HR of %(num)s organisations", len(query.organisations))
    return _("HR of %(organisation)s", organisation=query.organisations[0].name)
