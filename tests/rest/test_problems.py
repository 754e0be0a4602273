"""Every error below /api is a problem with a remedy, whatever has raised it."""

from collections.abc import Iterator

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient

from lms.kernel.errors import Invalid, NotThere
from lms.rest.problems import FieldError, RequestProblem, problem_response
from lms.web.errors import register_error_format
from lms.web.setup import set_up_web
from tests.factories.people import make_small_organisation


class Taken(Invalid):
    field = "staff_number"


RAISED = {
    "away": (NotThere(), 404),
    "taken": (Taken("Somebody has it."), 422),
    "own": (RequestProblem(409, "Not now.", remedy="Later.", errors=[FieldError(field="x", message="y")]), 409),
    "broken": (RuntimeError("secret words"), 500),
}


@pytest.fixture
def programs() -> Iterator[FlaskClient]:
    app = Flask("programs", static_folder=None)
    app.secret_key = "a-key-for-tests-only"
    app.config["MAX_CONTENT_LENGTH"] = 10
    set_up_web(app)
    register_error_format(app, "/api/", problem_response)

    @app.get("/api/raise/<name>")
    def fail(name: str) -> str:
        raise RAISED[name][0]

    @app.get("/api/abort/<int:code>")
    def stop(code: int) -> str:
        abort(code)

    @app.post("/api/send")
    def send() -> str:
        from flask import request  # noqa: PLC0415 - the body is read here

        return request.get_data(as_text=True)

    yield app.test_client()


def test_each_error_says_what_happened_and_what_to_do(programs: FlaskClient) -> None:
    answers = [
        *((programs.get(f"/api/raise/{name}"), code) for name, (_error, code) in RAISED.items()),
        *((programs.get(f"/api/abort/{code}"), code) for code in (400, 401, 403, 404, 409, 410, 429, 500, 503)),
        (programs.get("/api/nothing"), 404),
        (programs.delete("/api/send"), 405),
        (programs.post("/api/send", data="x" * 11), 413),
    ]
    for answer, code in answers:
        assert answer.status_code == code
        assert answer.mimetype == "application/problem+json"
        problem = answer.get_json()
        assert problem["status"] == code
        assert problem["remedy"]
        assert problem["detail"]
        assert problem["type"].startswith("/api/v1/docs#")
        assert problem["request_id"]
        assert "secret words" not in answer.text


def test_an_error_names_the_value(programs: FlaskClient) -> None:
    assert programs.get("/api/raise/taken").get_json()["errors"] == [
        {"field": "staff_number", "message": "Somebody has it."}
    ]
    own = programs.get("/api/raise/own").get_json()
    assert (own["detail"], own["remedy"], own["errors"]) == ("Not now.", "Later.", [{"field": "x", "message": "y"}])


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_application_does_so_too(app: Flask) -> None:
    make_small_organisation(app)
    client = app.test_client()
    for answer, code in ((client.get("/api/v2/x"), 404), (client.put("/api/v1/token"), 405)):
        assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    # Pages stay pages.
    assert client.get("/nothing").mimetype == "text/html"
