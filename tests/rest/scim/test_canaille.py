"""A directory of another house provisions a joiner, a mover and a leaver, over the network."""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.serving import make_server

from lms.kernel import clock
from lms.kernel.clock import FixedClock
from tests.factories.canaille import directory_python
from tests.rest.scim.directory import Directory
from tests.rest.scim.test_people import DAY
from tests.waiting import process_group

SCRIPT = Path(__file__).with_name("canaille_provisioner.py")
JOINER = {
    "formatted_name": "Noor Nasser",
    "given_name": "Noor",
    "family_name": "Nasser",
    "title": "Driver",
    "emails": ["noor@demo.example"],
    "phone_numbers": ["+252 61 000"],
    "preferred_language": "ar",
    "locality": "North River",
    "region": "Aravia",
    "employee_number": "W-77",
    "department": "wash",
    "organization": "Rivers Relief",
}


@contextmanager
def serving(app: Flask, now: FixedClock) -> Iterator[str]:
    """Serves the application on a port, at the time of a clock; yields its address."""

    def answer(environ: Any, start_response: Any) -> Any:
        with clock.using(now):
            return app(environ, start_response)

    server = make_server("127.0.0.1", 0, answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_canaille_provisions_a_joiner_a_mover_and_a_leaver(app: Flask) -> None:
    directory = Directory(app)
    # Loads what answers directories.
    directory.send("GET", "/Schemas")
    token = directory.headers["Authorization"].removeprefix("Bearer ")
    with (
        clock.using(FixedClock(clock.now())) as now,
        serving(app, now) as address,
        # Without -P, our own modules beside the script would hide others of the same name.
        process_group(
            [directory_python(), "-P", str(SCRIPT), f"{address}/scim/v2", token],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        ) as canaille,
    ):  # fmt: skip

        def said(**changes: Any) -> str:
            canaille.stdin.write(json.dumps({"user_name": "noor"} | changes) + "\n")
            canaille.stdin.flush()
            return str(canaille.stdout.readline()).strip()

        first = clock.today()
        own_number = said(**JOINER)
        assert directory.placements() == [("wash", "driver", first, None)]
        (noor,) = directory.send("GET", '/Users?filter=userName eq "noor"').json["Resources"]  # type: ignore[index]
        assert noor["externalId"] == own_number
        assert noor["emails"] == [{"value": "noor@demo.example", "type": "work"}]

        now.move_to(now.moment + 10 * DAY)
        said(department="Health")
        worked = ("wash", "driver", first, first + 9 * DAY)
        assert directory.placements() == [worked, ("health", "driver", first + 10 * DAY, None)]

        now.move_to(now.moment + 10 * DAY)
        said(lock_date="now")
        left = [worked, ("health", "driver", first + 10 * DAY, first + 20 * DAY)]
        assert directory.placements() == left
        assert directory.read(noor["id"])["active"] is False

        said()
        assert directory.found("externalId pr") == []
        assert directory.placements() == left
