"""Who writes nothing keeps nobody from writing: pages, previews and refused forms never take SQLite's lock."""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from lms.kernel import db
from lms.kernel.config import Settings
from tests.architecture.permission_world import ACTORS, World
from tests.architecture.permissions import REFUSED, Database, packages, read

SIGN_OUT = {"/logout"}
"""A page of Flask-Security's own (`lms/accounts/sign_in/security.py`)."""

SAVES = {
    "/attempts/<attempt_id>", "/attempts/<attempt_id>/submit", "/courses/<course>/<module>/complete",
    "/courses/<course>/quiz",
}  # fmt: skip
"""What learners do most and at the same time: reading once as a reader would cost them more than the lock others."""


def actor_for(address: str, method: str) -> str:
    """Returns who may do most there: the first whom the handbook does not see refused."""
    answers = zip(ACTORS.values(), read()[address, method], strict=True)
    return next((who for who, answer in answers if answer not in REFUSED), "hana")


def count_locks(app: Flask) -> list[str]:
    """Returns a list that grows by each lock taken from now on."""
    taken: list[str] = []

    def listen(connection: Any, _record: Any) -> None:
        connection.set_trace_callback(lambda said: taken.append(said) if said == "BEGIN IMMEDIATE" else None)

    with app.app_context():
        db.db.engine.dispose()
        event.listen(db.db.engine, "connect", listen)
    return taken


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_no_request_takes_the_write_lock_for_nothing(app: Flask, settings: Settings, tmp_path: Path) -> None:
    world = World(app, tmp_path / "files")
    database = Database(settings.instance / "test.db")
    fields = {name for values in (world.fields, *world.bodies.values()) for name in values}
    bodies: dict[str, dict[str, object]] = {
        "valid": {},
        "empty": dict.fromkeys(fields, ""),
        "nonsense": dict.fromkeys(fields, "never this"),
    }
    taken, faults, refused = count_locks(app), [], 0
    addresses = [(each, method) for each, method in sorted(packages(app)) if not re.search(r"<digest>", each)]
    for address, method in addresses:
        who = actor_for(address, method)
        for kind, changes in bodies.items() if method == "POST" else [("page", {})]:
            # What can be done is sent twice, so that it is also refused for having been done.
            for time in ("once", "twice")[: 1 + (kind == "valid")]:
                taken.clear()
                response = world.send(who, method, address, **changes)
                wrote = database.changed()
                refused += method == "POST" and not wrote
                if taken and not wrote and address not in SIGN_OUT | SAVES:
                    faults.append(f"{method} {address}, {kind}, {time}, as {who}: {response.status_code}, {len(taken)}")
            database.restore()
    assert not faults, "\n".join(faults)
    assert refused > 60, "the forms were not refused: this test has tested nothing"
