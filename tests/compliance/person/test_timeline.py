"""A person's timeline: every day has the status that the rules give, and nothing follows a leaver's last day."""

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given, settings, strategies as st

from lms.compliance.person.history import load_person_page
from lms.compliance.person.timeline import TimelineRange, requirement_timelines
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.explain import sentence
from lms.compliance.status.facts import (
    AwardFact,
    Facts,
    PlacementFact,
    RequirementFact,
    RequirementVersionFact,
    by_person,
)
from lms.kernel.db import session
from lms.people.models import DutyStation
from tests.factories import people
from tests.factories.compliance import NOW, TODAY, a_course, a_person, earned, hr_of, required_course, revoked

pytestmark = pytest.mark.usefixtures("fixed_clock")

DAY = timedelta(days=1)
DAYS = st.dates(date(2024, 1, 1), date(2028, 12, 31))


@given(DAYS, st.integers(0, 2000), DAYS)
def test_positions_stay_within_the_range(first: date, length: int, day: date) -> None:
    shown = TimelineRange(first, first + length * DAY)
    begin, end = shown.positions(day, day + 30 * DAY)
    assert 0 <= begin <= end <= 100
    ticks = shown.ticks()
    assert ticks[0] == shown.first
    assert ticks[-1] <= shown.last
    assert ticks == sorted(ticks)


@settings(max_examples=40, deadline=None)
@given(st.lists(DAYS, max_size=4), DAYS, st.integers(0, 700))
def test_each_day_has_the_status_of_the_rules(earned_on: list[date], start: date, length: int) -> None:
    facts = Facts(
        placements=[PlacementFact(1, 1, 1, "wash", "driver", "staff", False, start, start + length * DAY, NOW)],
        requirements=[RequirementFact(1, 1, 1, False, (RequirementVersionFact(start, None, 14, 60, 10, NOW),))],
        awards=[AwardFact(number, 1, 1, None, 1, day, day + 364 * DAY, NOW) for number, day in enumerate(earned_on)],
    )
    shown = TimelineRange(start - 10 * DAY, start + (length + 10) * DAY)
    (timeline,) = requirement_timelines(facts, shown)
    person = by_person(facts)[1]
    assert timeline.periods[0].from_on == shown.first
    assert timeline.periods[-1].through_on == shown.last
    for before, after in zip(timeline.periods, timeline.periods[1:], strict=False):
        assert before.through_on + DAY == after.from_on
    for number in range(0, (shown.last - shown.first).days + 1, 7):
        day = shown.first + number * DAY
        period = timeline.on(day)
        assert period is not None
        expected = Obligation(person, 1, facts.requirements[0], facts.gap_days).on(day)
        assert (period.status, period.sentence) == (expected.status, sentence(expected.reason))


def test_a_leaver_is_seen_up_to_the_last_day(app_context: Flask) -> None:
    people.sectors()
    here, station = people.organisation(), people.station()
    course = a_course()
    required_course(here.id, course)
    gone = a_person("Gone", here.id, "W-9", station.id, through_on=TODAY - 60 * DAY)
    award = earned(gone, course, TODAY - 90 * DAY)
    revoked(award, TODAY - 10 * DAY)
    earned(gone, course, TODAY - 30 * DAY)
    page = load_person_page(hr_of(here.id), gone.id, TODAY - 61 * DAY, TODAY, "en")
    assert page.left_on == TODAY - 60 * DAY == page.shown.last
    events = [event for _year, some in page.years for event in some]
    assert max(event.on for event in events) <= page.left_on
    assert [row.sentence for row in page.statuses if "Revoked" in row.sentence] == []
    assert [event.kind for event in events if event.kind == "revocation"] == []
    # For somebody who comes back, what happened in between is shown too.
    where = session.get_one(DutyStation, station.id)
    people.placed(page.employments[0], where, from_on=TODAY - 5 * DAY)
    again = load_person_page(hr_of(here.id), gone.id, TODAY, TODAY, "en")
    assert again.left_on is None
    kinds = {event.kind for _year, some in again.years for event in some}
    assert {"placement_start", "placement_end", "status", "award", "revocation", "version"} <= kinds
