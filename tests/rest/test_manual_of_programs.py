"""The requests in the manual work as they are written, in their order."""

import json
import re
import shlex
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.kernel import clock
from lms.kernel.clock import FixedClock
from tests.factories.tokens import serial_of, token_of, two_organisations

PAGE = Path(__file__).parents[2] / "docs/handbook/api.md"
INSTALLATION = "https://training.example.org"


def requests() -> list[tuple[str, Any]]:
    """The commands of the page, each with the answer that stands below it (None where there is none)."""
    found: list[tuple[str, Any]] = []
    for kind, block in re.findall(r"^```(\w*)\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL):
        if kind == "json":
            if found and found[-1][1] is None:
                found[-1] = found[-1][0], json.loads(block)
        else:
            found += [(command, None) for command in re.split(r"\n(?=curl )", block.replace("\\\n", ""))]
    return found


def run(app: Flask, command: str) -> TestResponse:
    """Sends what curl would send."""
    program, *words = shlex.split(command)
    assert program == "curl"
    headers, data, query, address = {}, None, [], ""
    while words:
        word = words.pop(0)
        if word == "-H":
            name, _colon, value = words.pop(0).partition(": ")
            headers[name] = value
        elif word == "-d":
            data = words.pop(0)
        elif word == "--data-urlencode":
            query.append(tuple(words.pop(0).split("=", 1)))
        elif word != "-G":
            assert word.startswith(INSTALLATION), command
            address = word.removeprefix(INSTALLATION)
    parts = urlsplit(address)
    return app.test_client(use_cookies=False).open(
        parts.path,
        method="GET" if data is None else "POST",
        query_string=parts.query or urlencode(query),
        data=data,
        headers=headers,
    )


def differences(said: Any, answer: Any, path: str = "") -> list[str]:
    """What the manual says that is not so: a member that is missing, or another value where it is not a moment."""
    if isinstance(said, dict):
        missing = [f"{path}.{name}" for name in said if name not in answer]
        return missing or [each for name in said for each in differences(said[name], answer[name], f"{path}.{name}")]
    if isinstance(said, list):
        return [each for one, other in zip(said, answer, strict=False) for each in differences(one, other, path)]
    return [] if said == answer or path in (".expires_at",) else [f"{path}: {said!r}, not {answer!r}"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_manual_works_as_it_is_written(app: Flask) -> None:
    with clock.using(FixedClock(datetime(2026, 12, 1, 9, tzinfo=UTC))):
        two_organisations(app)
        token = token_of(app, "hana")
        known, serial = requests(), serial_of(app, "Amina Yusuf")
        assert len(known) > 12
        for command, said in known:
            answer = run(app, command.replace("$TOKEN", token).replace("$SERIAL", serial))
            assert answer.status_code == 200, (command, answer.text)
            if said is not None and "/token" not in command:
                assert not differences(said, answer.json), (command, answer.json)
