"""An installation in which many people share their counts, on 22 November 2026."""

from collections.abc import Iterator
from functools import partial

import pytest
from flask import Flask

from lms.compliance.projection.rebuild import rebuild
from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.compliance import NOW, a_course, required_course
from tests.factories.crowd import crowd
from tests.factories.people import make_small_organisation
from tests.factories.remembered import remembered


def add_people(slug: str, many: int, first_number: int) -> None:
    here = session.query(Organisation).filter_by(slug=slug).one()
    stations = session.query(DutyStation).order_by(DutyStation.id).all()
    courses = [a_course("first"), a_course("second")]
    crowd(here, stations, courses, people=many, requirement_ids=[1], seed=many, first_number=first_number)


@pytest.fixture
def shared(app: Flask) -> Iterator[Flask]:
    """Three hundred people of Rivers Relief, which shares, and a hundred of Hill Aid, which does not."""
    with clock.using(FixedClock(NOW)):
        remembered(app, "two organisations that share", partial(record_two_organisations, app))
        yield app


def record_two_organisations(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            session.query(Organisation).one().shares_coverage = True
            people.organisation("hill-aid")
            people.station("hill-camp")
            required_course(None, a_course("first"))
            required_course(None, a_course("second"))
            add_people("rivers-relief", 300, 0)
            add_people("hill-aid", 100, 10_000)
        rebuild()
