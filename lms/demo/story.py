"""The whole story: 600 people in three organisations over eighteen months, the same for the same day. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from random import Random

from lms.demo.acts import Act, Demand, Signpost, Story, list_of
from lms.demo.cast import make_cast, what_amina_did
from lms.demo.days import Calendar
from lms.demo.diligence import SHORTER_SINCE, Learner, Shape
from lms.demo.lives import Life, Registry, career, invent_lives
from lms.demo.offices import what_hr_does, who_is_exempt
from lms.demo.places import (
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
    REVISED_PATHWAY,
    SAFEGUARDING,
    SHORTER_AT,
    SHORTER_BECAUSE,
    SHORTER_DUE_DAYS,
    WITH_CHILDREN,
)
from lms.demo.voluntary import learn_more

SEED = 2026
PEOPLE = 600


def tell(anchor: date, shapes: Mapping[str, Shape], seed: int = SEED) -> Story:
    """Tells the story that leads up to a day; the same arguments give the same story.

    `shapes` gives for each course how many modules somebody takes and how long its awards last. All acts lie before the
    anchor day, the earliest first.
    """
    chance, calendar = Random(seed), Calendar(anchor)
    registry = Registry(chance)
    lives = invent_lives(chance, calendar, registry, make_cast(calendar, registry), PEOPLE)
    acts: list[Act | Demand | Signpost] = [*_demands(calendar), *_signposts(calendar)]
    exemptions = who_is_exempt(chance, calendar, lives)
    acts += exemptions
    for life in lives:
        acts += career(chance, calendar, life)
    learned = [act for life in lives for act in _learning(chance, calendar, shapes, life)]
    acts += learned
    acts += learn_more(Random(seed), calendar, shapes, lives)
    acts += what_hr_does(chance, calendar, lives, learned)
    told = [act for act in acts if act.at <= calendar.last_at]

    def order(act: Act | Demand | Signpost) -> tuple[datetime, tuple[object, ...]]:
        # Those on one list stand together; otherwise, of two acts of one moment, the one told first comes first.
        return act.at, list_of(act) or ()

    return Story(anchor, seed, calendar.begins_at, tuple(sorted(told, key=order)), len(lives))


def _learning(chance: Random, calendar: Calendar, shapes: Mapping[str, Shape], life: Life) -> Iterator[Act]:
    if not life.scripted:
        yield from Learner(chance, calendar, shapes, life).acts()
    elif life.identity.email is not None:
        yield from what_amina_did(chance, calendar, life.number, shapes[REFERRAL].modules)


def _demands(calendar: Calendar) -> Iterator[Demand]:
    def first(organisation: str | None, course: str, grace_days: int, reason: str) -> Demand:
        return Demand(
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
    yield Demand(
        calendar.evening(changed - timedelta(days=6)), SHORTER_AT, SAFEGUARDING, changed, SHORTER_DUE_DAYS,
        0, False, SHORTER_BECAUSE, changes=True,
    )  # fmt: skip


def _signposts(calendar: Calendar) -> Iterator[Signpost]:
    """Yields the pathways: one is overdue for review, one was changed lately, one station has none."""
    for index, (station, contacts) in enumerate(PATHWAYS.items()):
        overdue = station == OVERDUE_PATHWAY
        verified = calendar.anchor - timedelta(days=330 if overdue else 70 + 9 * index)
        review = calendar.anchor - timedelta(days=12) if overdue else verified + timedelta(days=180)
        at = calendar.evening(verified + timedelta(days=1))
        if station == REVISED_PATHWAY:
            before = ({**contacts[0], "phone": "+999 20 555 0100"}, *contacts[1:])
            yield Signpost(at, station, before, "", verified, review, "")
            verified = calendar.anchor - timedelta(days=5)
            at, review = calendar.evening(verified), verified + timedelta(days=180)
            change = "The night telephone has a new number."
            yield Signpost(at, station, contacts, "The form lies in the office.", verified, review, change)
        else:
            yield Signpost(at, station, contacts, "", verified, review, "")
