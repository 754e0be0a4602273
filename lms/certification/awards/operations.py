"""Issues awards, replaces them by corrected ones, and revokes them; nothing else happens to an award."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from lms.audit.api import record, record_all
from lms.certification.awards import queries, rules
from lms.certification.awards.snapshot import EarnedAward, Issuer, build_awards
from lms.certification.events import awards_changed
from lms.certification.models import Award, AwardName, Recognition, Revocation
from lms.kernel import clock, records, rng
from lms.kernel.actor import Actor
from lms.kernel.bulk import add_mappings
from lms.kernel.db import need_writer, session
from lms.kernel.errors import Invalid, Refusal, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.models import Person
from lms.web.formatting import day as format_day

MOST_TRIES = 5
"""With 59.8 random bits a second draw of a serial already means that something else is wrong."""

LONGEST_NAME = 200
LONGEST_REASON = 500


def issue(actor: Actor, earned: EarnedAward, issuer: Issuer) -> Award:
    """Issues an award and stores everything it will ever say; a second call for an attempt returns the first award.

    Raises `NotThere` for an unknown person, and `Invalid` as `build_awards` does.
    """
    person = require_found(queries.lock_person(earned.person_id))
    issued = queries.find_issued(earned.attempt_id) if earned.attempt_id is not None else None
    return issued or _issue(actor, [earned], [person], issuer)[0]


def issue_list(
    actor: Actor, earned: Sequence[EarnedAward], issuer: Issuer, *, checked_by: str = "", session_id: int | None = None
) -> list[Award]:
    """Issues an award for everybody on a list, such as the attendance of a session, in the list's order.

    An award says what `issue` would store; a list takes a handful of statements, and more only for those who had the
    course before. Where an organisation recognises the list, it, the session and who checked it are recorded beside
    the awards. Raises as `issue` does, and `Invalid` where somebody is listed twice.
    """
    people = queries.lock_people({each.person_id for each in earned})
    if len(people) < len(earned):
        raise Invalid(_("Somebody on this list is unknown or listed twice."))
    awards = _issue(actor, earned, people, issuer)
    recognised = [
        {
            "award_id": award.id,
            "organisation_id": each.organisation_id,
            "session_id": session_id,
            "checked_by": checked_by,
        }
        for award, each in zip(awards, earned, strict=True)
        if each.organisation_id is not None
    ]
    add_mappings(Recognition, recognised)
    return awards


def _issue(actor: Actor, earned: Sequence[EarnedAward], people: Sequence[Person], issuer: Issuer) -> list[Award]:
    need_writer()
    awards = build_awards(earned, issuer)
    _add(actor, awards, {person.id: person.name_on_certificates for person in people})
    record_all(
        actor,
        "certification.issue",
        "award",
        {award.id: {"person": award.person_id, "course": award.course_id, "how": award.how} for award in awards},
        organisations={award.id: award.organisation_id for award in awards},
    )
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
    successor = Award(**{column: getattr(award, column) for column in _COPIED}, supersedes_id=award.id)
    successor.serial = rules.make_serial(rng.randbelow)
    _add(actor, [successor], {award.person_id: corrected})
    recognition = queries.find_recognition(award.id)
    if recognition is not None:
        session.add(
            Recognition(
                award_id=successor.id,
                organisation_id=recognition.organisation_id,
                session_id=recognition.session_id,
                checked_by=recognition.checked_by,
            )
        )
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
    return _add_revocations(actor, {award: day}, reason)[0]


def revoke_list(actor: Actor, awards: Sequence[Award], *, reason: str) -> None:
    """Revokes several awards from the day each was earned on: none of them ever counted.

    The caller leaves out those that were replaced or revoked before. Raises `Invalid` for a missing reason.
    """
    reason = _checked_reason(reason)
    queries.lock_people({award.person_id for award in awards})
    _add_revocations(actor, {award: award.earned_on for award in awards}, reason)


def _add_revocations(actor: Actor, days: Mapping[Award, date], reason: str) -> list[Revocation]:
    """Stores that awards are not valid from a day on, and why."""
    added = [Revocation(award_id=award.id, effective_on=day, reason=reason) for award, day in days.items()]
    records.add_all(actor, added)
    record_all(
        actor,
        "certification.revoke",
        "award",
        {award.id: {"effective_on": day.isoformat()} for award, day in days.items()},
        organisations={award.id: award.organisation_id for award in days},
        reason=reason,
    )
    _emit_changed(days)
    return added


# What a corrected award copies from the first one.
_COPIED = (
    "person_id", "organisation_id", "course_id", "edition_id", "course_revision_id", "sector", "how", "earned_on",
    "zone", "valid_from", "valid_until", "score", "date_inputs", "printed", "evidence",
)  # fmt: skip


def _add(actor: Actor, awards: Sequence[Award], names: Mapping[int, str]) -> None:
    """Stores awards and the names of their holders, by person; draws all serials again where one is taken."""
    # The award of a quiz is read again in its transaction; nobody does that with a list.
    add = records.add_detached if len(awards) > 1 else records.add_all
    for _try in range(MOST_TRIES):
        try:
            with session.begin_nested():
                add(actor, awards)
            break
        except IntegrityError:
            if not queries.is_any_serial_taken([award.serial for award in awards]):
                raise
        for award in awards:
            award.serial = rules.make_serial(rng.randbelow)
    else:
        raise RuntimeError("Every serial drawn is taken: the random number generator is broken.")
    printed = ((award.id, normalise(names[award.person_id])[:LONGEST_NAME]) for award in awards)
    add_mappings(AwardName, [{"award_id": award_id, "name": name} for award_id, name in printed if name])


def erase_names(person_ids: Collection[int]) -> None:
    """Removes the names printed on all certificates of some persons; they still verify, without a name."""
    awards = queries.select_awards_of(person_ids)
    session.execute(
        delete(AwardName).where(AwardName.award_id.in_(awards)).execution_options(synchronize_session=False)
    )


def _emit_changed(awards: Collection[Award]) -> None:
    if awards:
        awards_changed.send(None, awards={award.id for award in awards}, persons={award.person_id for award in awards})


def _require_current(award: Award) -> queries.RecordedAward:
    """Loads what was recorded about an award; refuses where it was replaced or revoked."""
    recorded = require_found(queries.find_award(award.serial))
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
