"""The people whose sign-ins are printed, and what Amina has learned. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from lms.demo.acts import Act, Identity, Job, Outcome, Read, Recognise, TakeQuiz
from tools.demonstration.days import Calendar
from tools.demonstration.people import EMPLOYERS_BY_SLUG, Assignment, PlannedEmployment, PlannedPerson, Registry
from tools.demonstration.settings import BRIEFS, IDENTIFICATION, REFERRAL, SAFEGUARDING

NEW_HIRE = "D-1001"


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody with a role: the word of the e-mail address, the name, the roles, the organisation and the job."""

    word: str
    name: str
    roles: tuple[str, ...]
    employer: str
    job: Job


WITH_ROLES = (
    Persona("tomas", "Tomas Silva", ("trainer",), "rivers-relief",
         Job("north-river", "education", "trainer", works_with_children=True)),
    Persona("hana", "Hana Haddad", ("hr",), "rivers-relief",
         Job("north-river", "protection", "hr-officer")),
    Persona("karim", "Karim Nasser", ("coordinator",), "lantern-aid",
         Job("lake-town", "health", "coordinator")),
    Persona("root", "Ruth Adler", ("admin",), "rivers-relief",
         Job("port-saba", "camp-management", "it-officer")),
    Persona("nadia", "Nadia O'Hara", ("hr",), "lantern-aid", Job("lake-town", "protection", "hr-officer")),
    Persona("yusuf", "يوسف العمري", ("hr",), "common-well", Job("dry-valley", "protection", "hr-officer")),
)  # fmt: skip
"""Those with a role; the last two are HR of the other organisations and are not printed."""


def plan_personae(calendar: Calendar, registry: Registry) -> list[PlannedPerson]:
    """Returns the personae: those with a role first, then Amina, then the new hire."""
    people = [_with_role(calendar, registry, each) for each in WITH_ROLES]
    return [*people, _amina(calendar, registry), _new_hire(calendar)]


def _with_role(calendar: Calendar, registry: Registry, persona: Persona) -> PlannedPerson:
    employer = EMPLOYERS_BY_SLUG[persona.employer]
    assignment = Assignment(persona.job, calendar.begins_on - timedelta(days=400 + 30 * WITH_ROLES.index(persona)))
    employment = PlannedEmployment(employer, registry.staff_number(employer, "staff"), [assignment])
    return PlannedPerson(0, Identity(persona.name, f"{persona.word}@demo.example", persona.roles), [employment])


def amina_began(calendar: Calendar) -> date:
    """Returns the first day of Amina's present work."""
    return calendar.anchor - timedelta(days=21)


def _amina(calendar: Calendar, registry: Registry) -> PlannedPerson:
    employer = EMPLOYERS_BY_SLUG["rivers-relief"]
    first = calendar.anchor - timedelta(days=488)
    season = Assignment(Job("north-river", "wash", "promoter", "volunteer"), first, first + timedelta(days=26))
    now = Assignment(Job("north-river", "wash", "promoter", "staff", works_with_children=True), amina_began(calendar))
    employment = PlannedEmployment(employer, registry.staff_number(employer, "staff"), [season, now])
    return PlannedPerson(0, Identity("Amina Yusuf", "amina@demo.example"), [employment], is_persona=True)


def _new_hire(calendar: Calendar) -> PlannedPerson:
    job = Job("north-river", "wash", "promoter", "volunteer", works_with_children=True)
    assignment = Assignment(job, calendar.anchor - timedelta(days=1))
    return PlannedPerson(
        0,
        Identity("Joseph Okello", None),
        [PlannedEmployment(EMPLOYERS_BY_SLUG["rivers-relief"], NEW_HIRE, [assignment])],
        is_persona=True,
    )


def amina_acts(rng: Random, calendar: Calendar, number: int, referral_modules: int) -> Iterator[Act]:
    """Yields her way: a season of work with two courses, then back, with three of six modules read so far.

    Safe referral is still valid and so is the brief of her sector, taken when she came back. Child safeguarding ran
    out while she was away and is overdue since a week, safe identification is under way, and what those
    who work with children must learn has not begun.
    """
    first = calendar.anchor - timedelta(days=488)
    earned = first + timedelta(days=5)
    yield Recognise(calendar.evening(earned), number, SAFEGUARDING, "rivers-relief", "session", earned, "north-river")
    quiz_on = first + timedelta(days=20)
    yield _read(calendar.morning(quiz_on - timedelta(days=2), rng), number, REFERRAL, referral_modules)
    yield TakeQuiz(calendar.afternoon(quiz_on, rng), number, REFERRAL, Outcome.PASSED, 14, 1)
    brief_on = amina_began(calendar) + timedelta(days=8)
    yield replace(_read(calendar.morning(brief_on, rng), number, BRIEFS, 1), sector="wash")
    yield TakeQuiz(calendar.afternoon(brief_on, rng), number, BRIEFS, Outcome.PASSED, 7, sector="wash")
    yield _read(calendar.morning(calendar.anchor - timedelta(days=6), rng), number, IDENTIFICATION, 2)
    yield _read(calendar.morning(calendar.anchor - timedelta(days=2), rng), number, IDENTIFICATION, 1)


def _read(begins: datetime, number: int, course: str, modules: int) -> Read:
    moments = tuple(begins + timedelta(minutes=11 * index) for index in range(1, modules + 1))
    return Read(moments[-1], number, course, moments)
