"""Tells HR by e-mail that certificates wait for their decision since a question was corrected.

One e-mail for each correction and HR person: how many they decide about, and nothing of other organisations.
"""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter

from flask import render_template
from flask_babel import force_locale, ngettext

from lms.accounts.api import RoleHolder, list_role_holders, to_scopes
from lms.certification.regraded import queries
from lms.kernel import clock, mail, outbox
from lms.kernel.actor import Actor, Role
from lms.kernel.db import reading, unit_of_work
from lms.people.api import list_organisations
from lms.web.emails import address_of, language_for

JOB, NOTICE = "certification.regraded", "regraded_notice"


def put_notices(correction_id: int, run: int) -> None:
    """Has HR told once a correction was applied, in the present transaction; nothing where nobody fails by it."""
    if queries.list_failing_corrections(correction_id):
        outbox.put(JOB, f"{JOB}:{correction_id}:{run}", {"correction": correction_id})


@outbox.handler(JOB)
def queue_notices(payload: dict[str, int]) -> None:
    """Queues an e-mail to everybody of HR who has to decide; each is queued once, whatever is done twice."""
    with reading():
        corrections = queries.list_failing_corrections(payload["correction"])
        due = [
            (correction, holder.account_id)
            for holder, actor in (_list_hr() if corrections else ())
            for correction in corrections
            if holder.email and queries.count_regraded(actor, correction)
        ]
    with unit_of_work():
        for correction, account in due:
            outbox.put(NOTICE, f"{NOTICE}:{correction}:{account}", {"correction": correction, "account": account})


@outbox.handler(NOTICE, quick=True)
def send_notice(payload: dict[str, int]) -> None:
    """Sends a notice that is still true. Raises ``MailServerMissing`` and ``NoLongerTrue``."""
    mail.require_server()
    with reading():
        notice = write_notice(payload["correction"], payload["account"])
    mail.send(*notice)


def write_notice(correction_id: int, account_id: int) -> tuple[str, str, str, str]:
    """Writes to somebody of HR: address, subject, body, language.

    Raises ``NoLongerTrue`` where they have decided meanwhile, or are not HR any more.
    """
    holder, actor = next((each for each in _list_hr() if each[0].account_id == account_id), (None, None))
    num = queries.count_regraded(actor, correction_id) if actor else 0
    if holder is None or not holder.email or not num:
        raise outbox.NoLongerTrue
    language = language_for(holder.language)
    with force_locale(language):
        body = render_template(
            "certification/email/regraded.txt",
            name=holder.name,
            course=queries.find_corrected_course(correction_id),
            num=num,
            page=address_of("certification.regraded"),
        )
        subject = ngettext("%(num)d certificate to decide about", "%(num)d certificates to decide about", num)
        return holder.email, subject, body, language


def _list_hr() -> Iterator[tuple[RoleHolder, Actor]]:
    """Yields whose HR role works today, and what they may do by it."""
    organisations = [each.id for each in list_organisations()]
    holders = list_role_holders([Role.HR], organisations, clock.today())
    for account_id, rows in groupby(holders, key=attrgetter("account_id")):
        own = list(rows)
        scopes = to_scopes((row.role, row.organisation_id) for row in own)
        yield own[0], Actor(account_id=account_id, person_id=own[0].person_id, scopes=scopes)
