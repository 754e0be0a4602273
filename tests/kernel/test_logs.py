"""What goes wrong is in the log, with the place and the request; whom it went wrong for is not."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from lms.kernel.config import ROOT, Settings
from lms.kernel.db import db, session
from lms.people.models import Organisation
from lms.web.downloads import download

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


def test_a_file_that_fails_while_it_is_sent(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    """It is cut off, and neither our log nor the server's, which writes the last error, has its message."""

    def rows() -> Iterator[str]:
        yield "name\n"
        raise ValueError(SECRET)

    with app.test_request_context():
        sent = iter(download(rows(), "people.csv").response)
        capsys.readouterr()
        assert next(sent) == "name\n"
        with pytest.raises(ConnectionAbortedError) as raised:
            next(sent)
    assert str(raised.value) == "" and raised.value.__suppress_context__
    (line,) = lines(capsys)
    assert (line["event"], line["error"]) == ("failed while a file was sent", "ValueError")


def test_no_error_of_the_database_quotes_the_statement(app: Flask) -> None:
    with app.app_context():
        assert db.engine.hide_parameters


ENDS = """
import sys, threading, warnings
from lms.app import create_app

create_app()
secret = sys.argv[2]
warnings.warn(secret)
def fail():
    raise ValueError(secret)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
if sys.argv[1] == "command":
    from lms.kernel.serve import start_worker
    import lms.kernel.serve as serve
    serve.run_worker = lambda app: fail()
    start_worker(None).join()
fail()
"""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_errors_that_nobody_handles(settings: Settings) -> None:
    """Of a thread, of the worker's process and of a command: no traceback, which would end with the message."""
    environment = {"LMS_INSTANCE": str(settings.instance), "LMS_DATABASE_URL": settings.database_url}
    command = [sys.executable, "-c", ENDS, "command", SECRET]
    ended = subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=False, capture_output=True, text=True)
    assert ended.returncode == 1
    assert SECRET not in ended.stdout + ended.stderr
    said = [json.loads(line) for line in ended.stderr.splitlines()]
    ended_by = [("stopped by an error", "ValueError")] * 3
    assert [(line["event"], line["error"]) for line in said] == [("warned by Python", "UserWarning"), *ended_by]


def test_a_test_whose_log_names_somebody_fails(tmp_path: Path) -> None:
    """What watches the logs of all tests works."""
    test = tmp_path / "test_it.py"
    lines = [json.dumps({"event": f"sent to {logged}"}) for logged in ("somebody", SECRET, "Hana Haddad", "W-12")]
    test.write_text(
        f"import sys\nimport pytest\n\n@pytest.mark.parametrize('place', range({len(lines)}))\n"
        f"def test_it(place):\n    print({lines!r}[place], file=sys.stderr)\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.log_check", "--rootdir", str(tmp_path), str(test)]
    ended = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert re.findall(r"^ERROR .*::test_it\[(\d)\]", ended.stdout, re.MULTILINE) == ["1", "2", "3"], ended.stdout
    assert f"{len(lines)} passed, 3 errors" in ended.stdout
