"""Upgrading from each version: the databases that ``python -m tools.release`` kept, brought to today's program.

``before-0.1.0`` was written by a commit between versions: our courses had changed their answers within an edition.
"""

import json
import lzma
import re
import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine

from lms.compliance.projection.rebuild import maintain
from lms.kernel import db as database
from lms.kernel.backup.postgresql import run_script
from lms.kernel.config import ROOT, VERSION
from lms.kernel.outbox import sweep
from tests.demo.conftest import copy_parsed
from tests.factories.application import create_database, make_settings, running_application
from tests.factories.people import sign_in

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*/*.xz"))


@pytest.fixture(params=FILES, ids=[f"{file.parent.name}-{file.name}" for file in FILES])
def kept(request: pytest.FixtureRequest) -> Path:
    """The database of a version."""
    file: Path = request.param
    return file


@pytest.fixture
def upgraded(
    kept: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[Flask]:
    """An installation of an earlier version whose program is today's."""
    copy_parsed(tmp_path_factory, tmp_path)
    content = lzma.decompress(kept.read_bytes())
    if kept.name.startswith("sqlite"):
        (tmp_path / "lms.db").write_bytes(content)
        address = f"sqlite:///{tmp_path / 'lms.db'}"
    else:
        server = request.getfixturevalue("postgresql_server")
        address = create_database(server, f"upgrade_{request.getfixturevalue('worker_id')}")
        engine = create_engine(address.replace("postgresql://", "postgresql+psycopg://", 1))
        with engine.begin() as connection:
            driver: Any = connection.connection.driver_connection
            run_script(driver.cursor(), BytesIO(content))
        engine.dispose()
    with running_application(make_settings(tmp_path, address)) as app:
        yield app


def run(app: Flask, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=[*words])
    assert result.exit_code == 0, result.output
    return result.output


def test_a_database_of_an_earlier_version_is_upgraded(upgraded: Flask, kept: Path) -> None:
    """Migrated, its courses published, its facts unchanged, and used."""
    app, expected = upgraded, json.loads((kept.parent / "expected.json").read_text())
    run(app, "db", "upgrade")
    with app.app_context(), database.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, database.Model.metadata) == []
    run(app, "content", "publish")
    assert run(app, "content", "publish").strip().endswith("Nothing changed.")
    with app.app_context():
        maintain()
        sweep()
        maintain()
    assert "No differences." in run(app, "compliance", "verify")
    assert "The chain is intact" in run(app, "audit", "verify")
    for organisation, report in expected["reports"].items():
        words = ("--organisation", organisation, "--as-of", expected["past_day"])
        assert json.loads(run(app, "compliance", "report", "--json", *words)) == report
    client = app.test_client()
    assert client.get(f"/verify/{expected['serial']}").status_code == 200
    sign_in(client, "hana@demo.example")
    assert client.get("/compliance").status_code == 200


def test_each_version_has_its_database() -> None:
    """Whoever tags a version runs ``python -m tools.release`` before."""
    released = re.findall(r"(?m)^## (\d+\.\d+\.\d+) \(\d{4}-\d{2}-\d{2}\)$", (ROOT / "CHANGELOG.md").read_text())
    if (ROOT / ".git").exists():
        command = ["git", "-C", str(ROOT), "tag", "--list", "v*"]
        tags = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        released += [tag[1:] for tag in tags]
    assert VERSION in released
    for version in released:
        names = {path.name for path in (FOLDER / version).iterdir()}
        assert names == {"expected.json", "postgresql.sql.xz", "sqlite.db.xz"}, version
