"""Every address answers everybody as docs/handbook/permissions.md says; nobody reads or writes what is not theirs.

The same answers say which of them a browser may store.
"""

import os
import re
from pathlib import Path

import pytest
from flask import Flask

from lms.kernel.config import Settings
from tests.architecture.caching import problems_of
from tests.architecture.permission_world import ACTORS, NAMES, World
from tests.architecture.permissions import REFUSED, Database, Matrix, Route, answer_of, packages, read, write

MAY_READ_NAMES = {"hana", "root"}
"""Who may read names of Rivers Relief's people."""
SHOWS_ITS_HOLDER = "/join/<token>"
"""A printed code shows whose it is before a password is chosen."""
ELSEWHERE = f"organisation=rivers-relief&station=north-river&q={NAMES[0][:3]}"
"""A query that asks for Rivers Relief's people."""


def routes(app: Flask, world: World) -> list[Route]:
    """Returns the routes to request: those of the URL map, some with a second object."""
    found = [
        (each, method)
        for address, method in sorted(packages(app))
        for each in (address, *(key for key in world.special if key.startswith(f"{address} ")))
    ]
    missing = {
        f"{address} needs a value for {name}"
        for address, _method in found
        for name in re.findall(r"<(\w+)>", address)
        if name not in world.samples | world.special.get(address, {})
    }
    assert not missing, f"tests/architecture/permission_world.py, World.samples: {missing}"
    return found


BY_LINK = {"/register/<token>"}
"""What anybody does who has the link from an e-mail, whoever is signed in on their device."""


def only_audited_reads(table: str, rows: list[dict[str, object]]) -> bool:
    return table == "audit_entry" and {row["action"] for row in rows} <= {"audit.download", "people.read"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_address_answers_everybody_as_the_handbook_says(
    app: Flask, settings: Settings, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    world = World(app, tmp_path / "files")
    database = Database(settings.instance / "test.db")
    matrix: Matrix = {}
    faults = []
    stored = set()
    for address, method in routes(app, world):
        answers = matrix[address, method] = []
        for who in ACTORS.values():
            response = world.send(who, method, address)
            # That somebody was given a file with names, or a person's page as an administrator, is all that GET writes.
            written = {table: rows for table, rows in database.restore().items() if not only_audited_reads(table, rows)}
            answers.append(answer_of(method, response, wrote=bool(written)))
            line = f"{method} {address} as {who or 'nobody'}"
            stored |= {f"{line}: {each}" for each in problems_of(response, bool(who))}
            if written and (method == "GET" or answers[-1] in REFUSED):
                faults.append(f"{line}: {answers[-1]}, and yet {sorted(written)} were written")
            if (
                who == "hugo"
                and address not in BY_LINK
                and any(
                    row.get("organisation_id", row.get("organisation")) == 1
                    for rows in written.values()
                    for row in rows
                )
            ):
                faults.append(f"{line}: wrote for an organisation that is not theirs")
            if who not in MAY_READ_NAMES and address != SHOWS_ITS_HOLDER:
                shown = [response]
                if method == "GET" and answers[-1] in ("page", "file"):
                    shown.append(world.send(who, method, address, ELSEWHERE))
                faults += [f"{line}: shows {name}" for name in NAMES for each in shown if name.encode() in each.data]
    for address in ("/nothing-here", "/static/0/app.css"):
        stored |= {f"{address}: {each}" for each in problems_of(world.send("amina", "GET", address), signed_in=False)}
    with subtests.test("every response says who may store it"):
        assert not stored, "\n".join(sorted(stored))
    if os.environ.get("WRITE_PERMISSIONS"):
        write(matrix, packages(app))
    known = read()
    faults += [
        f"{method} {address}: handbook {known.get((address, method))}, application {answers}"
        for (address, method), answers in (dict.fromkeys(known) | matrix).items()
        if known.get((address, method)) != answers
    ]
    assert not faults, "\n".join([*faults, "`make permissions` writes docs/handbook/permissions.md again."])
