"""`flask compliance report` prints the figures of the page."""

import json

import pytest
from flask import Flask

from lms.kernel.db import session, unit_of_work
from lms.people.models import Organisation, Person
from tests.factories.compliance import TODAY, a_course, earned, required_course
from tests.factories.people import make_small_organisation

pytestmark = pytest.mark.usefixtures("fixed_clock")


@pytest.fixture
def reported(app: Flask) -> Flask:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, course_id = session.query(Organisation).one(), a_course()
        required_course(here.id, course_id)
        earned(session.query(Person).filter_by(name="Amina Yusuf").one(), course_id, TODAY)
    return app


def test_json_holds_every_figure(reported: Flask) -> None:
    run = reported.test_cli_runner().invoke(
        args=["compliance", "report", "--organisation", "rivers-relief", "--as-of", "2026-11-22", "--json"]
    )
    assert run.exit_code == 0, run.output
    document = json.loads(run.stdout)
    assert (document["organisation"], document["as_of"], document["definitions"]) == (
        "rivers-relief",
        "2026-11-22",
        "1",
    )
    assert document["total"] == {
        "people": 5,
        "compliant": 1,
        "in_time": 0,
        "late": 4,
        "rate": 0.2,
        "statuses": {"overdue": 4, "valid": 1},
    }
    assert document["sectors"]["wash"]["courses"]["safe-identification"]["compliant"] == 1
    assert document["sectors"]["nutrition"]["people"] == 0


def test_text_is_one_line_a_sector_and_yesterday_is_known_as_it_was(reported: Flask) -> None:
    run = reported.test_cli_runner().invoke(args=["compliance", "report", "--organisation", "rivers-relief"])
    lines = run.stdout.splitlines()
    assert len(lines) == 10
    assert lines[0].split() == ["all", "sectors", "5", "20.0", "%", "in", "time", "0", "late", "4"]
    before = reported.test_cli_runner().invoke(
        args=["compliance", "report", "--organisation", "rivers-relief", "--known-as-of", "2026-11-21"]
    )
    assert before.stdout.splitlines()[0].split()[:4] == ["all", "sectors", "0", "-"]


@pytest.mark.parametrize(
    "wrong", [["--organisation", "nobody"], ["--organisation", "rivers-relief", "--as-of", "22.11.2026"],
              ["--organisation", "rivers-relief", "--known-as-of", "yesterday"]],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(reported: Flask, wrong: list[str]) -> None:
    run = reported.test_cli_runner().invoke(args=["compliance", "report", *wrong])
    assert run.exit_code == 2
    assert "Error" in run.output
