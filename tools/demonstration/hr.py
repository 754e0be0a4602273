"""What HR does besides recording who works where: exempt, revoke, correct. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from lms.demo.acts import Act, CorrectName, Exempt, Outcome, Recognise, Revoke, TakeQuiz
from tools.demonstration.days import Calendar
from tools.demonstration.people import PlannedPerson
from tools.demonstration.settings import (
    COURSES,
    DUE_DAYS,
    EMPLOYERS,
    FIRST_AID,
    IDENTIFICATION,
    REFERRAL,
    SAFEGUARDING,
    SHORTER_AT,
    SHORTER_DUE_DAYS,
)
from tools.demonstration.training import is_required_of

ON_LEAVE_NOW, EQUIVALENT, AWAY_BEFORE = 2, 2, 2
"""How many people of each organisation are exempt, and for what."""

IN_GRACE = 3
"""How many people are in the time of grace, where there is one."""

REVOKED_BECAUSE = (
    "The quiz was taken by somebody else in the account's name.",
    "Answers were passed around during the quiz; the team sits it again.",
    "Entered for the wrong person by mistake.",
)

CORRECTED_BECAUSE = "The holder asked for the full name, as in the passport."
SECOND_NAMES = ("Noor", "Grace", "Sami", "Ines")


def _some(
    rng: Random, people: Iterable[PlannedPerson], employer: str, count: int, fits: Callable[[PlannedPerson], bool]
) -> list[PlannedPerson]:
    found = [person for person in people if person.employment.employer.slug == employer and fits(person)]
    return rng.sample(found, min(count, len(found)))


def plan_exemptions(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson]) -> list[Exempt]:
    """Decides who is exempt from what, and lets those on leave and those who know it already learn nothing."""
    plain = [
        person
        for person in people
        if not person.is_persona and not person.identity.roles and len(person.employments) == 1
    ]
    acts: list[Exempt] = []
    for employer in EMPLOYERS:
        acts += _on_leave(rng, calendar, plain, employer.slug)
        acts += _equivalent(rng, calendar, plain, employer.slug)
        acts += _away_before(rng, calendar, plain, employer.slug)
    _let_some_lapse(rng, calendar, plain)
    _let_some_begin(rng, calendar, plain)
    return acts


def _let_some_lapse(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson]) -> None:
    """Lets a few certificates time out in these days where a time of grace is given, and nothing else be amiss."""
    latest = calendar.anchor - timedelta(days=375)

    def fits(person: PlannedPerson) -> bool:
        return (
            person.employment.assignments[0].from_on < latest
            and person.employment.assignments[-1].through_on is None
            and len(person.employment.assignments) == 1
            and not person.exempt_from
        )

    for employer in EMPLOYERS:
        if employer.grace_days:
            for person in _some(rng, people, employer.slug, IN_GRACE, fits):
                person.laxity = 0.0
                person.lapses_on = calendar.anchor - timedelta(days=rng.randint(2, employer.grace_days - 4))


def _let_some_begin(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson]) -> None:
    """Lets one new member of staff of each organisation have begun one course, all of them still being in time."""
    for employer in EMPLOYERS:
        days = SHORTER_DUE_DAYS if employer.slug == SHORTER_AT else DUE_DAYS[SAFEGUARDING]
        earliest, latest = calendar.anchor - timedelta(days=days - 2), calendar.anchor - timedelta(days=3)
        new_staff = [person for person in people if earliest <= person.employment.assignments[0].from_on <= latest]
        for person in _some(rng, new_staff, employer.slug, 1, lambda person: not person.exempt_from):
            person.has_just_begun = True


def _on_leave(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson], employer: str) -> Iterator[Exempt]:
    """Yields those who went on leave soon after they came: exempt from everything until they are back."""

    def fits(person: PlannedPerson) -> bool:
        days = (calendar.anchor - person.employment.assignments[0].from_on).days
        return (
            60 <= days <= 260
            and len(person.employment.assignments) == 1
            and person.employment.assignments[0].through_on is None
        )

    for person in _some(rng, people, employer, ON_LEAVE_NOW, fits):
        person.exempt_from = frozenset(COURSES)
        first = person.employment.assignments[0].from_on + timedelta(days=2)
        until = calendar.anchor + timedelta(days=rng.randint(20, 80))
        yield _exempt(
            rng,
            calendar,
            person,
            COURSES,
            first=first,
            until=until,
            kind="leave",
            reason="Long leave, agreed by the office.",
        )


def _equivalent(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson], employer: str) -> Iterator[Exempt]:
    """Yields those whose profession covers Psychological First Aid."""

    def fits(person: PlannedPerson) -> bool:
        assignment = person.employment.assignments[0]
        return (
            assignment.job.sector in ("mhpss", "health")
            and is_required_of(FIRST_AID, assignment)
            and len(person.employment.assignments) == 1
            and not person.exempt_from
            and assignment.from_on < calendar.anchor - timedelta(days=60)
        )

    for person in _some(rng, people, employer, EQUIVALENT, fits):
        person.exempt_from = frozenset({FIRST_AID})
        first = max(person.employment.assignments[0].from_on, calendar.required_on)
        yield _exempt(
            rng, calendar, person, (FIRST_AID,), first=first, until=None, kind="equivalence",
            reason="Teaches Psychological First Aid; diploma seen.", evidence="Diploma seen on {day}",
        )  # fmt: skip


def _away_before(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson], employer: str) -> Iterator[Exempt]:
    """Yields those who were away for some months last year."""

    def fits(person: PlannedPerson) -> bool:
        assignment = person.employment.assignments[0]
        return assignment.from_on < calendar.begins_on and assignment.through_on is None and not person.exempt_from

    for person in _some(rng, people, employer, AWAY_BEFORE, fits):
        first = calendar.anchor - timedelta(days=rng.randint(240, 320))
        until = first + timedelta(days=rng.randint(60, 120))
        yield _exempt(rng, calendar, person, COURSES, first=first, until=until, kind="leave", reason="Family leave.")


def _exempt(
    rng: Random,
    calendar: Calendar,
    person: PlannedPerson,
    courses: tuple[str, ...],
    *,
    first: date,
    until: date | None,
    kind: str,
    reason: str,
    evidence: str = "",
) -> Exempt:
    at = calendar.clamp(calendar.office(first, rng))
    # Those who were there already are exempted once the requirement is known.
    at = max(at, calendar.evening(calendar.required_on - timedelta(days=10)))
    required = tuple(
        course
        for course in courses
        if is_required_of(course, person.employment.assignments[0]) and calendar.decided_at(course) < at
    )
    return Exempt(at, person.number, required, first, until, kind, reason, evidence)


def hr_acts(rng: Random, calendar: Calendar, people: Sequence[PlannedPerson], learned: Sequence[Act]) -> Iterator[Act]:
    """Yields one revocation in each organisation, one that was made good, and two corrected names."""
    passed = [act for act in learned if isinstance(act, TakeQuiz) and act.outcome is Outcome.PASSED]
    recognised = [act for act in learned if isinstance(act, Recognise)]
    # Whoever earned a course twice would still hold it after a revocation.
    times = Counter((quiz.person, quiz.course) for quiz in passed)
    times.update((act.person, act.course) for act in recognised)
    once = [quiz for quiz in passed if times[quiz.person, quiz.course] == 1]
    for employer, reason in zip(EMPLOYERS, REVOKED_BECAUSE, strict=True):
        day = calendar.anchor - timedelta(days=rng.randint(9, 40))
        quiz = _one(rng, people, once, employer=employer.slug, course=REFERRAL, day=day)
        yield Revoke(calendar.office(day, rng), quiz.person, REFERRAL, reason)
    day = calendar.anchor - timedelta(days=120)
    quiz = _one(rng, people, once, employer="rivers-relief", course=SAFEGUARDING, day=day)
    yield Revoke(calendar.office(day, rng), quiz.person, SAFEGUARDING, REVOKED_BECAUSE[1])
    again = calendar.afternoon(day + timedelta(days=4), rng)
    yield TakeQuiz(again, quiz.person, SAFEGUARDING, Outcome.PASSED, 15, 0)
    for employer in EMPLOYERS[:2]:
        day = calendar.anchor - timedelta(days=rng.randint(30, 90))
        quiz = _one(rng, people, once, employer=employer.slug, course=IDENTIFICATION, day=day)
        first, *rest = people[quiz.person].identity.name.split()
        name = " ".join((first, rng.choice(SECOND_NAMES), *rest))
        yield CorrectName(calendar.office(day, rng), quiz.person, IDENTIFICATION, name, CORRECTED_BECAUSE)


def _one(
    rng: Random, people: Sequence[PlannedPerson], once: Sequence[TakeQuiz], *, employer: str, course: str, day: date
) -> TakeQuiz:
    """Returns a quiz, passed some weeks before, of somebody who works there still and holds the course by it alone."""

    def fits(quiz: TakeQuiz) -> bool:
        person = people[quiz.person]
        first, last = day - timedelta(days=160), day - timedelta(days=20)
        return (
            quiz.course == course
            and person.employment.employer.slug == employer
            and person.employment.assignments[-1].through_on is None
            and not person.identity.roles
            and not person.is_persona
            and first <= quiz.at.date() <= last
        )

    return rng.choice([quiz for quiz in once if fits(quiz)])
