"""The filters of a report: one predicate, in Python and in SQL."""

from datetime import UTC, date, datetime
from itertools import product
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.compliance.projection import read
from lms.compliance.projection.models import PostInterval
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.facts import PlacementFact
from lms.kernel.db import session

CHOICES = {
    "station": (None, 1, 2),
    "sector": (None, "wash", "health"),
    "role": (None, "promoter"),
    "contract": (None, "staff"),
    "works_with_children": (None, True, False),
}


def rows() -> list[dict[str, Any]]:
    return [
        {
            "person_id": number,
            "organisation_id": 1,
            "from_on": date(2026, 1, 1),
            "through_on": date.max,
            "station_id": station,
            "sector": sector,
            "role": role,
            "contract": contract,
            "works_with_children": children,
            "overall": 0,
            "courses": "",
            "urgent_on": date.max,
            "lapses_on": None,
        }
        for number, (station, sector, role, contract, children) in enumerate(
            product((1, 2), ("wash", "health"), ("promoter", "driver"), ("staff", "volunteer"), (True, False)), 1
        )
    ]


def placement_of(row: dict[str, Any]) -> PlacementFact:
    return PlacementFact(
        person=row["person_id"],
        organisation=row["organisation_id"],
        station=row["station_id"],
        sector=row["sector"],
        role=row["role"],
        contract=row["contract"],
        works_with_children=row["works_with_children"],
        from_on=row["from_on"],
        through_on=None,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_the_predicate_is_the_same_in_python_and_in_sql(app_context: Flask) -> None:
    session.add_all(PostInterval(**row) for row in rows())
    session.flush()
    for chosen in product(*CHOICES.values()):
        filters = Filters(**dict(zip(CHOICES, chosen, strict=True)))
        found = session.scalars(select(PostInterval.person_id).where(*read.filter_conditions([1], filters)))
        assert set(found) == {row["person_id"] for row in rows() if filters.match(placement_of(row))}, filters
