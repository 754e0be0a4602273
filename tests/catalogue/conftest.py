"""Fixtures of the catalogue's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.catalogue.course_files import FILES, CourseFiles, png


@pytest.fixture
def course_files(tmp_path: Path) -> CourseFiles:
    """Course files without a problem."""
    course_files = CourseFiles(tmp_path / "content")
    for path, text in FILES.items():
        course_files.write(path, text)
    course_files.write("modules/boats/img/boat.png", png())
    return course_files


@pytest.fixture
def context_outside_transaction(app: Flask) -> Iterator[Flask]:
    """An empty database with an application context, outside any transaction."""
    with app.app_context():
        yield app
