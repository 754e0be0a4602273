"""In-person sessions and recognised prior training: what a list would do, and doing it. Every act is of one piece."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from lms.audit.operations import record
from lms.catalogue.api import PublishedCourse
from lms.certification import policy
from lms.certification.awards import operations, queries
from lms.certification.awards.dates import decide_dates, first_dates
from lms.certification.awards.issuer import House
from lms.certification.awards.rules import oldest_recognised
from lms.certification.errors import (
    ListChanged,
    ListEmpty,
    ListTooLong,
    NotHeldYet,
    NothingToRecord,
    NotYours,
    SectorMissing,
    SessionWithdrawn,
    TooLongAgo,
)
from lms.certification.models import Award, SessionWithdrawal, TrainingSession
from lms.certification.training import queries as training_queries
from lms.certification.training.parser import LONGEST_EVIDENCE, MOST_LINES, Line
from lms.certification.training.queries import Held, Staff
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotThere
from lms.people.queries import lock_organisation

LONGEST_CHECKER = 120


class Found(StrEnum):
    """What a line of a list comes to; the first two are awarded, the others left out."""

    NEW = "new"
    RENEWED = "renewed"
    COVERED = "covered"
    SAME_DAY = "same_day"
    UNKNOWN = "unknown"
    NOT_YOURS = "not_yours"
    TWICE = "twice"
    NO_DAY = "no_day"
    NO_EVIDENCE = "no_evidence"
    FUTURE = "future"
    TOO_OLD = "too_old"
    ENDED = "ended"


AWARDED = frozenset({Found.NEW, Found.RENEWED})


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list is recorded for. `renew` says whether people who are covered on the day get a new award.

    `oldest_months` is how long ago training may lie to be recognised.
    """

    organisation_id: int
    course: PublishedCourse
    sector: str | None
    how: str
    renew: bool
    oldest_months: int


