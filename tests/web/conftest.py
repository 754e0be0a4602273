"""A tiny application with the layout and nothing else: these tests need no database and no other package."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf import CSRFProtect

from lms.web.setup import set_up_web


@pytest.fixture
def layout_app() -> Flask:
    app = Flask("layout_app", static_folder=None)
    app.secret_key = "a-key-for-tests-only"
    set_up_web(app)
    CSRFProtect(app)
    return app


@pytest.fixture
def browser(layout_app: Flask) -> FlaskClient:
    return layout_app.test_client()
