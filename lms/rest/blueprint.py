"""The blueprint of the interface."""

from flask import Blueprint, Flask

from lms.rest.bearer import add_headers
from lms.rest.problems import problem_response
from lms.rest.scim.errors import scim_response
from lms.web.errors import register_error_format

bp = Blueprint("rest", "lms.rest", template_folder="templates")
bp.after_request(add_headers)


def set_up_rest(app: Flask) -> None:
    """Sets up what is particular to programs: errors as problems, and no forms, so no forged ones."""
    register_error_format(app, "/api/", problem_response)
    register_error_format(app, "/scim/", scim_response)
    app.extensions["csrf"].exempt(bp)
