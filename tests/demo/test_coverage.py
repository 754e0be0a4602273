"""Coverage of the demonstration: a figure for every sector, and for each course of a sector with ten people or more."""

from collections import Counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.compliance.projection.models import PostInterval
from lms.coverage import queries
from lms.coverage.rules import Cell
from lms.demo.sign_ins import PASSWORD
from lms.kernel.days import ONE_DAY
from lms.kernel.db import reading, session
from lms.people.models import Sector
from tests.demo.conftest import ANCHOR
from tests.factories.people import sign_in

LAST = ANCHOR.replace(day=1) - ONE_DAY
"""The last month end of the demonstration. Later ones, until the day of the test, would show how it ages."""


def test_every_sector_and_course_of_ten_or_more_shows_a_figure(demonstration_context: Flask) -> None:
    sharing = {each.id for each in queries.list_sharing(None)}
    release = next(each for each in queries.list_releases(None) if each.on_day == LAST)
    figures = queries.load_figures([release.id])[release.id]
    counts: Counter[Cell] = Counter()
    for post in session.scalars(
        select(PostInterval).where(
            PostInterval.from_on <= release.on_day,
            PostInterval.through_on >= release.on_day,
            PostInterval.organisation_id.in_(sharing),
        )
    ):
        courses = [int(word.split(":")[0]) for word in post.courses.split()]
        counts.update(Cell(post.sector, course_id=course) for course in (*courses, *[None] * bool(courses)))
    assert {cell for cell in counts if cell.course_id is None} == {
        Cell(slug) for slug in session.scalars(select(Sector.slug))
    }
    assert all(count >= 10 for cell, count in counts.items() if cell.course_id is None)
    expected = {cell for cell, count in counts.items() if count >= 10}
    assert len(expected) > 30
    assert expected == {cell for cell in figures if cell.sector and cell.station_id is None}
    assert all(figures[cell].rate is not None for cell in expected)


def test_the_page_of_the_coordinator_shows_them(demonstration: Flask) -> None:
    client: FlaskClient = demonstration.test_client()
    sign_in(client, "karim@demo.example", PASSWORD)
    body = client.get(f"/compliance/coverage?as_of={LAST}").get_data(as_text=True)
    assert "Too few people match" not in body
    table = body[body.index("<table") : body.index("</table>")]
    assert table.count("about ") == 9
    assert "under 10" not in table
    with demonstration.app_context(), reading():
        assert len(queries.list_releases(None)) > 12
