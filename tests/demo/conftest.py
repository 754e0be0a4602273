"""A loaded demonstration, made once for the folder: the tests of it only read."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask

from lms.app import create_app
from lms.catalogue import api as catalogue
from lms.catalogue.operations import CACHE as PARSED
from lms.certification.api import Issuer
from lms.demo import operations as demo
from lms.demo.acts import DATA_FILE
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import reading, unit_of_work
from tests.factories.application import close_connections, make_settings
from tests.shared import made_once

ANCHOR = date(2026, 11, 22)


def published(settings: Settings) -> Flask:
    """Returns an application with an empty database in which the courses are published."""
    app = create_app(settings)
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context():
        flask_migrate.upgrade()
        with unit_of_work():
            assert not catalogue.publish(settings.modules, settings.quizzes, SYSTEM).refused
    return app


def copy_published(factory: pytest.TempPathFactory, folder: Path, name: str) -> Path:
    """Copies an SQLite file in which the courses are published, and what was parsed of them."""
    copy_parsed(factory, folder)
    return Path(shutil.copyfile(publish_once(factory) / "published.db", folder / name))


def copy_parsed(factory: pytest.TempPathFactory, folder: Path) -> None:
    """Copies what was parsed of the courses into an instance, which then publishes them in a tenth of the time."""
    shutil.copyfile(publish_once(factory) / PARSED, folder / PARSED)


def publish_once(factory: pytest.TempPathFactory) -> Path:
    """Returns an instance in which the courses are published, made once for all workers."""

    def publish(folder: Path) -> None:
        close_connections(published(make_settings(folder, f"sqlite:///{folder / 'published.db'}")))

    return made_once(factory, "published", publish)


def load(app: Flask, anchor: date | None = ANCHOR, data_file: Path = DATA_FILE) -> list[str]:
    """Loads the demonstration and returns what was said."""
    said: list[str] = []
    with app.app_context():
        demo.load(said.append, Issuer.of(app.extensions["settings"]), anchor, data_file)
    return said


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application on SQLite with the demonstration, which is loaded once for all workers."""

    def load_once(folder: Path) -> None:
        file = copy_published(tmp_path_factory, folder, "demo.db")
        app = create_app(make_settings(folder, f"sqlite:///{file}"))
        load(app)
        close_connections(app)

    folder = made_once(tmp_path_factory, "anchored-demonstration", load_once)
    own = tmp_path_factory.mktemp("demonstration")
    shutil.copyfile(folder / "demo.db", own / "demo.db")
    app = create_app(make_settings(own, f"sqlite:///{own / 'demo.db'}"))
    app.config.update(WTF_CSRF_ENABLED=False)
    yield app
    close_connections(app)


@pytest.fixture
def demonstration_context(demonstration: Flask) -> Iterator[Flask]:
    """The same with a context pushed, for reading."""
    with demonstration.app_context(), reading():
        yield demonstration
