"""What goes wrong is in the log, with the place and the request; whom it went wrong for is not."""

import json
import logging
from typing import Any

import pytest
from flask import Flask

from lms.kernel.db import session
from lms.people.models import Organisation

SECRET = "amina@demo.example"


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = capsys.readouterr()
    assert said.out == ""
    assert SECRET not in said.err
    return [json.loads(line) for line in said.err.splitlines()]


def fail(path: str) -> str:
    raise ValueError(f"{SECRET} cannot be read")


def fail_in_the_database(path: str) -> str:
    session.add(Organisation(slug=SECRET, name=None, initials="A"))
    session.flush()
    return ""


@pytest.mark.parametrize(
    ("view", "error"), [(fail, "ValueError"), (fail_in_the_database, "sqlalchemy.exc.IntegrityError from ")]
)
def test_an_unexpected_error(capsys: pytest.CaptureFixture[str], app: Flask, view: Any, error: str) -> None:
    app.add_url_rule("/made/<path>", "made", view, methods=["POST"])
    capsys.readouterr()
    response = app.test_client().post(f"/made/{SECRET}", headers={"X-Request-ID": "a-request-of-ours"})
    assert response.status_code == 500
    assert SECRET not in response.text
    failed, answered = lines(capsys)
    assert failed["event"] == "failed"
    assert failed["level"] == "error"
    assert failed["error"].startswith(error)
    assert (failed["method"], failed["route"]) == ("POST", "/made/<path>")
    assert failed["request"] == answered["request"] == "a-request-of-ours"
    assert answered["status"] == 500
    assert any("lms/kernel/requests.py" in place for place in failed["where"])
    assert not any(place.startswith("/") for place in failed["where"])


def test_what_libraries_log(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    capsys.readouterr()
    library = logging.getLogger("a.library")
    library.info("nothing to worry about: %s", SECRET)
    library.warning("%s is odd, as before", SECRET)
    try:
        try:
            raise KeyError(SECRET)
        except KeyError as error:
            raise ValueError(SECRET) from error
    except ValueError:
        library.exception("Unhandled exception in task %s.", SECRET)
    odd, unhandled = lines(capsys)
    assert (odd["event"], odd["level"], odd["logger"]) == (
        "%s is odd, as before", "warning", "a.library",
    )  # fmt: skip
    assert unhandled["error"] == "ValueError from KeyError"
    assert [place.rpartition(" ")[2] for place in unhandled["where"]] == ["test_what_libraries_log"]
