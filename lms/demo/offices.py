"""What HR offices do besides recording who works where: exempt, revoke, correct. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from lms.demo.acts import Act, Correct, Exempt, Outcome, Quiz, Recognise, Revoke
from lms.demo.days import Calendar
from lms.demo.diligence import asked
from lms.demo.lives import Life
from lms.demo.places import (
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
    chance: Random, lives: Iterable[Life], employer: str, count: int, fits: Callable[[Life], bool]
) -> list[Life]:
    found = [life for life in lives if life.post.employer.slug == employer and fits(life)]
    return chance.sample(found, min(count, len(found)))


def who_is_exempt(chance: Random, calendar: Calendar, lives: Sequence[Life]) -> list[Exempt]:
    """Decides who is exempt from what, and lets those on leave and those who know it already learn nothing."""
    plain = [life for life in lives if not life.scripted and not life.identity.roles and len(life.posts) == 1]
    acts: list[Exempt] = []
    for employer in EMPLOYERS:
        acts += _on_leave(chance, calendar, plain, employer.slug)
        acts += _equivalent(chance, calendar, plain, employer.slug)
        acts += _away_before(chance, calendar, plain, employer.slug)
    _let_some_lapse(chance, calendar, plain)
    _let_some_begin(chance, calendar, plain)
    return acts


def _let_some_lapse(chance: Random, calendar: Calendar, lives: Sequence[Life]) -> None:
    """Lets a few certificates run out in these days where a time of grace is given, and nothing else be amiss."""
    latest = calendar.anchor - timedelta(days=375)

    def fits(life: Life) -> bool:
        return (
            life.post.spells[0].from_on < latest
            and life.post.spells[-1].through_on is None
            and len(life.post.spells) == 1
            and not life.exempt_from
        )

    for employer in EMPLOYERS:
        if employer.grace_days:
            for life in _some(chance, lives, employer.slug, IN_GRACE, fits):
                life.care = 0.0
                life.lapses_on = calendar.anchor - timedelta(days=chance.randint(2, employer.grace_days - 4))


def _let_some_begin(chance: Random, calendar: Calendar, lives: Sequence[Life]) -> None:
    """Lets one newcomer of each organisation have begun one course, all of them still being in time."""
    for employer in EMPLOYERS:
        days = SHORTER_DUE_DAYS if employer.slug == SHORTER_AT else DUE_DAYS[SAFEGUARDING]
        earliest, latest = calendar.anchor - timedelta(days=days - 2), calendar.anchor - timedelta(days=3)
        newcomers = [life for life in lives if earliest <= life.post.spells[0].from_on <= latest]
        for life in _some(chance, newcomers, employer.slug, 1, lambda life: not life.exempt_from):
            life.has_just_begun = True


def _on_leave(chance: Random, calendar: Calendar, lives: Sequence[Life], employer: str) -> Iterator[Exempt]:
    """Yields those who went on leave soon after they came: exempt from everything until they are back."""

    def fits(life: Life) -> bool:
        days = (calendar.anchor - life.post.spells[0].from_on).days
        return 60 <= days <= 260 and len(life.post.spells) == 1 and life.post.spells[0].through_on is None

    for life in _some(chance, lives, employer, ON_LEAVE_NOW, fits):
        life.exempt_from = frozenset(COURSES)
        first = life.post.spells[0].from_on + timedelta(days=2)
        until = calendar.anchor + timedelta(days=chance.randint(20, 80))
        yield _exempt(
            chance,
            calendar,
            life,
            COURSES,
            first=first,
            until=until,
            kind="leave",
            reason="Long leave, agreed by the office.",
        )


def _equivalent(chance: Random, calendar: Calendar, lives: Sequence[Life], employer: str) -> Iterator[Exempt]:
    """Yields those whose profession covers Psychological First Aid."""

    def fits(life: Life) -> bool:
        spell = life.post.spells[0]
        return (
            spell.job.sector in ("mhpss", "health")
            and asked(FIRST_AID, spell)
            and len(life.post.spells) == 1
            and not life.exempt_from
            and spell.from_on < calendar.anchor - timedelta(days=60)
        )

    for life in _some(chance, lives, employer, EQUIVALENT, fits):
        life.exempt_from = frozenset({FIRST_AID})
        first = max(life.post.spells[0].from_on, calendar.required_on)
        proof = f"Diploma seen on {(first + timedelta(days=1)).isoformat()}"
        yield _exempt(
            chance, calendar, life, (FIRST_AID,), first=first, until=None, kind="equivalence",
            reason="Teaches Psychological First Aid; diploma seen.", proof=proof,
        )  # fmt: skip


def _away_before(
    chance: Random, calendar: Calendar, lives: Sequence[Life], employer: str
) -> Iterator[Exempt]:
    """Yields those who were away for some months last year."""

    def fits(life: Life) -> bool:
        spell = life.post.spells[0]
        return spell.from_on < calendar.begins_on and spell.through_on is None and not life.exempt_from

    for life in _some(chance, lives, employer, AWAY_BEFORE, fits):
        first = calendar.anchor - timedelta(days=chance.randint(240, 320))
        until = first + timedelta(days=chance.randint(60, 120))
        yield _exempt(
            chance, calendar, life, COURSES, first=first, until=until, kind="leave", reason="Family leave."
        )


def _exempt(
    chance: Random,
    calendar: Calendar,
    life: Life,
    courses: tuple[str, ...],
    *,
    first: date,
    until: date | None,
    kind: str,
    reason: str,
    proof: str = "",
) -> Exempt:
    at = calendar.clamp(calendar.office(first, chance))
    # Those who were there already are exempted once the requirement is known.
    at = max(at, calendar.evening(calendar.required_on - timedelta(days=10)))
    asked_for = tuple(
        course
        for course in courses
        if asked(course, life.post.spells[0]) and calendar.decided_at(course) < at
    )
    return Exempt(at, life.number, life.post.staff_number, asked_for, first, until, kind, reason, proof)


def what_hr_does(
    chance: Random, calendar: Calendar, lives: Sequence[Life], learned: Sequence[Act]
) -> Iterator[Act]:
    """Yields one revocation in each organisation, one that was made good, and two corrected names."""
    passed = [act for act in learned if isinstance(act, Quiz) and act.outcome is Outcome.PASSED]
    recognised = [act for act in learned if isinstance(act, Recognise)]
    # Whoever earned a course twice would still hold it after a revocation.
    times = Counter((quiz.person, quiz.course) for quiz in passed)
    times.update((act.person, act.course) for act in recognised)
    once = [quiz for quiz in passed if times[quiz.person, quiz.course] == 1]
    for employer, reason in zip(EMPLOYERS, REVOKED_BECAUSE, strict=True):
        day = calendar.anchor - timedelta(days=chance.randint(9, 40))
        quiz = _one(chance, lives, once, employer=employer.slug, course=REFERRAL, day=day)
        yield Revoke(calendar.office(day, chance), quiz.person, REFERRAL, reason)
    day = calendar.anchor - timedelta(days=120)
    quiz = _one(chance, lives, once, employer="rivers-relief", course=SAFEGUARDING, day=day)
    yield Revoke(calendar.office(day, chance), quiz.person, SAFEGUARDING, REVOKED_BECAUSE[1])
    again = calendar.afternoon(day + timedelta(days=4), chance)
    yield Quiz(again, quiz.person, SAFEGUARDING, Outcome.PASSED, 15, 0)
    for employer in EMPLOYERS[:2]:
        day = calendar.anchor - timedelta(days=chance.randint(30, 90))
        quiz = _one(chance, lives, once, employer=employer.slug, course=IDENTIFICATION, day=day)
        first, *rest = lives[quiz.person].identity.name.split()
        name = " ".join((first, chance.choice(SECOND_NAMES), *rest))
        yield Correct(calendar.office(day, chance), quiz.person, IDENTIFICATION, name, CORRECTED_BECAUSE)


def _one(
    chance: Random, lives: Sequence[Life], once: Sequence[Quiz], *, employer: str, course: str, day: date
) -> Quiz:
    """Returns a quiz, passed some weeks before, of somebody who works there still and holds the course by it alone."""

    def fits(quiz: Quiz) -> bool:
        life = lives[quiz.person]
        first, last = day - timedelta(days=160), day - timedelta(days=20)
        return (
            quiz.course == course
            and life.post.employer.slug == employer
            and life.post.spells[-1].through_on is None
            and not life.identity.roles
            and not life.scripted
            and first <= quiz.at.date() <= last
        )

    return chance.choice([quiz for quiz in once if fits(quiz)])
