"""Recording in-person sessions and recognising prior training: checking a list, and issuing awards for all of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from lms.audit.api import record
from lms.catalogue.api import PublishedCourse
from lms.certification import policy
from lms.certification.awards import operations as award_operations, queries as award_queries
from lms.certification.awards.dates import decide_dates
from lms.certification.awards.issuer import Issuer
from lms.certification.awards.rules import earliest_recognised_day
from lms.certification.errors import (
    ListChanged,
    ListEmpty,
    ListTooLong,
    NothingToRecord,
    OtherOrganisationsTraining,
    SectorMissing,
    SessionInFuture,
    SessionWithdrawn,
    TooLongAgo,
)
from lms.certification.models import Award, SessionWithdrawal, TrainingSession
from lms.certification.training import queries
from lms.certification.training.parser import LONGEST_EVIDENCE, MOST_LINES, TrainingLine
from lms.certification.training.queries import AwardPeriod, MatchedStaff
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.api import lock_organisation

LONGEST_CHECKER = 120


class LineOutcome(StrEnum):
    """The outcome of a line of a list: the first two give an award, the others none."""

    NEW = "new"
    RENEWED = "renewed"
    COVERED = "covered"
    SAME_DAY = "same_day"
    UNKNOWN = "unknown"
    OTHER_ORGANISATION = "other_organisation"
    DUPLICATE = "duplicate"
    NO_DAY = "no_day"
    NO_EVIDENCE = "no_evidence"
    FUTURE = "future"
    TOO_OLD = "too_old"
    ENDED = "ended"


AWARDED = frozenset({LineOutcome.NEW, LineOutcome.RENEWED})


@dataclass(frozen=True, slots=True)
class TrainingDetails:
    """What all lines of a list have in common: the organisation, the course and how it was learned.

    `how` is session or prior. `renew` says whether people with a certificate that was valid on the day get a new one.
    `oldest_months` is how many months ago training may have been to be recognised.
    """

    organisation_id: int
    course: PublishedCourse
    sector: str | None
    how: str
    renew: bool
    oldest_months: int


@dataclass(frozen=True, slots=True)
class CheckedLine:
    """A line and its outcome; `person` is None where nobody of the organisation has the staff number.

    `until` is the last valid day of the award that the line gives or, where somebody is covered, of the present one;
    `limit` is the earliest day that is recognised, `first_line` the number of the line that names the person first.
    """

    line: TrainingLine
    outcome: LineOutcome
    person: MatchedStaff | None = None
    until: date | None = None
    limit: date | None = None
    first_line: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedList:
    """A list with the outcome of every line; nothing of it is recorded."""

    details: TrainingDetails
    lines: Sequence[CheckedLine]

    @property
    def awarded(self) -> list[CheckedLine]:
        """Returns the lines that give an award."""
        return [each for each in self.lines if each.outcome in AWARDED]

    @property
    def left_out(self) -> list[CheckedLine]:
        """Returns the lines that give none."""
        return [each for each in self.lines if each.outcome not in AWARDED]

    @property
    def checksum(self) -> str:
        """Returns a digest of everything that recording the list would do, to notice when that has changed."""
        details = self.details
        common = (details.organisation_id, details.course.revision_id, details.sector, details.how)
        outcomes = [
            (each.line, each.outcome, each.person.person_id if each.person else None, each.until) for each in self.lines
        ]
        return sha256(repr((common, outcomes)).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """When and where a session was held, who checked the attendance, and where the signed list is kept.

    `token` is random and comes with the form, so that sending it twice records one session.
    """

    held_on: date
    station_id: int
    checked_by: str
    evidence: str
    token: str


def check_list(actor: Actor, details: TrainingDetails, lines: Sequence[TrainingLine]) -> CheckedList:
    """Checks a list line by line: who would get what, and who is left out and why. Records nothing.

    Raises OtherOrganisationsTraining, SectorMissing, ListEmpty and ListTooLong.
    """
    _require_hr(actor, details.organisation_id)
    if details.course.per_sector and not details.sector:
        raise SectorMissing
    if not lines:
        raise ListEmpty
    if len(lines) > MOST_LINES:
        raise ListTooLong(
            _("A list can have at most %(most)s lines; this one has %(count)s.", most=MOST_LINES, count=len(lines))
        )
    numbers = {each.staff_number for each in lines}
    staff = queries.find_staff(details.organisation_id, numbers)
    unmatched = {number for number in numbers if number.lower() not in staff}
    elsewhere = queries.list_numbers_elsewhere(details.organisation_id, unmatched)
    people = {each.person_id for each in staff.values()}
    sector = details.sector if details.course.per_sector else None
    periods = queries.list_award_periods(people, details.course.course_id, sector)
    # The dates of whoever had the course before, even if it was revoked, need a query of their own.
    holders = award_queries.list_holders(people, details.course.course_id)
    first_lines: dict[int, int] = {}
    checked = []
    for line in lines:
        person = staff.get(line.staff_number.lower())
        if person is None:
            known = line.staff_number.lower() in elsewhere
            checked.append(CheckedLine(line, LineOutcome.OTHER_ORGANISATION if known else LineOutcome.UNKNOWN))
        elif person.person_id in first_lines:
            checked.append(CheckedLine(line, LineOutcome.DUPLICATE, person, first_line=first_lines[person.person_id]))
        else:
            first_lines[person.person_id] = line.number
            had_before = person.person_id in holders
            mine = periods.get(person.person_id, [])
            checked.append(_check_line(actor, details, line, person, mine, had_before=had_before))
    return CheckedList(details, checked)


def _check_line(
    actor: Actor,
    details: TrainingDetails,
    line: TrainingLine,
    person: MatchedStaff,
    periods: Sequence[AwardPeriod],
    *,
    had_before: bool,
) -> CheckedLine:
    """Checks the first line of a person who was found."""
    today = clock.today(actor.time_zone)
    limit = earliest_recognised_day(today, details.oldest_months)
    day = line.earned_on
    if day is None or not limit <= day <= today or not 0 < len(line.evidence) <= LONGEST_EVIDENCE:
        return CheckedLine(line, _fault(line, limit), person, limit=limit)
    covering = [each for each in periods if each.earned_on <= day <= each.valid_until]
    same_day = any(each.earned_on == day for each in covering)
    if covering and (same_day or not details.renew):
        until = max(each.valid_until for each in covering)
        return CheckedLine(line, LineOutcome.SAME_DAY if same_day else LineOutcome.COVERED, person, until=until)
    sector = details.sector if details.course.per_sector else None
    until = decide_dates(person.person_id, details.course, sector, day, had_before=had_before).dates.valid_until
    if details.how == "prior" and until < today:
        return CheckedLine(line, LineOutcome.ENDED, person, until=until)
    return CheckedLine(line, LineOutcome.RENEWED if covering else LineOutcome.NEW, person, until=until)


def _fault(line: TrainingLine, limit: date) -> LineOutcome:
    """Returns the first fault in the day or the evidence of a line."""
    if line.earned_on is None:
        return LineOutcome.NO_DAY
    if not 0 < len(line.evidence) <= LONGEST_EVIDENCE:
        return LineOutcome.NO_EVIDENCE
    return LineOutcome.TOO_OLD if line.earned_on < limit else LineOutcome.FUTURE


def record_session(
    actor: Actor,
    details: TrainingDetails,
    lines: Sequence[TrainingLine],
    attended: SessionRecord,
    *,
    checksum: str,
    issuer: Issuer,
) -> TrainingSession:
    """Records a session and issues an award to everybody who attended, all or nothing.

    A form that is sent twice with one token returns the session that it recorded first. `checksum` is that of the list
    as it was shown. Raises SessionInFuture, TooLongAgo, ListChanged, NothingToRecord, NotThere for an unknown place,
    and as `check_list` does.
    """
    _require_hr(actor, details.organisation_id)
    lock_organisation(details.organisation_id)
    recorded = queries.find_session_by_token(attended.token)
    if recorded is not None:
        _require_hr(actor, recorded.organisation_id)
        return recorded
    check_held_on(actor, details, attended.held_on)
    checked = _recheck(actor, details, lines, checksum)
    if queries.find_station(attended.station_id) is None:
        raise NotThere
    recorded = TrainingSession(
        organisation_id=details.organisation_id,
        course_id=details.course.course_id,
        course_revision_id=details.course.revision_id,
        sector=details.sector if details.course.per_sector else None,
        held_on=attended.held_on,
        station_id=attended.station_id,
        checked_by=attended.checked_by[:LONGEST_CHECKER],
        evidence=attended.evidence[:LONGEST_EVIDENCE],
        token=attended.token,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(recorded)
    session.flush()
    awards = _issue(actor, details, checked, attended.checked_by, session_id=recorded.id, issuer=issuer)
    record(
        actor, "certification.record_session", "training_session", recorded.id,
        organisation_id=recorded.organisation_id, reason=recorded.evidence, course=recorded.course_id,
        awards=len(awards), held_on=attended.held_on.isoformat(),
    )  # fmt: skip
    return recorded


def check_held_on(actor: Actor, details: TrainingDetails, held_on: date) -> None:
    """Refuses a day that is in the future, or longer ago than training is recognised."""
    today = clock.today(actor.time_zone)
    if held_on > today:
        raise SessionInFuture
    if held_on < earliest_recognised_day(today, details.oldest_months):
        raise TooLongAgo(
            _(
                "This session was held too long ago: training is recognised for %(months)s months.",
                months=details.oldest_months,
            )
        )


def recognise_prior_learning(
    actor: Actor,
    details: TrainingDetails,
    lines: Sequence[TrainingLine],
    *,
    checked_by: str,
    checksum: str | None,
    issuer: Issuer,
) -> list[Award]:
    """Recognises training that people had before or elsewhere, with an award for each line that can have one.

    `checksum` is that of the list as it was shown; None for a single line that was checked just before. Sending a
    list twice finds everybody covered on that day and records nothing. Raises as `record_session` does.
    """
    checked = _recheck(actor, details, lines, checksum)
    awards = _issue(actor, details, checked, checked_by, session_id=None, issuer=issuer)
    for award in awards:
        record(
            actor, "certification.recognise", "award", award.id,
            organisation_id=details.organisation_id, reason=award.evidence, person=award.person_id,
            course=award.course_id,
        )  # fmt: skip
    return awards


def withdraw_session(actor: Actor, training_session: TrainingSession, *, reason: str) -> int:
    """Withdraws a session that was recorded by mistake: its awards are revoked from the day they were earned on.

    Certificates that were revoked before stay as they are. Returns how many were revoked. Raises
    OtherOrganisationsTraining, SessionWithdrawn and Invalid for a missing reason.
    """
    _require_hr(actor, training_session.organisation_id)
    queries.lock_session(training_session.id)
    if queries.find_withdrawal(training_session.id) is not None:
        raise SessionWithdrawn
    awards = queries.list_current_awards_of_session(training_session.id)
    award_operations.revoke_list(actor, awards, reason=reason)
    withdrawal = SessionWithdrawal(
        session_id=training_session.id,
        reason=normalise(reason),
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(withdrawal)
    session.flush()
    record(
        actor, "certification.withdraw_session", "training_session", training_session.id,
        organisation_id=training_session.organisation_id, reason=withdrawal.reason, awards=len(awards),
    )  # fmt: skip
    return len(awards)


def _recheck(
    actor: Actor, details: TrainingDetails, lines: Sequence[TrainingLine], checksum: str | None
) -> CheckedList:
    """Checks a list again with its people locked; refuses where it would do something else by now."""
    staff = queries.find_staff(details.organisation_id, {each.staff_number for each in lines})
    award_queries.lock_people({each.person_id for each in staff.values()})
    checked = check_list(actor, details, lines)
    if checksum is not None and checked.checksum != checksum:
        raise ListChanged
    if not checked.awarded:
        raise NothingToRecord
    return checked


def _issue(
    actor: Actor,
    details: TrainingDetails,
    checked: CheckedList,
    checked_by: str,
    *,
    session_id: int | None,
    issuer: Issuer,
) -> list[Award]:
    earned = [
        award_operations.NewAward(
            each.person.person_id, each.line.earned_on, each.line.evidence, checked_by[:LONGEST_CHECKER]
        )
        for each in checked.awarded
        if each.person and each.line.earned_on
    ]
    return award_operations.issue_list(
        actor,
        course_revision=details.course,
        how=details.how,
        issuer=issuer,
        earned=earned,
        sector=details.sector,
        organisation_id=details.organisation_id,
        session_id=session_id,
    )


def _require_hr(actor: Actor, organisation_id: int) -> None:
    if not policy.may_record_training(actor, organisation_id):
        raise OtherOrganisationsTraining
