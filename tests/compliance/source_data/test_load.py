"""Facts from the database give the same statuses as the calculator gives from the file: vectors and worlds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select

from lms.assessment.models import Attempt
from lms.compliance.calculator.calculate import explain, facts_of
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import posts_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.explain import sentence
from lms.compliance.status.facts import Facts
from lms.kernel import db as database
from lms.kernel.db import session
from tests.compliance.status.strategies import ASKED_DAYS, DAYS, WORLDS
from tests.compliance.status.test_rules import VECTORS, ask
from tests.factories.stored_facts import Json, Stored, document_of, storable, store

ONE_DAY = timedelta(days=1)
on_databases = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def by_calculator(document: Json, day: date, moment: datetime | None) -> dict[Any, Any]:
    """Statuses by person, organisation and requirement, of what is required."""
    rows = explain(facts_of(document), day, moment)["statuses"]
    return {
        (row["person"], row["organisation"], row["requirement"]): (
            row["status"],
            row["due_on"],
            row["valid_through"],
            row["award"],
            row["reason"]["sentence"],
        )
        for row in rows
        if row["status"] != "not_required"
    }


def by_database(stored: Stored, document: Json, day: date, moment: datetime | None) -> dict[Any, Any]:
    facts = replace(load_facts(Scope(), moment).facts, gap_days=document["settings"]["gap_days"])
    return {
        (
            stored.word("persons", post.person),
            stored.word("organisations", post.organisation),
            stored.word("requirements", applied.requirement.id),
        ): (
            explained.status.value,
            explained.due_on and explained.due_on.isoformat(),
            explained.valid_through and explained.valid_through.isoformat(),
            stored.word("awards", explained.award),
            sentence(explained.reason),
        )
        for post in posts_of(facts)
        for applied, explained in post.required_on(day)
    }


@pytest.mark.parametrize(("facts", "day", "expected"), [pytest.param(*v[1:], id=f"{v[0]} ({v[2]})") for v in VECTORS])
def test_every_vector_holds_through_the_database(app_context: Flask, facts: Facts, day: str, expected: str) -> None:
    document = document_of(facts)
    stored = store(document)
    found = by_database(stored, document, date.fromisoformat(day), None)
    assert found == by_calculator(document, date.fromisoformat(day), None)
    assert [row[0] for row in found.values()] == ([] if expected == "not_required" else [expected])


@on_databases
@given(world=WORLDS, days=st.lists(ASKED_DAYS, min_size=4, max_size=4), known_on=st.one_of(st.none(), DAYS))
def test_random_worlds_stand_the_same_in_the_database(
    app_context: Flask, world: Json, days: list[date], known_on: date | None
) -> None:
    document = storable(world)
    moment = None if known_on is None else datetime.combine(known_on, time.max, UTC)
    try:
        stored = store(document)
        for day in days:
            assert by_database(stored, document, day, moment) == by_calculator(document, day, moment)
    finally:
        database.rollback()


def test_the_days_of_progress_are_counted_where_the_person_is(app_context: Flask) -> None:
    """Noon of the first day, west of Greenwich, is later in UTC; the day is still the first."""
    document = document_of(VECTORS[0][1])
    document["awards"] = []
    document["progress"] = [
        {"person": "p1", "course": "c1", "sector": None, "on": "2023-02-03", "recorded_at": "2023-02-03T23:30:00Z"}
    ]
    stored = store(document, zone="Pacific/Kiritimati")
    explained = {
        day: row[0]
        for day in ("2023-02-02", "2023-02-03")
        for row in by_database(stored, document, date.fromisoformat(day), None).values()
    }
    assert explained == {"2023-02-02": "not_started", "2023-02-03": "in_progress"}


def test_a_quiz_on_paper_is_progress_of_the_day_on_the_paper(app_context: Flask) -> None:
    """It is entered days later, so with the award that it earns nothing was done after the award."""
    document = document_of(VECTORS[0][1])
    document["awards"] = []
    document["progress"] = [
        {"person": "p1", "course": "c1", "sector": None, "on": "2023-02-05", "recorded_at": "2023-02-05T12:00:00Z"}
    ]
    stored = store(document)
    session.scalars(select(Attempt)).one().written_on = date(2023, 2, 3)
    session.flush()
    document["progress"][0]["on"] = "2023-02-03"
    for day, expected in (("2023-02-02", "not_started"), ("2023-02-03", "in_progress")):
        found = by_database(stored, document, date.fromisoformat(day), None)
        assert [row[0] for row in found.values()] == [expected]
        assert found == by_calculator(document, date.fromisoformat(day), None)


def test_a_sentence_writes_its_days_in_the_language_of_the_page(app_context: Flask) -> None:
    reason = ask(VECTORS[3][1], "2023-02-12").reason
    assert "Valid until 11 Feb 2024" in sentence(reason)
    with force_locale("fr"):
        assert "11 févr. 2024" in sentence(reason)