@dataclass(frozen=True, slots=True)
class JudgedLine:
    """A line and what it comes to. `person` is None where nobody of the organisation was found.

    `until` is the last valid day of the award that the line gives or, where somebody is covered, of the one they
    hold; `limit` the earliest day that is recognised; `first_line` where somebody stands for the first time.
    """

    line: Line
    found: Found
    person: Staff | None = None
    until: date | None = None
    limit: date | None = None
    first_line: int | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A list that was looked through; nothing of it is recorded."""

    asked: Asked
    lines: Sequence[JudgedLine]

    @property
    def awarded(self) -> list[JudgedLine]:
        """Returns the lines that give an award."""
        return [each for each in self.lines if each.found in AWARDED]

    @property
    def left_out(self) -> list[JudgedLine]:
        """Returns the lines that give none."""
        return [each for each in self.lines if each.found not in AWARDED]

    @property
    def seal(self) -> str:
        """Returns a digest of everything that the list would do, to tell whether it still is what was shown."""
        asked = self.asked
        said = [(asked.organisation_id, asked.course.revision_id, asked.sector, asked.how)]
        seen = [
            (each.line, each.found, each.person.person_id if each.person else None, each.until)
            for each in self.lines
        ]
        return sha256(repr((said, seen)).encode()).hexdigest()[:32]


def check(actor: Actor, asked: Asked, lines: Sequence[Line]) -> Checked:
    """Looks a list through line by line: who would get what, and who is left out and why. Records nothing.

    Raises NotYours, SectorMissing, ListEmpty and ListTooLong.
    """
    _judge(policy.may_record_training(actor, asked.organisation_id))
    if asked.course.per_sector and not asked.sector:
        raise SectorMissing("This course is awarded sector by sector: say for which one.")
    if not lines:
        raise ListEmpty("There is nobody on this list.")
    if len(lines) > MOST_LINES:
        raise ListTooLong(f"At most {MOST_LINES} lines are taken at once; these are {len(lines)}.")
    numbers = {each.staff_number for each in lines}
    staff = training_queries.find_staff(asked.organisation_id, numbers)
    strangers = {number for number in numbers if number.lower() not in staff}
    elsewhere = training_queries.list_numbers_elsewhere(asked.organisation_id, strangers)
    people = {each.person_id for each in staff.values()}
    examined = asked.sector if asked.course.per_sector else None
    held = training_queries.list_held(people, asked.course.course_id, examined)
    # Whoever held the course before, even if it was revoked, is asked for one by one.
    holders = queries.list_holders(people, asked.course.course_id)
    seen: dict[int, int] = {}
    judged = []
    for line in lines:
        person = staff.get(line.staff_number.lower())
        if person is None:
            known = line.staff_number.lower() in elsewhere
            judged.append(JudgedLine(line, Found.NOT_YOURS if known else Found.UNKNOWN))
        elif person.person_id in seen:
            judged.append(JudgedLine(line, Found.TWICE, person, first_line=seen[person.person_id]))
        else:
            seen[person.person_id] = line.number
            judged.append(
                _judged(
                    actor,
                    asked,
                    line,
                    person,
                    held.get(person.person_id, []),
                    before=person.person_id in holders,
                )
            )
    return Checked(asked, judged)


def record_session(
    actor: Actor,
    asked: Asked,
    lines: Sequence[Line],
    *,
    held_on: date,
    station_id: int,
    checked_by: str,
    evidence: str,
    token: str,
    seal: str,
    house: House,
) -> TrainingSession:
    """Records a session and issues an award to everybody who attended, all or nothing.

    A form that is sent twice, as its `token` tells, returns the session it has recorded before. `seal` is that of
    the check that was shown. Raises NotHeldYet, TooLongAgo, ListChanged, NothingToRecord, and as `check` does.
    """
    _judge(policy.may_record_training(actor, asked.organisation_id))
    lock_organisation(asked.organisation_id)
    known = training_queries.find_session_by_token(token)
    if known is not None:
        _judge(policy.may_record_training(actor, known.organisation_id))
        return known
    check_held_on(actor, asked, held_on)
    checked = _unchanged(actor, asked, lines, seal)
    return hold(
        actor,
        asked,
        _earned(checked, checked_by),
        held_on=held_on,
        station_id=station_id,
        checked_by=checked_by,
        evidence=evidence,
        token=token,
        house=house,
    )


def hold(
    actor: Actor,
    asked: Asked,
    earned: Sequence[operations.Earned],
    *,
    held_on: date,
    station_id: int,
    checked_by: str,
    evidence: str,
    token: str,
    house: House,
) -> TrainingSession:
    """Records a session with an award for everybody who is known to have attended.

    Raises NotYours, NotThere for an unknown place, and as `operations.issue_list` does.
    """
    _judge(policy.may_record_training(actor, asked.organisation_id))
    if training_queries.find_station(station_id) is None:
        raise NotThere
    held = TrainingSession(
        organisation_id=asked.organisation_id,
        course_id=asked.course.course_id,
        course_revision_id=asked.course.revision_id,
        sector=asked.sector if asked.course.per_sector else None,
        held_on=held_on,
        station_id=station_id,
        checked_by=checked_by[:LONGEST_CHECKER],
        evidence=evidence[:LONGEST_EVIDENCE],
        token=token,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(held)
    session.flush()
    _issue(actor, asked, earned, session_id=held.id, house=house)
    record(
        actor, "certification.record_session", "training_session", held.id,
        organisation_id=held.organisation_id, reason=held.evidence, course=held.course_id,
        awards=len(earned), held_on=held_on.isoformat(),
    )  # fmt: skip
    return held


def check_held_on(actor: Actor, asked: Asked, held_on: date) -> None:
    """Refuses a day on which no session can have been held, or none that is recognised now."""
    today = clock.today(actor.time_zone)
    if held_on > today:
        raise NotHeldYet("A session is recorded after it was held: this day has not come yet.")
    if held_on < oldest_recognised(today, asked.oldest_months):
        raise TooLongAgo(
            f"Training is recognised for {asked.oldest_months} months; this session was held longer ago."
        )


def recognise(
    actor: Actor, asked: Asked, lines: Sequence[Line], *, checked_by: str, seal: str | None, house: House
) -> list[Award]:
    """Recognises training that people had before, or elsewhere, with an award for each line that can have one.

    `seal` is that of the check that was shown; None is for a single line that was judged in the same breath.
    Sending a list twice finds everybody covered on that day and records nothing. Raises as `record_session` does.
    """
    checked = _unchanged(actor, asked, lines, seal)
    made = _issue(actor, asked, _earned(checked, checked_by), session_id=None, house=house)
    for award in made:
        record(
            actor, "certification.recognise", "award", award.id,
            organisation_id=asked.organisation_id, reason=award.evidence, person=award.person_id,
            course=award.course_id,
        )  # fmt: skip
    return made


def withdraw_session(actor: Actor, held: TrainingSession, *, reason: str) -> int:
    """Withdraws a session that was recorded by mistake: its awards are revoked from the day they were earned on.

    Certificates that were revoked before stay as they are. Returns how many were revoked. Raises NotYours,
    SessionWithdrawn and Invalid for a missing reason.
    """
    _judge(policy.may_record_training(actor, held.organisation_id))
    training_queries.lock_session(held.id)
    if training_queries.find_withdrawal(held.id) is not None:
        raise SessionWithdrawn("This session was withdrawn before. Nothing was changed.")
    awards = training_queries.list_standing_awards_of(held.id)
    operations.revoke_list(actor, awards, reason=reason)
    withdrawal = SessionWithdrawal(
        session_id=held.id,
        reason=" ".join(reason.split()),
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(withdrawal)
    session.flush()
    record(
        actor, "certification.withdraw_session", "training_session", held.id,
        organisation_id=held.organisation_id, reason=withdrawal.reason, awards=len(awards),
    )  # fmt: skip
    return len(awards)


def _unchanged(actor: Actor, asked: Asked, lines: Sequence[Line], seal: str | None) -> Checked:
    """Looks a list through again with its people locked; refuses where it would do something else by now."""
    staff = training_queries.find_staff(asked.organisation_id, {each.staff_number for each in lines})
    queries.lock_people({each.person_id for each in staff.values()})
    checked = check(actor, asked, lines)
    if seal is not None and checked.seal != seal:
        raise ListChanged(
            "Something changed since this list was checked. Look at what it would do now, and confirm that."
        )
    if not checked.awarded:
        raise NothingToRecord("Nobody on this list would get a certificate, so nothing was recorded.")
    return checked


def _earned(checked: Checked, checked_by: str) -> list[operations.Earned]:
    return [
        operations.Earned(
            each.person.person_id, each.line.earned_on, each.line.evidence, checked_by[:LONGEST_CHECKER]
        )
        for each in checked.awarded
        if each.person and each.line.earned_on
    ]


def _issue(
    actor: Actor,
    asked: Asked,
    earned: Sequence[operations.Earned],
    *,
    session_id: int | None,
    house: House,
) -> list[Award]:
    return operations.issue_list(
        actor,
        course_revision=asked.course,
        how=asked.how,
        house=house,
        earned=earned,
        sector=asked.sector,
        organisation_id=asked.organisation_id,
        session_id=session_id,
    )


def _judged(
    actor: Actor, asked: Asked, line: Line, person: Staff, held: Sequence[Held], *, before: bool
) -> JudgedLine:
    """Judges the line of a person who was found and stands on the list for the first time."""
    today = clock.today(actor.time_zone)
    limit = oldest_recognised(today, asked.oldest_months)
    day = line.earned_on
    if day is None or not limit <= day <= today or not 0 < len(line.evidence) <= LONGEST_EVIDENCE:
        return JudgedLine(line, _refused(line, limit), person, limit=limit)
    covering = [each for each in held if each.earned_on <= day <= each.valid_until]
    same_day = any(each.earned_on == day for each in covering)
    if covering and (same_day or not asked.renew):
        until = max(each.valid_until for each in covering)
        return JudgedLine(line, Found.SAME_DAY if same_day else Found.COVERED, person, until=until)
    examined = asked.sector if asked.course.per_sector else None
    decide = decide_dates if before else first_dates
    try:
        until = decide(person.person_id, asked.course, examined, day).dates.valid_until
    except (ValueError, OverflowError) as error:
        raise Invalid(f"The dates of this course cannot be counted: {error}.") from error
    if asked.how == "prior" and until < today:
        return JudgedLine(line, Found.ENDED, person, until=until)
    return JudgedLine(line, Found.RENEWED if covering else Found.NEW, person, until=until)


def _refused(line: Line, limit: date) -> Found:
    """Says what is wrong with the day or the proof of a line; the first thing that is."""
    if line.earned_on is None:
        return Found.NO_DAY
    if not 0 < len(line.evidence) <= LONGEST_EVIDENCE:
        return Found.NO_EVIDENCE
    return Found.TOO_OLD if line.earned_on < limit else Found.FUTURE


def _judge(allowed: bool) -> None:
    if not allowed:
        raise NotYours("This belongs to another organisation to record.")
