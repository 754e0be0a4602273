"""The people whose sign-ins are printed, and what happened to Amina. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from lms.demo.acts import Act, Identity, Job, Outcome, Quiz, Read, Recognise
from lms.demo.days import Calendar
from lms.demo.lives import EMPLOYER_OF, Life, Post, Registry, Spell
from lms.demo.places import BRIEFS, IDENTIFICATION, REFERRAL, SAFEGUARDING

PASSWORD = "learn-safely-2026"  # noqa: S105 - printed on the first screen, for invented people
NEWCOMER = "D-1001"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody with a sign-in: the name, the roles held, the organisation and the work."""

    word: str
    name: str
    roles: tuple[str, ...]
    employer: str
    job: Job
    shown_as: str = ""


OFFICE = (
    Role("tomas", "Tomas Silva", ("trainer",), "rivers-relief",
         Job("north-river", "education", "trainer", works_with_children=True), "trainer, Education"),
    Role("hana", "Hana Haddad", ("hr",), "rivers-relief",
         Job("north-river", "protection", "hr-officer"), "HR of Rivers Relief"),
    Role("karim", "Karim Nasser", ("coordinator",), "lantern-aid",
         Job("lake-town", "health", "coordinator"), "coordinator, sees counts of organisations that share them"),
    Role("root", "Ruth Adler", ("admin",), "rivers-relief",
         Job("port-saba", "camp-management", "it-officer"), "administrator"),
    Role("nadia", "Nadia O'Hara", ("hr",), "lantern-aid", Job("lake-town", "protection", "hr-officer")),
    Role("yusuf", "يوسف العمري", ("hr",), "common-well", Job("dry-valley", "protection", "hr-officer")),
)  # fmt: skip
"""Those who keep the house; the last two see to the other organisations and are not shown."""


def make_cast(calendar: Calendar, registry: Registry) -> list[Life]:
    """Returns the cast: the office first, then Amina, then the newcomer."""
    lives = [_of_the_office(calendar, registry, role) for role in OFFICE]
    return [*lives, _amina(calendar, registry), _newcomer(calendar)]


def _of_the_office(calendar: Calendar, registry: Registry, role: Role) -> Life:
    employer = EMPLOYER_OF[role.employer]
    spell = Spell(role.job, calendar.begins_on - timedelta(days=400 + 30 * OFFICE.index(role)))
    post = Post(employer, registry.staff_number(employer, "staff"), [spell])
    return Life(0, Identity(role.name, f"{role.word}@demo.example", role.roles), [post])


def amina_began(calendar: Calendar) -> date:
    """Returns the first day of Amina's present work."""
    return calendar.anchor - timedelta(days=21)


def _amina(calendar: Calendar, registry: Registry) -> Life:
    employer = EMPLOYER_OF["rivers-relief"]
    first = calendar.anchor - timedelta(days=488)
    season = Spell(Job("north-river", "wash", "promoter", "volunteer"), first, first + timedelta(days=26))
    now = Spell(
        Job("north-river", "wash", "promoter", "staff", works_with_children=True), amina_began(calendar)
    )
    post = Post(employer, registry.staff_number(employer, "staff"), [season, now])
    return Life(0, Identity("Amina Yusuf", "amina@demo.example"), [post], scripted=True)


def _newcomer(calendar: Calendar) -> Life:
    job = Job("north-river", "wash", "promoter", "volunteer", works_with_children=True)
    spell = Spell(job, calendar.anchor - timedelta(days=1))
    return Life(
        0,
        Identity("Joseph Okello", None),
        [Post(EMPLOYER_OF["rivers-relief"], NEWCOMER, [spell])],
        scripted=True,
    )


def what_amina_did(chance: Random, calendar: Calendar, number: int, referral_modules: int) -> Iterator[Act]:
    """Yields her way: a season of work with two courses, then back, with three of six modules read so far.

    Safe referral is still valid and so is the brief of her sector, taken when she came back. Child safeguarding ran
    out while she was away and is overdue since a week, safe identification is under way, and what is asked of those
    who work with children has not begun.
    """
    first = calendar.anchor - timedelta(days=488)
    earned = first + timedelta(days=5)
    proof = f"Attendance list north-river {earned.isoformat()}"
    yield Recognise(calendar.evening(earned), number, "rivers-relief", SAFEGUARDING, "session", earned, proof)
    quiz_on = first + timedelta(days=20)
    yield _read(calendar.morning(quiz_on - timedelta(days=2), chance), number, REFERRAL, referral_modules)
    yield Quiz(calendar.afternoon(quiz_on, chance), number, REFERRAL, Outcome.PASSED, 14, 1)
    brief_on = amina_began(calendar) + timedelta(days=8)
    yield replace(_read(calendar.morning(brief_on, chance), number, BRIEFS, 1), sector="wash")
    yield Quiz(calendar.afternoon(brief_on, chance), number, BRIEFS, Outcome.PASSED, 7, sector="wash")
    yield _read(calendar.morning(calendar.anchor - timedelta(days=6), chance), number, IDENTIFICATION, 2)
    yield _read(calendar.morning(calendar.anchor - timedelta(days=2), chance), number, IDENTIFICATION, 1)


def _read(begins: datetime, number: int, course: str, modules: int) -> Read:
    moments = tuple(begins + timedelta(minutes=11 * index) for index in range(1, modules + 1))
    return Read(moments[-1], number, course, moments)
