"""A small organisation with a published course, whose installation follows a git repository."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from lms.kernel.config import Settings
from lms.kernel.db import unit_of_work
from tests.authoring.git.remote import Remote
from tests.factories.courses import published
from tests.factories.people import make_small_organisation


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


@pytest.fixture
def settings(settings: Settings, remote: Remote) -> Settings:
    return settings.model_copy(update={"git_repository": str(remote.path)})


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        published(tmp_path / "files")
    return tmp_path / "files"


@pytest.fixture
def in_app(app: Flask, folder: Path) -> Iterator[None]:
    with app.app_context():
        yield
