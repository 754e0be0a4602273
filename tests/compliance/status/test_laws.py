"""The laws of status, over random small worlds, and the comparison with a second opinion."""

from collections import Counter
from copy import deepcopy
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from random import Random

from hypothesis import HealthCheck, given, settings, strategies as st

from lms.certification.awards.rules import Period, award_dates
from lms.compliance.calculator.calculate import explain, facts_of
from lms.compliance.report.counts import StatusCounts
from lms.compliance.status.definitions import GROUPS, SEVERITY, StatusGroup, TrainingStatus, overall
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.explain import sentence
from lms.compliance.status.facts import Facts, Id, by_person, known
from tests.compliance.status import reference
from tests.compliance.status.strategies import (
    ASKED_DAYS,
    AWARDS,
    DAYS,
    FIRST,
    LATER,
    PROGRESS,
    RECORDED,
    SPAN,
    VERSIONS,
    WORLDS,
    Json,
    day_at,
)
from tests.examples import examples

ONE_DAY = timedelta(days=1)
EVERY_DAY = [FIRST + timedelta(days=offset) for offset in range(-5, SPAN + LATER)]
HELD = (TrainingStatus.VALID, TrainingStatus.EXPIRING)
WORDS = {status.value for status in TrainingStatus}

laws = settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
compared = settings(max_examples=examples(500), deadline=None, suppress_health_check=[HealthCheck.too_slow])


def obligations(facts: Facts) -> dict[tuple[Id, Id, Id], Obligation]:
    seen = known(facts)
    return {
        (person, organisation, requirement.id): Obligation(one, organisation, requirement, seen.gap_days)
        for person, one in by_person(seen).items()
        for organisation in {placement.organisation for placement in one.placements}
        for requirement in seen.requirements
        if requirement.applies_in(organisation)
    }


def calendar(document: Json) -> dict[tuple[Id, Id, Id], list[ExplainedStatus]]:
    """Everybody's statuses on every day."""
    return {key: [one.on(day) for day in EVERY_DAY] for key, one in obligations(facts_of(document)).items()}


def told(one: ExplainedStatus) -> tuple[object, ...]:
    """What a report shows of a status, with its reason."""
    return one.status, one.reason, one.due_on, one.valid_through, one.award


@compared
@given(WORLDS, st.lists(ASKED_DAYS, min_size=6, max_size=6), st.one_of(st.none(), DAYS))
def test_the_calculator_agrees_with_the_second_opinion(world: Json, days: list[date], known_on: date | None) -> None:
    facts = facts_of(world)
    moment = None if known_on is None else datetime.combine(known_on, time.max, UTC)
    for day in days:
        answer = explain(facts, day, moment)
        rows = [{key: row[key] for key in row if key != "reason"} for row in answer["statuses"]]
        assert (rows, answer["overall"]) == reference.explain(world, day, known_on)


@laws
@given(WORLDS)
def test_every_day_agrees_with_the_second_opinion(world: Json) -> None:
    """The change days themselves are where mistakes hide, so whole calendars are compared too."""
    for (person, organisation, requirement), explained in calendar(world).items():
        described = next(each for each in world["requirements"] if each["id"] == requirement)
        other = reference.Reference(world, str(person), str(organisation), described, None)
        for day, one in zip(EVERY_DAY, explained, strict=True):
            mine = (one.status.value, one.due_on, one.valid_through, one.award)
            assert (day, mine) == (day, other.status(day))


@laws
@given(WORLDS)
def test_a_status_is_constant_between_its_change_days(world: Json) -> None:
    for one in obligations(facts_of(world)).values():
        changes = set(one.change_days())
        assert sorted(changes) == one.change_days()
        for before, day in pairwise(EVERY_DAY):
            if day not in changes:
                assert told(one.on(before)) == told(one.on(day))


@laws
@given(WORLDS, ASKED_DAYS)
def test_the_statuses_partition_people_requirements_and_days(world: Json, day: date) -> None:
    answer = explain(facts_of(world), day)
    rows = Counter((row["person"], row["organisation"], row["requirement"]) for row in answer["statuses"])
    posts = {
        (placement["person"], placement["organisation"])
        for placement in world["placements"]
        if placement["retracted_at"] is None
    }
    assert rows == Counter(
        (person, organisation, requirement["id"])
        for person, organisation in posts
        for requirement in world["requirements"]
        if requirement["organisation"] in (None, organisation)
    )
    assert {row["status"] for row in answer["statuses"]} <= WORDS
    assert answer["statuses"] == sorted(
        answer["statuses"], key=lambda row: (row["person"], row["organisation"], row["requirement"])
    )


