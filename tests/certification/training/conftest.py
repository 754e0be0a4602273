"""What the tests of pages about in-person sessions share."""

import pytest
from flask import Flask
from sqlalchemy import select

from lms.kernel.actor import Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.certification import world
from tests.factories import people
from tests.factories.people import make_small_organisation


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:
    """The small organisation with Hill Aid beside it, whose HR is Omar, a course, and a brief by sector."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = (session.scalars(select(Organisation)).one(), session.scalars(select(DutyStation)).one())
        there = people.organisation("hill-aid")
        omar = people.person("Omar Said", "omar@demo.example")
        people.placed(people.employed(omar, there, "H-1"), station, "health")
        people.account(omar, Role.HR, at=there)
        course = world.course(validity="P2Y", renewal="P60D")
        brief = world.course("brief", validity="P1Y", per_sector=True, title="Sector brief", code="CP-BR")
        return {
            "here": here.id, "there": there.id, "station": station.id, "course": course.course_id,
            "brief": brief.course_id,
        }  # fmt: skip
