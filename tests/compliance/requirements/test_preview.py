"""The effect of a requirement before it is recorded: the same from stored statuses and facts, and it comes true."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask

from lms.compliance.projection.update import begin
from lms.compliance.requirements import operations
from lms.compliance.requirements.models import Requirement
from lms.compliance.requirements.operations import Terms
from lms.compliance.requirements.preview import Preview, preview
from lms.kernel.db import reading, session, unit_of_work
from tests.factories import people
from tests.factories.compliance import TODAY, a_course, a_person, earned, hr_of, required_course, revoked

pytestmark = pytest.mark.usefixtures("fixed_clock")

WASH = Terms(due_days=0, match={"sectors": ["wash"]})
SHAPES = (WASH, Terms(due_days=400), Terms(due_days=0, grace_days=400), Terms(due_days=14, max_age="P1M"))


@pytest.fixture
def recorded(app: Flask) -> Flask:
    """Twelve people of two sectors and two organisations with and without two courses, one of which is required."""
    with app.app_context(), unit_of_work():
        people.sectors()
        here, there, where = people.organisation(), people.organisation("hill-aid"), people.station()
        first, second = a_course(), a_course("safe-referral")
        for number in range(12):
            at, sector = (there if number == 11 else here), ("wash", "health")[number % 2]
            who = a_person(f"Person {number}", at.id, f"P-{number}", where.id, sector)
            for course in (first, second)[: number % 3]:
                award = earned(
                    who, course, TODAY - timedelta(days=40 * number), TODAY + timedelta(days=50 * number - 60)
                )
                if number == 5:
                    revoked(award, TODAY)
        required_course(here.id, first)
    return app


def look(requirement_id: int | None, terms: Terms, course_slug: str = "safe-referral") -> Preview:
    with reading():
        known = session.get_one(Requirement, requirement_id) if requirement_id else None
        asked = known or Requirement(organisation_id=1, course_id=a_course(course_slug))
        return preview(hr_of(1), asked, TODAY, terms)


def test_stored_statuses_and_facts_say_the_same(recorded: Flask) -> None:
    with recorded.app_context():
        cases = [(number, terms) for number in (None, 1) for terms in SHAPES]
        stored = [look(*case) for case in cases]
        with unit_of_work():
            begin(None, "inputs")
        assert stored == [look(*case) for case in cases]
        assert len({each.total for each in stored}) > 3, "the requirements do not differ: this has tested nothing"


@pytest.mark.parametrize("terms", SHAPES)
def test_what_a_preview_says_comes_true(recorded: Flask, terms: Terms) -> None:
    with recorded.app_context():
        said = look(None, terms)
        with unit_of_work():
            new = operations.make_requirement(
                hr_of(1), organisation_id=1, course_id=a_course("safe-referral"), effective_from=TODAY, terms=terms,
                reason="Agreed",
            )  # fmt: skip
            number = new.id
        afterwards = look(number, replace(terms, window_days=61))
        assert afterwards.total.rate_before == said.total.rate_after
        assert {name: each.rate_before for name, each in afterwards.sectors.items()} == {
            name: each.rate_after for name, each in said.sectors.items()
        }