@laws
@given(WORLDS, AWARDS)
def test_adding_an_award_never_makes_a_valid_day_invalid(world: Json, award: Json) -> None:
    before = calendar(world)
    after = calendar({**world, "awards": [*world["awards"], {**award, "id": "b1"}]})
    for key, explained in before.items():
        for old, new in zip(explained, after[key], strict=True):
            if old.status in HELD:
                assert new.status in HELD
                assert old.valid_through is not None
                assert new.valid_through is not None
                assert new.valid_through >= old.valid_through
            if old.status.group is StatusGroup.COMPLIANT:
                assert new.status.group is StatusGroup.COMPLIANT


@laws
@given(WORLDS, VERSIONS)
def test_a_version_effective_later_changes_nothing_earlier(world: Json, version: Json) -> None:
    later = deepcopy(world)
    later["requirements"][0]["versions"].append(version)
    before, after = calendar(world), calendar(later)
    days = [place for place, day in enumerate(EVERY_DAY) if day.isoformat() < version["effective_from"]]
    assert all(told(before[key][place]) == told(after[key][place]) for key in before for place in days)


@laws
@given(WORLDS, DAYS, st.integers(1, 80))
def test_renewing_inside_the_window_never_shortens_validity(world: Json, day: date, length: int) -> None:
    """A renewal dated by the windows of the status keeps every valid day and adds its whole period."""
    period = Period(days=length)
    for (person, _, _), one in obligations(facts_of(world)).items():
        for award in known(facts_of(world)).awards:
            explained = one.on(day)
            if award.person != person or explained.award != award.id or explained.status not in HELD:
                continue
            windows = one.windows(award)
            is_open = any(window.is_open_on(day) for window in windows)
            assert is_open == (explained.status is TrainingStatus.EXPIRING)
            dates = award_dates(day, period, old_until=award.valid_until, windows=windows)
            assert dates.valid_until >= award.valid_until
            assert explained.valid_through is not None
            if is_open:
                assert dates.valid_until >= explained.valid_through + length * ONE_DAY


@laws
@given(WORLDS, st.lists(RECORDED, min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_recording_awards_changes_nothing(world: Json, moments: list[str], shuffling: Random) -> None:
    other = deepcopy(world)
    for award, moment in zip(other["awards"], moments, strict=False):
        award["recorded_at"] = moment
    for section in ("awards", "revocations", "exemptions", "progress", "placements"):
        shuffling.shuffle(other[section])
    shuffled = {key: [*map(told, explained)] for key, explained in calendar(other).items()}
    assert shuffled == {key: [*map(told, explained)] for key, explained in calendar(world).items()}


@laws
@given(WORLDS, DAYS, AWARDS, PROGRESS)
def test_what_is_recorded_later_changes_nothing_known_before(
    world: Json, known_on: date, award: Json, made: Json
) -> None:
    late = f"{day_at(SPAN + 1)}T00:00:00Z"
    other = deepcopy(world)
    other["awards"].append({**award, "id": "b1", "supersedes": "a0" if world["awards"] else None})
    other["awards"][-1]["recorded_at"] = late
    other["progress"].append({**made, "recorded_at": late})
    other["placements"][0]["retracted_at"] = other["placements"][0]["retracted_at"] or late
    moment = datetime.combine(known_on, time.max, UTC)
    day = known_on + 7 * ONE_DAY
    assert explain(facts_of(other), day, moment) == explain(facts_of(world), day, moment)


@laws
@given(WORLDS, ASKED_DAYS)
def test_the_overall_status_is_the_worst_of_its_parts(world: Json, day: date) -> None:
    answer = explain(facts_of(world), day)
    for row in answer["overall"]:
        parts = [
            TrainingStatus(part["status"])
            for part in answer["statuses"]
            if (part["person"], part["organisation"]) == (row["person"], row["organisation"])
        ]
        worst = TrainingStatus(row["status"])
        assert worst == overall(parts)
        assert all(SEVERITY[worst] <= SEVERITY[part] for part in parts)
        assert worst in parts or (not parts and worst is TrainingStatus.NOT_REQUIRED)


@laws
@given(WORLDS)
def test_every_reason_is_complete(world: Json) -> None:
    for explained in calendar(world).values():
        for one in dict.fromkeys(explained):
            assert one.reason.status is one.status
            said = sentence(one.reason)
            assert said.endswith(".")
            assert "{" not in said
            assert (one.due_on is not None) == (
                one.status in (TrainingStatus.OVERDUE, TrainingStatus.NOT_STARTED, TrainingStatus.IN_PROGRESS)
            )
            assert (one.award is None) == (one.valid_through is None)


@given(st.lists(st.sampled_from(TrainingStatus)))
def test_the_rate_counts_those_who_are_asked(statuses: list[TrainingStatus]) -> None:
    required = [status for status in statuses if status is not TrainingStatus.NOT_REQUIRED]
    share = StatusCounts.added(Counter(statuses)).rate
    assert (share is None) == (not required)
    if share is not None:
        assert share * len(required) == sum(GROUPS[status] is StatusGroup.COMPLIANT for status in required)
