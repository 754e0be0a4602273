"""What happens to awards: they are issued, superseded by a corrected one, or revoked. Nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError

from lms.audit.operations import record
from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries, rules
from lms.certification.awards.dates import decide_dates, first_dates
from lms.certification.awards.issuer import House
from lms.certification.awards.snapshot import earning_on, examined_sector, find_earning, freeze, in_words
from lms.certification.events import awards_changed
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import chance, clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotThere, Refusal
from lms.people.models import Person

MOST_DRAWS = 5
"""With 59.8 bits of chance a second draw of a serial is already a sign that something else is wrong."""

LONGEST_NAME = 200
LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Earned:
    """One line of a list: who earned the course on which day, where the proof lies, and who checked it."""

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
    house: House,
    score: int | None = None,
    attempt_id: int | None = None,
    evidence: str = "",
    earned_on: date | None = None,
    done_at: datetime | None = None,
) -> Award:
    """Issues an award and freezes everything it will ever say; a second call for an attempt returns the first award.

    `earned_at` is the server's receipt, from which the earned day is counted in the zone of the placement at that
    moment, else the house's; `done_at` is the device's moment of a quiz done without a network. `earned_on` gives
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
    examined = examined_sector(course_revision, sector)
    earning = find_earning(person_id, house, earned_at, earned_on, done_at)
    try:
        decided = decide_dates(person_id, course_revision, examined, earning.day.earned_on)
    except (ValueError, OverflowError) as error:
        raise Invalid(f"The dates of this award cannot be counted: {error}.") from error
    award = freeze(
        person_id, course_revision, examined, how=how, earning=earning, decided=decided, house=house
    )
    award.score, award.attempt_id, award.evidence = score, attempt_id, evidence[:200]
    added = _add(actor, award, person.name)
    if added is not award:
        return added
    _record_issue(actor, award)
    _tell([award])
    return award


def issue_list(
    actor: Actor,
    *,
    course_revision: PublishedCourse,
    how: str,
    house: House,
    earned: Sequence[Earned],
    sector: str | None = None,
    organisation_id: int | None = None,
    session_id: int | None = None,
) -> list[Award]:
    """Issues an award for everybody on a list, such as the attendance of a session, in the list's order.

    What an award says is what `issue` would freeze; a list takes a handful of statements, and more only for those
    who held the course before. Where an organisation vouches for the list, its name and who checked each line are
    recorded beside the awards, and its own placement counts before others of that day. Raises as `issue` does,
    and `Invalid` where somebody is on the list twice.
    """
    people = {person.id: person for person in queries.lock_people({each.person_id for each in earned})}
    if len(people) < len(earned):
        raise Invalid("Somebody on this list is unknown, or is on it twice.")
    examined = examined_sector(course_revision, sector)
    holders = queries.list_holders(people, course_revision.course_id)
    placed = queries.list_placements_of(people, [each.earned_on for each in earned])
    # While they are referenced, the session finds the sector of each award without asking the database again.
    sectors = queries.list_sectors()
    made: list[Award] = []
    for each in earned:
        placement = queries.placement_on(placed[each.person_id], each.earned_on, at=organisation_id)
        earning = earning_on(placement, each.earned_on, house)
        decide = decide_dates if each.person_id in holders else first_dates
        try:
            decided = decide(each.person_id, course_revision, examined, each.earned_on)
        except (ValueError, OverflowError) as error:
            raise Invalid(f"The dates of this award cannot be counted: {error}.") from error
        award = freeze(
            each.person_id, course_revision, examined, how=how, earning=earning, decided=decided, house=house
        )
        award.evidence = each.evidence[:200]
        made.append(award)
    del sectors
    _add_all(actor, made, people)
    for award in made:
        _record_issue(actor, award)
    if organisation_id is not None:
        _vouch(organisation_id, session_id, made, earned)
    if made:
        _tell(made)
    return made


def supersede(actor: Actor, award: Award, *, name: str, reason: str) -> Award:
    """Issues a corrected award with another name and a new serial; everything else stays, the dates too.

    The old one answers "replaced" from now on. Raises `Invalid` for an empty, too long or unchanged name and for
    a missing reason, and `Refusal` where the award was replaced or revoked before.
    """
    corrected, reason = _one_line(name), _reason(reason)
    queries.lock_person(award.person_id)
    known = _standing_alone(award)
    if not corrected or len(corrected) > LONGEST_NAME:
        raise Invalid(f"Write the name as it is to be printed, in at most {LONGEST_NAME} characters.")
    if corrected == known.name:
        raise Invalid("This is the name that is printed already.")
    successor = Award(
        **{column: getattr(award, column) for column in _COPIED}, attempt_id=None, supersedes_id=award.id
    )
    _add(actor, successor, corrected)
    vouched = queries.find_recognition(award.id)
    if vouched is not None:
        session.add(vouched.for_award(successor.id))
    record(
        actor, "certification.supersede", "award", award.id,
        organisation_id=award.organisation_id, reason=reason, successor=successor.id,
    )  # fmt: skip
    _tell([award, successor])
    return successor


