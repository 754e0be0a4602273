"""Generates the demonstration: 600 people in three organisations over eighteen months. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random

from lms.demo.acts import Act, AddOrganisation, AddStation, PublishPathway, Recognise, Require
from tools.demonstration.days import Calendar
from tools.demonstration.hr import hr_acts, plan_exemptions
from tools.demonstration.people import PlannedPerson, Registry, employment_acts, plan_people
from tools.demonstration.personae import amina_acts, plan_personae
from tools.demonstration.settings import (
    BRIEF_BECAUSE,
    BRIEFS,
    CHILDREN_BECAUSE,
    COMMUNICATION,
    COMMUNICATION_BECAUSE,
    DUE_DAYS,
    EMPLOYERS,
    EVERYBODY_BECAUSE,
    FIRST_AID,
    IDENTIFICATION,
    OVERDUE_PATHWAY,
    OWN_BECAUSE,
    PATHWAYS,
    REFERRAL,
    REVISED_BY,
    REVISED_PATHWAY,
    SAFEGUARDING,
    SHORTER_AT,
    SHORTER_BECAUSE,
    SHORTER_DUE_DAYS,
    STATIONS,
    WITH_CHILDREN,
)
from tools.demonstration.training import SHORTER_SINCE, CourseFacts, TrainingPlan
from tools.demonstration.voluntary import voluntary_acts

SEED = 2026
PEOPLE = 600
ANCHOR = date(2026, 11, 22)
"""The anchor day for which the data file is generated; it is loaded for any other."""


def generate_acts(anchor: date, courses: Mapping[str, CourseFacts], seed: int = SEED) -> list[Act]:
    """Generates the acts that lead up to a day, the earliest first; the same arguments give the same acts.

    `courses` gives for each course how many modules somebody takes and how long its awards last. All acts lie
    before the anchor day.
    """
    rng, calendar = Random(seed), Calendar(anchor)
    registry = Registry(rng)
    people = plan_people(rng, calendar, registry, plan_personae(calendar, registry), PEOPLE)
    acts: list[Act] = [*_places(calendar), *_requirements(calendar), *_pathways(calendar)]
    acts += plan_exemptions(rng, calendar, people)
    for person in people:
        acts += employment_acts(rng, calendar, person)
    learned = [act for person in people for act in _learning(rng, calendar, courses, person)]
    acts += learned
    acts += voluntary_acts(Random(seed), calendar, courses, people)
    acts += hr_acts(rng, calendar, people, learned)
    return sorted((act for act in acts if act.at <= calendar.last_at), key=_order)


def _order(act: Act) -> tuple[datetime, tuple[str, ...]]:
    """Returns what acts are sorted by: those entered as one list come together, others of one moment as generated."""
    if isinstance(act, Recognise):
        return act.at, (act.organisation, act.course, act.sector or "", act.how)
    return act.at, ()


def _learning(
    rng: Random, calendar: Calendar, courses: Mapping[str, CourseFacts], person: PlannedPerson
) -> Iterator[Act]:
    if not person.is_persona:
        yield from TrainingPlan(rng, calendar, courses, person).acts()
    elif person.identity.email is not None:
        yield from amina_acts(rng, calendar, person.number, courses[REFERRAL].modules)


def _places(calendar: Calendar) -> Iterator[Act]:
    for station in STATIONS:
        yield AddStation(calendar.begins_at, station.slug, station.name, station.country, station.time_zone)
    for employer in EMPLOYERS:
        yield AddOrganisation(
            calendar.begins_at, employer.slug, employer.name, employer.initials, employer.time_zone,
            employer.shares_coverage,
        )  # fmt: skip


def _requirements(calendar: Calendar) -> Iterator[Require]:
    def first(organisation: str | None, course: str, grace_days: int, reason: str) -> Require:
        return Require(
            calendar.decided_at(course), organisation, course, calendar.required_since(course), DUE_DAYS[course],
            grace_days, course in WITH_CHILDREN, reason,
        )  # fmt: skip

    yield first(None, IDENTIFICATION, 0, EVERYBODY_BECAUSE)
    yield first(None, BRIEFS, 0, BRIEF_BECAUSE)
    for employer in EMPLOYERS:
        yield first(employer.slug, REFERRAL, employer.grace_days, OWN_BECAUSE)
        yield first(employer.slug, SAFEGUARDING, employer.grace_days, OWN_BECAUSE)
        yield first(employer.slug, FIRST_AID, employer.grace_days, CHILDREN_BECAUSE)
        yield first(employer.slug, COMMUNICATION, employer.grace_days, COMMUNICATION_BECAUSE)
    changed = calendar.anchor - timedelta(days=SHORTER_SINCE)
    yield Require(
        calendar.evening(changed - timedelta(days=6)), SHORTER_AT, SAFEGUARDING, changed, SHORTER_DUE_DAYS,
        0, False, SHORTER_BECAUSE, changes=True,
    )  # fmt: skip


def _pathways(calendar: Calendar) -> Iterator[PublishPathway]:
    """Yields the pathways: one is overdue for review, one was changed lately, one station has none."""
    for index, (station, contacts) in enumerate(PATHWAYS.items()):
        overdue = station == OVERDUE_PATHWAY
        verified = calendar.anchor - timedelta(days=330 if overdue else 70 + 9 * index)
        review = calendar.anchor - timedelta(days=12) if overdue else verified + timedelta(days=180)
        at = calendar.evening(verified + timedelta(days=1))
        if station == REVISED_PATHWAY:
            before = ({**contacts[0], "phone": "+999 20 555 0100"}, *contacts[1:])
            yield PublishPathway(at, station, before, verified, review)
            verified = calendar.anchor - timedelta(days=5)
            at, review = calendar.evening(verified), verified + timedelta(days=180)
            change = "The night telephone has a new number."
            yield PublishPathway(
                at, station, contacts, verified, review, "The form lies in the office.", change, REVISED_BY
            )
        else:
            yield PublishPathway(at, station, contacts, verified, review)
