"""Loading: refusals, the command, the mark, and the same facts on both databases."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lms.app import create_app
from lms.certification.awards.issuer import Issuer
from lms.certification.models import Award, AwardName
from lms.demo import operations as demo
from lms.demo.errors import CoursesMissing, RealPeople
from lms.demo.mark import Mark
from lms.kernel import db as database
from lms.kernel.db import reading, session, unit_of_work
from lms.people.queries import count_people
from tests.demo.conftest import load, published
from tests.factories import people as factory
from tests.factories.application import empty, make_settings

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def facts() -> list[tuple[object, ...]]:
    rows = session.execute(
        select(Award.serial, AwardName.name, Award.earned_on, Award.valid_until, Award.recorded_at)
        .join(AwardName, AwardName.award_id == Award.id)
        .order_by(Award.id)
    )
    return [tuple(row) for row in rows]


def test_it_loads_on_postgresql_with_the_same_facts(
    demonstration: Flask, postgresql_database: str, tmp_path: Path
) -> None:
    empty(postgresql_database)
    app = published(make_settings(tmp_path, postgresql_database))
    told = load(app)
    assert "600 people" in told[-1]
    with app.app_context():
        with reading():
            there = facts()
        database.db.engine.dispose()
    with demonstration.app_context(), reading():
        assert facts() == there


@sqlite
def test_it_refuses_a_database_with_real_people(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            factory.person("Somebody Real")
        with pytest.raises(RealPeople, match="1 people who are not invented"):
            demo.load(print, Issuer.of(app.extensions["settings"]))
        with reading():
            assert count_people() == 1
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "not invented" in result.output
    assert "LMS_INSTANCE" in result.output


@sqlite
def test_it_asks_for_the_courses_first(app: Flask) -> None:
    with app.app_context(), pytest.raises(CoursesMissing, match="flask content publish"):
        demo.load(print, Issuer.of(app.extensions["settings"]))


@sqlite
def test_a_failure_half_way_leaves_nothing(app: Flask) -> None:
    class Interrupted(Exception):
        pass

    def tell(sentence: str) -> None:
        if "people" in sentence:
            raise Interrupted

    app = published(app.extensions["settings"])
    with app.app_context():
        with pytest.raises(Interrupted):
            demo.load(tell, Issuer.of(app.extensions["settings"]), date(2026, 11, 22))
        with reading():
            assert count_people() == 0
            assert not demo.is_loaded()


def test_the_command_says_that_it_is_there_already(demonstration: Flask) -> None:
    result = demonstration.test_cli_runner().invoke(args=["demo", "load", "--anchor", "2026-11-22"])
    assert result.exit_code == 0, result.output
    assert "there already" in result.output


def test_the_banner_is_on_every_page_of_a_demonstration(demonstration: Flask, tmp_path: Path) -> None:
    folder = Path(demonstration.extensions["settings"].instance)
    with demonstration.app_context():
        database.db.engine.dispose()
    shutil.copyfile(folder / "demo.db", tmp_path / "copy.db")
    app = create_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'copy.db'}"))
    words = "Every person, place and figure is invented"
    with app.app_context():
        assert app.config["DEMONSTRATION"].look()
    client = app.test_client()
    assert words in client.get("/").get_data(as_text=True)
    assert words in client.get("/help-now").get_data(as_text=True)
    assert words in client.get("/no-such-page").get_data(as_text=True)


@sqlite
def test_there_is_no_banner_in_a_real_house(app: Flask) -> None:
    with app.app_context():
        assert not app.config["DEMONSTRATION"].look()
    assert "is invented" not in app.test_client().get("/").get_data(as_text=True)


def test_the_mark_is_believed_for_ever_once_it_was_seen() -> None:
    asked: list[int] = []

    def read() -> bool:
        asked.append(1)
        return len(asked) >= 2

    mark = Mark(read, every=0)
    assert [bool(mark) for _ in range(4)] == [False, True, True, True]
    assert len(asked) == 2


def test_the_mark_is_not_asked_for_at_once() -> None:
    asked: list[int] = []
    mark = Mark(lambda: bool(asked.append(1)) or True, every=3600)
    assert not mark
    assert asked == []
    assert mark.look()
    assert mark


def test_a_database_that_is_away_does_not_stop_the_mark() -> None:
    def read() -> bool:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    assert not Mark(read, every=0)
