"""A tiny application with the frame and nothing else: these tests need no database and no other room."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from lms.web.shell import set_up_web


@pytest.fixture
def frame() -> Flask:
    app = Flask("frame", static_folder=None)
    app.secret_key = "a-key-for-tests-only"
    set_up_web(app)
    CSRFProtect(app)
    return app


@pytest.fixture
def browser(frame: Flask) -> FlaskClient:
    return frame.test_client()
