"""Recording in-person sessions and recognising prior training: awards for everybody on a list that was checked."""

from collections.abc import Sequence
from datetime import date

from lms.audit.api import record, record_all
from lms.certification.awards import operations as award_operations
from lms.certification.awards.rules import earliest_recognised_day
from lms.certification.awards.snapshot import EarnedAward, Issuer
from lms.certification.errors import ListChanged
from lms.certification.models import Award, SessionWithdrawal, TrainingSession
from lms.certification.training import queries
from lms.certification.training.check import CheckedList, TrainingDetails, check_list, require_hr
from lms.certification.training.parser import LONGEST_EVIDENCE, TrainingLine
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows, needs_row_locks, session
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.api import find_staff
from lms.people.models import DutyStation, Organisation, Person

LONGEST_CHECKER = 120


def record_session(
    actor: Actor,
    details: TrainingDetails,
    lines: Sequence[TrainingLine],
    *,
    held_on: date,
    station_id: int,
    evidence: str,
    token: str,
    checksum: str,
    issuer: Issuer,
) -> TrainingSession:
    """Records a session and issues an award to everybody who attended, all or nothing.

    `token` is random and comes with the form: a form that is sent twice returns the session that it recorded first.
    `checksum` is that of the list as it was shown. Raises ListChanged, NotThere for an unknown place, Invalid
    where nobody would get an award, and as `check_held_on` and `check_list` do.
    """
    require_hr(actor, details.organisation_id)
    lock_rows(Organisation, details.organisation_id)
    recorded = queries.find_session_by_token(token)
    if recorded is not None:
        require_hr(actor, recorded.organisation_id)
        return recorded
    check_held_on(actor, details, held_on)
    checked = _recheck(actor, details, lines, checksum)
    recorded = TrainingSession(
        organisation_id=details.organisation_id,
        course_id=details.course.course_id,
        course_revision_id=details.course.revision_id,
        sector=checked.details.sector,
        held_on=held_on,
        station_id=require_found(session.get(DutyStation, station_id)).id,
        checked_by=details.checked_by[:LONGEST_CHECKER],
        evidence=evidence[:LONGEST_EVIDENCE],
        token=token,
    )
    records.add(actor, recorded)
    awards = _issue(actor, checked, issuer, session_id=recorded.id)
    record(
        actor, "certification.record_session", "training_session", recorded.id,
        organisation_id=recorded.organisation_id, reason=recorded.evidence, course=recorded.course_id,
        awards=len(awards), held_on=held_on.isoformat(),
    )  # fmt: skip
    return recorded


def check_held_on(actor: Actor, details: TrainingDetails, held_on: date) -> None:
    """Raises Invalid for a day that is in the future, or longer ago than training is recognised."""
    today = clock.today(actor.time_zone)
    if held_on > today:
        raise Invalid(_("This day is in the future. Record a session after it was held."), field="held_on")
    if held_on < earliest_recognised_day(today, details.oldest_months):
        raise Invalid(
            _(
                "This session was held too long ago: training is recognised for %(months)s months.",
                months=details.oldest_months,
            ),
            field="held_on",
        )


def recognise_prior_learning(
    actor: Actor, details: TrainingDetails, lines: Sequence[TrainingLine], *, checksum: str | None, issuer: Issuer
) -> list[Award]:
    """Recognises training that people had before or elsewhere, with an award for each line that can have one.

    `checksum` is that of the list as it was shown; None for a single line that was checked just before. Sending a
    list twice finds everybody covered on that day and records nothing. Raises as `record_session` does.
    """
    checked = _recheck(actor, details, lines, checksum)
    awards = _issue(actor, checked, issuer)
    record_all(
        actor,
        "certification.recognise",
        "award",
        {award.id: {"person": award.person_id, "course": award.course_id} for award in awards},
        organisation_id=details.organisation_id,
        reasons={award.id: award.evidence for award in awards},
    )
    return awards


def withdraw_session(actor: Actor, training_session: TrainingSession, *, reason: str) -> int:
    """Withdraws a session that was recorded by mistake: its awards are revoked from the day they were earned on.

    Certificates that were revoked before stay as they are. Returns how many were revoked. Raises
    NotAllowed, and Invalid for a missing reason and a session that was withdrawn before.
    """
    require_hr(actor, training_session.organisation_id)
    queries.lock_session(training_session.id)
    if session.get(SessionWithdrawal, training_session.id) is not None:
        raise Invalid(_("This session was already withdrawn."))
    awards = queries.list_current_awards_of_session(training_session.id)
    award_operations.revoke_list(actor, awards, reason=reason)
    withdrawal = records.add(actor, SessionWithdrawal(session_id=training_session.id, reason=normalise(reason)))
    record(
        actor, "certification.withdraw_session", "training_session", training_session.id,
        organisation_id=training_session.organisation_id, reason=withdrawal.reason, awards=len(awards),
    )  # fmt: skip
    return len(awards)


def _recheck(
    actor: Actor, details: TrainingDetails, lines: Sequence[TrainingLine], checksum: str | None
) -> CheckedList:
    """Checks a list again with its people locked; refuses where it would do something else by now."""
    if needs_row_locks():
        staff = find_staff(details.organisation_id, {each.staff_number for each in lines})
        lock_rows(Person, *(each.id for each in staff.values()))
    checked = check_list(actor, details, lines)
    if checksum is not None and checked.checksum != checksum:
        raise ListChanged
    if not checked.awarded:
        raise Invalid(_("Nobody on this list would get a certificate, so nothing was recorded."))
    return checked


def _issue(actor: Actor, checked: CheckedList, issuer: Issuer, session_id: int | None = None) -> list[Award]:
    details, now = checked.details, clock.now()
    earned = [
        EarnedAward(
            each.person.id,
            details.course,
            details.sector,
            details.how,
            now,
            each.line.earned_on,
            details.organisation_id,
            evidence=each.line.evidence,
            decided=each.decided,
        )
        for each in checked.awarded
        if each.person
    ]
    checked_by = details.checked_by[:LONGEST_CHECKER]
    return award_operations.issue_list(actor, earned, issuer, checked_by=checked_by, session_id=session_id)
