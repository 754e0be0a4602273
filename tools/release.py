"""``python -m tools.release``: keeps a small database of this version, from which tests upgrade ever after.

Run once for each version, before it is tagged. It writes ``tests/upgrades/<version>/``: the database as an SQLite file
and as a script of pg_dump, both compressed, and what is known of it in ``expected.json``.
"""

import json
import lzma
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import flask_migrate
from sqlalchemy import select

from lms.app import create_app
from lms.audit.jobs import link_entries
from lms.catalogue import api as catalogue
from lms.certification.api import Issuer
from lms.certification.models import Award
from lms.compliance.api import compact_all
from lms.demo import operations as demo
from lms.demo.acts import DATA_FILE
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT, VERSION
from lms.kernel.db import db, reading, session, unit_of_work
from lms.people.models import Organisation
from tests.factories.application import create_database, make_settings, own_postgresql, postgresql_programs

FOLDER = ROOT / "tests" / "upgrades"
ANCHOR, PAST_DAY = date(2026, 11, 22), date(2026, 9, 30)
ONE_IN = 15
"""Which part of the demonstration's people is in it; everybody with a role, a revoked or a corrected award as well."""


def few_people(lines: list[str]) -> Iterator[str]:
    """Yields the acts of the demonstration that concern nobody, or one of those who are chosen."""
    acts = [json.loads(line) for line in lines]
    chosen = {
        values["person"]
        for kind, values in acts
        if kind in {"Revoke", "CorrectName"} or (values.get("identity") or {}).get("roles")
    }
    for line, (_kind, values) in zip(lines, acts, strict=True):
        person = values.get("person")
        if person is None or person in chosen or person % ONE_IN == 0:
            yield line


def fill(folder: Path, address: str) -> dict[str, Any]:
    """Fills an empty database with courses and some people of the demonstration; returns what is known of it."""
    app = create_app(make_settings(folder, address))
    few = folder / "few.jsonl"
    few.write_text("".join(few_people(DATA_FILE.read_text(encoding="utf-8").splitlines(keepends=True))))
    with app.app_context():
        flask_migrate.upgrade()
        with unit_of_work():
            published = catalogue.publish(ROOT / "modules", ROOT / "quizzes", SYSTEM)
            if published.refused:
                raise SystemExit("\n".join(map(str, published.problems)))
        demo.load(print, Issuer.of(app.extensions["settings"]), ANCHOR, few)
        compact_all()
        link_entries(everything=True)
        with reading():
            slugs = list(session.scalars(select(Organisation.slug).order_by(Organisation.slug)))
            serial = session.scalars(select(Award.serial).order_by(Award.id)).first()
        reports = {}
        for slug in slugs:
            words = ["compliance", "report", "--json", "--organisation", slug, "--as-of", PAST_DAY.isoformat()]
            reports[slug] = json.loads(app.test_cli_runner().invoke(args=words).output)
        session.remove()
        db.engine.dispose()
    return {"serial": serial, "past_day": PAST_DAY.isoformat(), "reports": reports}


def main() -> None:
    """Writes the folder of this version; raises ``FileExistsError`` where there is one, which is never changed."""
    kept = FOLDER / VERSION
    with TemporaryDirectory() as name:
        folder = Path(name)
        expected = fill(folder, f"sqlite:///{folder / 'lms.db'}")
        with closing(sqlite3.connect(folder / "lms.db")) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        with own_postgresql(folder) as server:
            address = create_database(server, "release")
            fill(folder, address)
            program = (postgresql_programs(address) or Path()) / "pg_dump"
            command = [str(program), "--no-owner", "--no-privileges", f"--dbname={address}"]
            script = subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603 - our own words
        kept.mkdir(parents=True)
        (kept / "sqlite.db.xz").write_bytes(lzma.compress((folder / "lms.db").read_bytes(), preset=9))
        (kept / "postgresql.sql.xz").write_bytes(lzma.compress(script, preset=9))
        (kept / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(*(f"{file.relative_to(ROOT)}: {file.stat().st_size} bytes" for file in sorted(kept.iterdir())), sep="\n")


if __name__ == "__main__":
    main()
