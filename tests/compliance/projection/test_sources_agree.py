"""Three paths, one answer: the facts evaluated post by post, the intervals, and the count tables, compacted or not."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from itertools import combinations
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given, settings, strategies as st

from lms.compliance.calculator.calculate import facts_of
from lms.compliance.projection.counts import deltas as count_deltas
from lms.compliance.projection.counts.snapshots import has_deltas
from lms.compliance.projection.post_lists import PostSelection, count_listed, list_changed
from lms.compliance.projection.read import count_required_on, sample_of
from lms.compliance.projection.update import refresh
from lms.compliance.projection.verify import verify
from lms.compliance.report.count_backends import FactsCounts, IntervalCounts, SnapshotCounts
from lms.compliance.report.counts import CountBackend, DayCounts
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import Post, posts_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.compliance.status.facts import known
from lms.compliance.status.intervals import overall_intervals
from lms.kernel import db as database
from tests.compliance.status.reference import Json
from tests.compliance.status.strategies import ASKED_DAYS, FIRST, LATER, SPAN, WORLDS
from tests.factories import people
from tests.factories.compliance import a_course, a_person, required_course
from tests.factories.population_counts import PopulationCounts
from tests.factories.stored_facts import storable, store

EVERY_DAY = [FIRST + timedelta(days=offset) for offset in range(-5, SPAN + LATER)]
TODAY = FIRST + timedelta(days=SPAN)
LATE = frozenset(each for each in TrainingStatus if each.group is StatusGroup.LATE)
laws = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
on_databases = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


@laws
@given(WORLDS)
def test_intervals_say_what_the_rules_say_on_every_day(world: Json) -> None:
    for post in posts_of(known(facts_of(world))):
        required = [(applied, applied.intervals()) for applied in post.obligations]
        whole = overall_intervals(post.placements, [(one.requirement.course, each) for one, each in required])
        for day in EVERY_DAY:
            for applied, intervals in required:
                here = [each for each in intervals if each.from_on <= day <= each.through_on]
                said = applied.on(day)
                expected = (said.status, said.due_on, said.valid_through, said.award)
                assert [each[2:] for each in here] == ([expected] if said.status.group else [])
            placement = post.placement_on(day)
            over = [each for each in whole if each.from_on <= day <= each.through_on]
            assert [each.placement for each in over] == ([] if placement is None else [placement])
            if over:
                statuses = [explained.status for _, explained in post.required_on(day)]
                assert over[0].overall is overall(statuses)


@laws
@given(WORLDS)
def test_a_post_lapses_on_the_first_day_it_does_not_comply_any_more(world: Json) -> None:
    for post in posts_of(known(facts_of(world))):
        overalls = {
            day: overall(e.status for _, e in post.required_on(day))
            for day in EVERY_DAY
            if post.placement_on(day) is not None
        }
        for day, status in overalls.items():
            lapse = post.lapses_on(day)
            if status.group is not StatusGroup.COMPLIANT:
                assert lapse is None
                continue
            expected, ahead = None, day
            while (ahead := ahead + timedelta(days=1)) in overalls:
                group = overalls[ahead].group
                if group is not StatusGroup.COMPLIANT:
                    expected = ahead if group is not None else None
                    break
            assert lapse == expected or (lapse is not None and expected is None and lapse > EVERY_DAY[-1])


def plain(counts: DayCounts) -> Any:
    return {sector: found for sector, each in counts.overall.items() if (found := +Counter(each))}


def counted(backend: CountBackend, days: list[date]) -> Any:
    """What a counting says of days, without zeros: the first in full, then the figures of each."""
    first, totals = backend.on(days[0]), backend.totals_on(days)
    assert first.total == totals[days[0]]
    cells = {key: found for key, each in first.cells.items() if (found := +Counter(each))}
    return plain(first), cells, dict(first.lapsing), dict(totals)


def shown_on(post: Post, day: date) -> Any:
    """What a report says of a post on a day."""
    required = [(each.status, each.award, each.valid_through) for _, each in post.required_on(day)]
    return post.placement_on(day), required


@on_databases
@given(
    world=WORLDS,
    days=st.lists(ASKED_DAYS, min_size=4, max_size=4),
    compacted=st.sampled_from(("no", "half", "whole")),
    pick=st.integers(0, 7),
)
def test_the_three_paths_agree(app_context: Flask, world: Json, days: list[date], compacted: str, pick: int) -> None:
    document = storable(world)
    try:
        stored = store(document)
        persons = sorted(stored.persons.values())
        half = persons[: len(persons) // 2]
        refresh(half)
        if compacted == "half":
            count_deltas.compact(TODAY)
        refresh(persons)
        if compacted == "whole":
            while has_deltas():
                count_deltas.compact(TODAY - timedelta(days=400))
            count_deltas.compact(TODAY)
        organisations = sorted(stored.organisations.values())
        population = list(posts_of(load_facts(Scope(frozenset(organisations))).facts))
        course = next(iter(stored.courses.values()), None) if pick & 1 else None
        sector = "wash" if pick & 2 else None
        whole = Filters(course=course, sector=sector)
        exact = counted(PopulationCounts(population, whole), days)
        assert counted(SnapshotCounts(organisations, whole, stored.courses.values()), days) == exact
        assert counted(IntervalCounts(organisations, whole), days) == exact
        assert counted(FactsCounts(organisations, whole, None), days) == exact
        for day, figures in SnapshotCounts(organisations, whole, ()).totals_on(days).items():
            for expected in (None, LATE):
                listed = count_listed(PostSelection(organisations, whole, day, expected, None))
                assert listed == sum(
                    count for each, count in figures.by_status.items() if expected is None or each in expected
                )
        station = next(iter(stored.stations.values()), None)
        narrow = Filters(
            course=course,
            sector=sector,
            station=station,
            contract="staff" if pick & 4 else None,
            works_with_children=True if pick & 2 else None,
        )
        exact = counted(PopulationCounts(population, narrow), days)
        assert counted(IntervalCounts(organisations, narrow), days) == exact
        assert counted(FactsCounts(organisations, narrow, None), days) == exact
        for first, second in combinations(sorted(days), 2):
            changed = {int(post.person) for post in population if shown_on(post, first) != shown_on(post, second)}
            assert changed <= set(list_changed(organisations, first, second))
        moment = datetime.combine(days[1], time.max, UTC)
        then = list(posts_of(load_facts(Scope(frozenset(organisations)), moment).facts))
        exact = counted(PopulationCounts(then, narrow), days)
        assert counted(FactsCounts(organisations, narrow, moment), days) == exact
        assert verify().clean
    finally:
        database.rollback()


@on_databases
@given(world=WORLDS)
def test_preparing_twice_changes_nothing(app_context: Flask, world: Json) -> None:
    try:
        persons = list(store(storable(world)).persons.values())
        refresh(persons)
        assert refresh(persons) == 0
    finally:
        database.rollback()


def test_a_sample_is_spread_and_everybody_in_a_small_organisation(app_context: Flask) -> None:
    here = people.organisation()
    for number in range(60):
        people.employed(people.person(f"Person {number}"), here, f"S-{number}")
    assert sample_of({here.id}, 60, 10) == (None, 60)
    some, total = sample_of({here.id}, 50, 10)
    assert total == 60
    assert some is not None
    assert 9 <= len(some) <= 11
    assert max(some) - min(some) >= 45


def test_what_is_required_is_counted_from_what_is_prepared(app_context: Flask) -> None:
    here, station, course_id = people.organisation(), people.station(), a_course()
    people.sectors()
    requirement = required_course(here.id, course_id)
    persons = [a_person(f"Person {number}", here.id, f"S-{number}", station.id).id for number in range(3)]
    refresh(persons)
    assert count_required_on({here.id}, date(2026, 6, 1)) == {requirement.id: 3}
    assert count_required_on({here.id}, date(2025, 6, 1)) == {}
