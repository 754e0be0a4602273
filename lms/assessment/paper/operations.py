"""Prints quizzes, withdraws lost copies, and takes the answers of a copy: twice, then it is graded once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from lms.assessment import operations, queries as attempts
from lms.assessment.attempt_form import FormQuestion, build_attempt_form
from lms.assessment.errors import NoQuestions
from lms.assessment.events import attempts_changed
from lms.assessment.models import Attempt, OpenedBy, PaperEntry, PaperQuiz, QuizCopy
from lms.assessment.paper import policy, queries
from lms.assessment.paper.errors import EnteredMeanwhile, LeftOut, NoCopy, SomeLeftOut
from lms.assessment.paper.queries import QuizTaker
from lms.assessment.rules.grading import normalise_response
from lms.assessment.rules.retakes import RetakeAllowance, retake_allowance
from lms.audit.api import record
from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.kernel import clock, records, rng
from lms.kernel.actor import Actor, Role
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import Invalid, NotAllowed, Refusal
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.kernel.paper_codes import draw_paper_code
from lms.people.models import Organisation, Person
from lms.web.formatting import moment as format_moment

MOST_COPIES = 50
"""So many people are printed at once: a full training room, and a PDF that is made while one waits."""
RESOLVING_ENTRY = 3
"""The number of the entry that resolves differences."""


def print_quiz(
    actor: Actor,
    course: PublishedCourse,
    *,
    organisation_id: int,
    sector: str | None,
    language: str,
    numbers: Sequence[str],
    station_id: int | None,
    token: str,
    leave_out: bool = False,
) -> PaperQuiz:
    """Makes a copy for everybody with one of some staff numbers or who works at a station today, all or nothing.

    Each has a selection of its own, fixed here. `token` is random and comes with the form: a form that is sent twice
    returns the quiz that it printed first. Raises `SomeLeftOut` unless those who get no copy are left out, and
    `Invalid` where nobody gets one.
    """
    require_printer(actor, organisation_id)
    if station_id is not None and not actor.covers(Role.HR, organisation_id):
        raise NotAllowed(_("Only HR lists who works at a station. Write staff numbers."))
    lock_rows(Organisation, organisation_id)
    printed = queries.find_quiz_by_token(token)
    if printed is not None:
        require_printer(actor, printed.organisation_id)
        return printed
    staff = queries.find_quiz_takers(organisation_id, numbers, station_id, clock.today(actor.time_zone))
    if len(staff) > MOST_COPIES:
        raise Invalid(
            _("At most %(most)s quizzes are printed at once; these are %(count)s.", most=MOST_COPIES, count=len(staff)),
            field="numbers",
        )
    own_sector = sector if course.per_sector else None
    lock_rows(Person, *{member.person_id for member in staff.values()})
    left_out = [LeftOut(number, NoCopy.UNKNOWN) for number in numbers if identifier_key(number) not in staff]
    past = {
        member.person_id: list_past_attempts(member.person_id, course.course_id, own_sector)
        for member in staff.values()
    }
    left_out += _list_left_out(actor, course, own_sector, staff.values(), past)
    if left_out and not leave_out:
        raise SomeLeftOut(left_out)
    without = {identifier_key(each.staff_number) for each in left_out}
    # Somebody with two staff numbers takes one quiz.
    chosen = {member.person_id: member for key, member in staff.items() if key not in without}
    if not chosen:
        raise Invalid(_("Nobody gets a copy. Write staff numbers of the organisation."), field="numbers")
    quiz = PaperQuiz(
        organisation_id=organisation_id,
        course_id=course.course_id,
        edition_id=course.edition_id,
        course_revision_id=course.revision_id,
        sector=own_sector,
        language=language,
        token=token,
    )
    records.add(actor, quiz)
    try:
        records.add_all(actor, [_copy(quiz, course, member, past[member.person_id]) for member in chosen.values()])
    except NoQuestions as refusal:
        raise Invalid(refusal.message, field="course") from refusal
    record(
        actor, "assessment.print_quiz", "paper_quiz", quiz.id,
        organisation_id=organisation_id, course=course.course_id, copies=len(chosen),
    )  # fmt: skip
    return quiz


def require_printer(actor: Actor, organisation_id: int) -> None:
    """Raises ``NotAllowed`` for whoever may not print quizzes for an organisation."""
    if not policy.covers(actor, organisation_id):
        raise NotAllowed(_("This belongs to another organisation."))


def _list_left_out(
    actor: Actor,
    course: PublishedCourse,
    sector: str | None,
    staff: Iterable[QuizTaker],
    past: Mapping[int, Sequence[Attempt]],
) -> list[LeftOut]:
    members, own = list(staff), policy.load_own_ids(actor)
    opened = queries.list_open_copies({each.person_id for each in members}, course.course_id, sector)
    left_out = []
    for each in members:
        copy = opened.get(each.person_id)
        if each.person_id in own:
            left_out.append(LeftOut(each.staff_number, NoCopy.OWN))
        elif copy is not None:
            left_out.append(LeftOut(each.staff_number, NoCopy.OPEN, code=copy.code))
        elif (until := _allowance(past[each.person_id], course).next_attempt_at) is not None:
            left_out.append(LeftOut(each.staff_number, NoCopy.PAUSED, until=until))
    return left_out


def list_past_attempts(person_id: int, course_id: int, sector: str | None) -> list[Attempt]:
    """Returns the attempts of a person that count towards the tries of a quiz, online and on paper, oldest first."""
    return [each for each in attempts.list_attempts(person_id, course_id) if each.sector == sector]


def _allowance(past: Sequence[Attempt], course: PublishedCourse) -> RetakeAllowance:
    return retake_allowance(attempts.load_results(past).values(), course.tries, course.pause, clock.now())


def _copy(quiz: PaperQuiz, course: PublishedCourse, member: QuizTaker, past: Sequence[Attempt]) -> QuizCopy:
    seed = f"{rng.randbelow(1 << 128):032x}"
    seen = operations.list_slugs(past) + queries.list_withdrawn_slugs(member.person_id, quiz.course_id)
    corrections = attempts.load_corrections(quiz.edition_id)
    # A course that is not per sector still prefers questions of the learner's own.
    sector = quiz.sector if course.per_sector else member.sector
    return QuizCopy(
        quiz_id=quiz.id,
        person_id=member.person_id,
        code=draw_paper_code(),
        questions=operations.select_attempt_questions(
            course, sector, quiz.language, seen, seed, corrections=corrections
        ),
        seed=seed,
    )


def withdraw_copy(actor: Actor, copy: QuizCopy, *, reason: str) -> None:
    """Withdraws a copy that was lost or spoilt: its answers can no longer be entered. Twice has no effect.

    Raises ``Refusal`` once it has been graded.
    """
    quiz, stored = policy.load_paper_quiz_for(actor, copy.quiz_id), queries.lock_copy(copy.id)
    if stored.retracted_at is not None:
        return
    if stored.attempt_id is not None:
        raise Refusal(_("This copy has been graded, and a result stays. HR can revoke the certificate."))
    records.retract(actor, stored)
    record(
        actor, "assessment.withdraw_copy", "quiz_copy", stored.id,
        organisation_id=quiz.organisation_id, reason=reason,
    )  # fmt: skip


def load_copy_form(copy: QuizCopy, quiz: PaperQuiz, responses: Mapping[int, Any] | None = None) -> list[FormQuestion]:
    """Returns the questions of a copy in its order, without a trace of the keys, with responses where given."""
    return build_attempt_form(copy.questions, operations.load_questions(quiz), responses or {})


def enter_copy(actor: Actor, copy: QuizCopy, number: int, responses: Mapping[int, Any], written_on: date) -> QuizCopy:
    """Saves an entry of a copy; the second one, where it is like the first, and the third one grade it.

    ``number`` is the entry that was typed: 1, 2, or 3 to resolve what differs, then with only these responses.
    Sending the same again has no effect. Raises ``EnteredMeanwhile`` where the first entry exists and is another one,
    ``Invalid`` for a day in the future or before the copy was made, and ``Refusal`` where the copy was withdrawn or
    graded, is the actor's own, or its person has no attempt left now.
    """
    quiz, stored = policy.load_paper_quiz_for(actor, copy.quiz_id), queries.lock_copy(copy.id)
    entries = queries.list_paper_entries(stored.id)
    given = _normalised(stored, quiz, responses)
    if number == RESOLVING_ENTRY:
        given = _resolve(entries, given)
    elif number > len(entries):
        number = len(entries) + 1
    same = (given, written_on, actor.account_id)
    if any((responses_of(each), each.written_on, each.recorded_by) == same for each in entries[number - 1 : number]):
        return stored
    _require_open(actor, quiz, stored)
    if number == 1 and entries:
        raise EnteredMeanwhile
    if number <= len(entries):
        raise Refusal(_("This copy was entered a second time since you opened this page. Open the copy again."))
    _check_day(actor, quiz, written_on)
    entry = PaperEntry(
        copy_id=stored.id,
        number=number,
        written_on=written_on,
        responses=[[question, response] for question, response in given.items()],
    )
    records.add(actor, entry)
    record(
        actor, "assessment.enter_copy", "quiz_copy", stored.id,
        organisation_id=quiz.organisation_id, entry=number,
    )  # fmt: skip
    if number == RESOLVING_ENTRY or (number == 2 and not list_differences(entries[0], entry)):
        _grade(actor, quiz, stored, given, written_on)
    return stored


def responses_of(entry: PaperEntry) -> dict[int, Any]:
    """Returns the responses of an entry by question revision, unanswered questions left out."""
    return dict(entry.responses)


def list_differences(first: PaperEntry, second: PaperEntry) -> set[int | str]:
    """Returns the question revisions that two entries answer differently, and "written_on" for the day."""
    one, other = responses_of(first), responses_of(second)
    found: set[int | str] = {number for number in one.keys() | other.keys() if one.get(number) != other.get(number)}
    return found if first.written_on == second.written_on else found | {"written_on"}


def _resolve(entries: Sequence[PaperEntry], given: Mapping[int, Any]) -> dict[int, Any]:
    """Returns what two entries agree on, with the resolved responses to the other questions."""
    if len(entries) < 2:
        raise Refusal(_("Enter the copy twice before you resolve what differs."))
    differ = list_differences(entries[0], entries[1])
    agreed = {number: response for number, response in responses_of(entries[0]).items() if number not in differ}
    return dict(sorted((agreed | {number: given[number] for number in given if number in differ}).items()))


def _normalised(copy: QuizCopy, quiz: PaperQuiz, responses: Mapping[int, Any]) -> dict[int, Any]:
    questions = operations.load_questions(quiz)
    selected = [questions[one["question"]] for one in copy.questions]
    given = {
        each.question_revision_id: normalise_response(each.kind, each.body, responses.get(each.question_revision_id))
        for each in selected
    }
    return {number: given[number] for number in sorted(given) if given[number] is not None}


def _require_open(actor: Actor, quiz: PaperQuiz, copy: QuizCopy) -> None:
    if copy.retracted_at is not None:
        raise Refusal(_("This copy was withdrawn. Print a new one."))
    if copy.attempt_id is not None:
        raise Refusal(_("This copy has been entered and graded already."))
    if copy.person_id in policy.load_own_ids(actor):
        raise Refusal(_("This is your own quiz. Somebody else must enter it."))
    attempts.lock_person(copy.person_id)
    past = list_past_attempts(copy.person_id, quiz.course_id, quiz.sector)
    until = _allowance(past, load_course_revision(quiz.course_revision_id)).next_attempt_at
    if until is not None:
        raise Refusal(
            _(
                "This person has used all attempts for now, some of them online. Keep the copy and enter it after "
                "%(until)s.",
                until=format_moment(until),
            )
        )


def _check_day(actor: Actor, quiz: PaperQuiz, written_on: date) -> None:
    made_on = quiz.recorded_at.astimezone(ZoneInfo(actor.time_zone)).date()
    if written_on > clock.today(actor.time_zone):
        raise Invalid(_("This day is in the future."), field="written_on")
    if written_on < made_on:
        raise Invalid(_("The copy did not exist on this day: it was made later."), field="written_on")


def _grade(actor: Actor, quiz: PaperQuiz, copy: QuizCopy, given: Mapping[int, Any], written_on: date) -> None:
    questions, now = operations.load_questions(quiz), clock.now()
    attempt = Attempt(
        person_id=copy.person_id,
        course_id=quiz.course_id,
        edition_id=quiz.edition_id,
        course_revision_id=quiz.course_revision_id,
        sector=quiz.sector,
        language=quiz.language,
        opened_by=OpenedBy.PAPER,
        questions=copy.questions,
        seed=copy.seed,
        # What was known when stays true: the server learns of the quiz now. The day it was written dates the award.
        started_at=now,
        submitted_at=now,
        written_on=written_on,
    )
    operations.set_grades(attempt, [questions[one["question"]] for one in copy.questions], given)
    session.add(attempt)
    session.flush()
    copy.attempt_id = attempt.id
    record(
        actor, "assessment.grade_copy", "attempt", attempt.id,
        organisation_id=quiz.organisation_id, copy=copy.id, written_on=written_on.isoformat(),
    )  # fmt: skip
    attempts_changed.send(None, attempts={attempt.id}, persons={attempt.person_id})
