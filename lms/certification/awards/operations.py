"""Issues awards, replaces them by corrected ones, and revokes them; nothing else happens to an award."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries, rules
from lms.certification.awards.bulk import EarnedAward, build_awards
from lms.certification.awards.dates import decide_dates
from lms.certification.awards.issuer import Issuer
from lms.certification.awards.snapshot import award_sector, build_award, find_context
from lms.certification.events import awards_changed
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import clock, rng
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotThere, Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.models import Person
from lms.web.formatting import day as format_day

MOST_TRIES = 5
"""With 59.8 random bits a second draw of a serial already means that something else is wrong."""

LONGEST_NAME = 200
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class NewAward:
    """An award to issue: who earned the course on which day, where the evidence is, and who checked it."""

    person_id: int
    earned_on: date
    evidence: str = ""
    checked_by: str = ""


def issue(
    actor: Actor,
    *,
    person_id: int,
    course_revision: PublishedCourse,
    sector: str | None,
    earned_at: datetime,
    how: str,
    issuer: Issuer,
    score: int | None = None,
    attempt_id: int | None = None,
    evidence: str = "",
    earned_on: date | None = None,
    done_at: datetime | None = None,
) -> Award:
    """Issues an award and stores everything it will ever say; a second call for an attempt returns the first award.

    `earned_at` is the server's receipt, from which the earned day is counted in the zone of the placement at that
    moment, else the issuer's; `done_at` is the device's moment of a quiz done without a network. `earned_on` gives
    the day itself for sessions, prior training and imports. `how` is quiz, session, prior or import; `score` is
    a percentage. Raises `NotThere` for an unknown person and `Invalid` for a sector missing from a per-sector
    course, a day in the future, and periods that cannot be counted.
    """
    person = queries.lock_person(person_id)
    if person is None:
        raise NotThere
    issued = queries.find_issued(attempt_id) if attempt_id is not None else None
    if issued is not None:
        return issued
    sector = award_sector(course_revision, sector)
    context = find_context(person_id, issuer, earned_at, earned_on, done_at)
    decided = decide_dates(person_id, course_revision, sector, context.day.earned_on)
    award = build_award(person_id, course_revision, sector, how=how, context=context, decided=decided, issuer=issuer)
    award.score, award.attempt_id, award.evidence = score, attempt_id, evidence[:200]
    added = _add(actor, award, person.name)
    if added is not award:
        return added
    _record_issue(actor, award)
    _emit_changed([award])
    return award


def issue_list(
    actor: Actor,
    *,
    course_revision: PublishedCourse,
    how: str,
    issuer: Issuer,
    earned: Sequence[NewAward],
    sector: str | None = None,
    organisation_id: int | None = None,
    session_id: int | None = None,
) -> list[Award]:
    """Issues an award for everybody on a list, such as the attendance of a session, in the list's order.

    An award says what `issue` would store; a list takes a handful of statements, and more only for those who had the
    course before. Where an organisation recognises the list, it and who checked each line are recorded beside the
    awards, and its own placement counts before others of that day. Raises as `issue` does, and `Invalid` where
    somebody is listed twice.
    """
    people = {person.id: person for person in queries.lock_people({each.person_id for each in earned})}
    if len(people) < len(earned):
        raise Invalid(_("Somebody on this list is unknown or listed twice."))
    sector = award_sector(course_revision, sector)
    holders = queries.list_holders(people, course_revision.course_id)
    now = clock.now()
    awards = build_awards(
        [
            EarnedAward(
                each.person_id,
                course_revision,
                sector,
                how,
                now,
                earned_on=each.earned_on,
                organisation_id=organisation_id,
                had_before=each.person_id in holders,
            )
            for each in earned
        ],
        issuer,
    )
    for award, each in zip(awards, earned, strict=True):
        award.evidence = each.evidence[:200]
    _add_all(actor, awards, people)
    for award in awards:
        _record_issue(actor, award)
    if organisation_id is not None:
        _add_recognitions(organisation_id, session_id, awards, earned)
    if awards:
        _emit_changed(awards)
    return awards


def supersede(actor: Actor, award: Award, *, name: str, reason: str) -> Award:
    """Issues a corrected award with another name and a new serial; everything else stays, the dates too.

    The old one answers "replaced" from now on. Raises `Invalid` for an empty, too long or unchanged name and for
    a missing reason, and `Refusal` where the award was replaced or revoked before.
    """
    corrected, reason = normalise(name), _checked_reason(reason)
    queries.lock_person(award.person_id)
    recorded = _require_current(award)
    if not corrected or len(corrected) > LONGEST_NAME:
        raise Invalid(_("Type the name as it should be printed, in at most %(most)s characters.", most=LONGEST_NAME))
    if corrected == recorded.name:
        raise Invalid(_("The certificate already has this name."))
    successor = Award(**{column: getattr(award, column) for column in _COPIED}, attempt_id=None, supersedes_id=award.id)
    _add(actor, successor, corrected)
    recognition = queries.find_recognition(award.id)
    if recognition is not None:
        session.add(recognition.for_award(successor.id))
    record(
        actor, "certification.supersede", "award", award.id,
        organisation_id=award.organisation_id, reason=reason, successor=successor.id,
    )  # fmt: skip
    _emit_changed([award, successor])
    return successor


def revoke(actor: Actor, award: Award, *, reason: str, effective_on: date | None = None) -> Revocation:
    """Revokes an award from a day on, today in its zone if none is given: the first day it is not valid.

    Raises `Invalid` for a day in the future, before the earned day or after the last valid one, and for a missing
    reason, and `Refusal` where the award was replaced or revoked before.
    """
    reason = _checked_reason(reason)
    today = clock.today(award.zone)
    day = effective_on or today
    queries.lock_person(award.person_id)
    _require_current(award)
    if day < award.earned_on:
        raise Invalid(_("Choose the day it was earned, %(day)s, or a later one.", day=format_day(award.earned_on)))
    if day > award.valid_until:
        raise Invalid(
            _(
                "This certificate expired after %(until)s. If it should never have counted, choose the day it "
                "was earned, %(day)s.",
                until=format_day(award.valid_until),
                day=format_day(award.earned_on),
            )
        )
    if day > today:
        raise Invalid(_("Choose today or an earlier day: a certificate cannot be revoked in advance."))
    revocation = Revocation(
        award_id=award.id,
        effective_on=day,
        reason=reason,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(revocation)
    session.flush()
    record(
        actor, "certification.revoke", "award", award.id,
        organisation_id=award.organisation_id, reason=reason, effective_on=day.isoformat(),
    )  # fmt: skip
    _emit_changed([award])
    return revocation


def revoke_list(actor: Actor, awards: Sequence[Award], *, reason: str) -> None:
    """Revokes several awards from the day each was earned on: none of them ever counted.

    The caller leaves out those that were replaced or revoked before. Raises `Invalid` for a missing reason.
    """
    reason = _checked_reason(reason)
    queries.lock_people({award.person_id for award in awards})
    session.add_all(
        Revocation(
            award_id=award.id,
            effective_on=award.earned_on,
            reason=reason,
            recorded_at=clock.now(),
            recorded_by=actor.account_id or None,
        )
        for award in awards
    )
    session.flush()
    for award in awards:
        record(
            actor, "certification.revoke", "award", award.id,
            organisation_id=award.organisation_id, reason=reason, effective_on=award.earned_on.isoformat(),
        )  # fmt: skip
    if awards:
        _emit_changed(awards)


# What a corrected award copies from the first one.
_COPIED = (
    "person_id", "organisation_id", "course_id", "edition_id", "course_revision_id", "sector", "how", "earned_on",
    "zone", "valid_from", "valid_until", "score", "date_inputs", "printed", "evidence",
)  # fmt: skip


def _add_recognitions(
    organisation_id: int, session_id: int | None, awards: Sequence[Award], earned: Sequence[NewAward]
) -> None:
    session.add_all(
        Recognition(
            award_id=award.id, organisation_id=organisation_id, session_id=session_id, checked_by=each.checked_by
        )
        for award, each in zip(awards, earned, strict=True)
    )
    session.flush()


def _record_issue(actor: Actor, award: Award) -> None:
    record(
        actor, "certification.issue", "award", award.id,
        organisation_id=award.organisation_id, person=award.person_id, course=award.course_id, how=award.how,
    )  # fmt: skip


def _add_all(actor: Actor, awards: Sequence[Award], people: Mapping[int, Person]) -> None:
    """Stores awards; draws their serials again, one by one, where one is taken."""
    for award in awards:
        award.recorded_at, award.recorded_by = clock.now(), actor.account_id or None
    try:
        with session.begin_nested():
            session.add_all(awards)
            session.flush()
    except IntegrityError:
        for award in awards:
            _add(actor, award, people[award.person_id].name)
        return
    names = {award.id: normalise(people[award.person_id].name)[:LONGEST_NAME] for award in awards}
    session.add_all(AwardName(award_id=award_id, name=name) for award_id, name in names.items() if name)
    session.flush()


def _add(actor: Actor, award: Award, name: str) -> Award:
    """Stores an award with a new serial, or returns the one that another transaction issued in the meantime."""
    award.recorded_at = clock.now()
    award.recorded_by = actor.account_id or None
    for _draw in range(MOST_TRIES):
        award.serial = rules.make_serial(rng.randbelow)
        try:
            with session.begin_nested():
                session.add(award)
                session.flush()
        except IntegrityError:
            issued = queries.find_issued(award.attempt_id) if award.attempt_id is not None else None
            if issued is not None:
                return issued
            if not queries.is_serial_taken(award.serial):
                raise
        else:
            printed = normalise(name)[:LONGEST_NAME]
            if printed:
                session.add(AwardName(award_id=award.id, name=printed))
                session.flush()
            return award
    raise RuntimeError("Every serial drawn is taken: the random number generator is broken.")


def _emit_changed(awards: Sequence[Award]) -> None:
    awards_changed.send(None, awards={award.id for award in awards}, persons={award.person_id for award in awards})


def _require_current(award: Award) -> queries.RecordedAward:
    """Loads what was recorded about an award; refuses where it was replaced or revoked."""
    recorded = queries.find_award(award.serial)
    if recorded is None:
        raise NotThere
    if recorded.replaced_by is not None:
        raise Refusal(_("This certificate was replaced by a corrected one. Open that one instead."))
    if recorded.revocation is not None:
        raise Refusal(_("This certificate has already been revoked."))
    return recorded


def _checked_reason(text: str) -> str:
    reason = normalise(text)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(_("Give a reason, in at most %(most)s characters.", most=LONGEST_REASON))
    return reason
