"""One organisation with one course, and a browser that walks it."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.catalogue.api import PublishedCourse
from lms.kernel.db import unit_of_work
from tests.factories.courses import make_organisation_with_course, published


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The folder that holds modules/ and quizzes/."""
    return tmp_path / "files"


@pytest.fixture
def course(app: Flask, files: Path) -> PublishedCourse:
    """The people of the small organisation, and a course of two modules and six questions."""
    return make_organisation_with_course(app, files)


def publish_in(app: Flask, files: Path, slug: str = "first-course", **changes: Any) -> PublishedCourse:
    """Publishes a course in a transaction of its own."""
    with app.app_context(), unit_of_work():
        return published(files, slug, **changes)


def complete_all(client: FlaskClient, course: PublishedCourse) -> None:
    """Presses every module's button."""
    for module in course.modules:
        assert client.post(f"/courses/{course.slug}/{module.slug}/complete").status_code == 303


def start(client: FlaskClient, course: PublishedCourse, query: str = "") -> str:
    """Starts the quiz and returns the attempt's address."""
    response = client.post(f"/courses/{course.slug}/quiz{query}")
    assert response.status_code == 303, response.text
    address = str(response.headers["Location"])
    assert address.startswith("/attempts/"), address
    return address