def revoke(actor: Actor, award: Award, *, reason: str, effective_on: date | None = None) -> Revocation:
    """Ends an award from a day on, today where it was earned if none is given; the day is its first not valid one.

    Raises `Invalid` for a day in the future, before the earned day or after the last valid one, and for a missing
    reason, and `Refusal` where the award was replaced or revoked before.
    """
    reason = _reason(reason)
    today = clock.today(award.zone)
    day = effective_on or today
    queries.lock_person(award.person_id)
    _standing_alone(award)
    if day < award.earned_on:
        raise Invalid(f"It cannot end before the day it was earned, {in_words(award.earned_on)}.")
    if day > award.valid_until:
        raise Invalid(
            f"It ended by itself after {in_words(award.valid_until)}. If it should never have counted, "
            f"choose the day it was earned, {in_words(award.earned_on)}."
        )
    if day > today:
        raise Invalid(
            "A certificate can be revoked from today or from an earlier day on, not from a later one."
        )
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
    _tell([award])
    return revocation


def revoke_list(actor: Actor, awards: Sequence[Award], *, reason: str) -> None:
    """Ends several awards from the day each was earned on, in one act: none of them ever counted.

    Those that were replaced or revoked before are the caller's to leave out. Raises `Invalid` for a missing reason.
    """
    reason = _reason(reason)
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
        _tell(awards)


# What a superseding award says as the first one did.
_COPIED = (
    "person_id", "organisation_id", "course_id", "edition_id", "course_revision_id", "sector", "how", "earned_on",
    "zone", "valid_from", "valid_until", "score", "dates_because", "printed", "evidence",
)  # fmt: skip


def _vouch(
    organisation_id: int, session_id: int | None, awards: Sequence[Award], earned: Sequence[Earned]
) -> None:
    session.add_all(
        Recognition(
            award_id=award.id,
            organisation_id=organisation_id,
            session_id=session_id,
            checked_by=each.checked_by,
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
    """Records awards under serials of their own; draws again, one by one, where a serial was taken."""
    for award in awards:
        award.recorded_at, award.recorded_by = clock.now(), actor.account_id or None
        award.serial = rules.make_serial(chance.randbelow)
    try:
        with session.begin_nested():
            session.add_all(awards)
            session.flush()
    except IntegrityError:
        for award in awards:
            _add(actor, award, people[award.person_id].name)
        return
    names = {award.id: _one_line(people[award.person_id].name)[:LONGEST_NAME] for award in awards}
    session.add_all(AwardName(award_id=award_id, name=name) for award_id, name in names.items() if name)
    session.flush()


def _add(actor: Actor, award: Award, name: str) -> Award:
    """Records an award under a serial of its own, or returns the one that another transaction issued meanwhile."""
    award.recorded_at = clock.now()
    award.recorded_by = actor.account_id or None
    for _ in range(MOST_DRAWS):
        award.serial = rules.make_serial(chance.randbelow)
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
            printed = _one_line(name)[:LONGEST_NAME]
            if printed:
                session.add(AwardName(award_id=award.id, name=printed))
                session.flush()
            return award
    raise RuntimeError("Every serial drawn is taken: the source of chance is broken.")


def _tell(awards: Sequence[Award]) -> None:
    awards_changed.send(
        None, awards={award.id for award in awards}, persons={award.person_id for award in awards}
    )


def _standing_alone(award: Award) -> queries.RecordedAward:
    """Loads what was recorded about an award; refuses where it was replaced or revoked."""
    known = queries.find_award(award.serial)
    if known is None:
        raise NotThere
    if known.replaced_by is not None:
        raise Refusal("This certificate was replaced by a corrected one. Open that one instead.")
    if known.revocation is not None:
        raise Refusal("This certificate was revoked before. There is nothing more to do.")
    return known


def _reason(text: str) -> str:
    reason = _one_line(text)
    if not reason or len(reason) > LONGEST_REASON:
        raise Invalid(f"Say why, in at most {LONGEST_REASON} characters.")
    return reason


def _one_line(text: str) -> str:
    return " ".join(text.split())
