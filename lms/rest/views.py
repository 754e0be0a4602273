"""The document of the interface, for programs and as a page."""

from flask import Response, current_app, jsonify, request
from flask.typing import ResponseReturnValue

from lms.accounts.api import SCOPE_LABELS
from lms.rest.blueprint import bp
from lms.rest.endpoints import VERSION
from lms.rest.openapi import make_document
from lms.rest.problems import TEXTS
from lms.rest.scim import views as directory
from lms.rest.v1 import awards, courses, people, report, requirements, status, token
from lms.web.access import public
from lms.web.language import direction_of, language_of_page

__all__ = ["awards", "bp", "courses", "directory", "people", "report", "requirements", "status", "token"]


@bp.get(f"{VERSION}/openapi.json")
@public
def document() -> Response:
    """Sends the document of the interface."""
    response = jsonify(make_document())
    response.add_etag()
    response.make_conditional(request)
    return response


@bp.get(f"{VERSION}/docs")
@public
def documentation() -> ResponseReturnValue:
    """Shows the document as a page, which reads no session and loads nothing from elsewhere."""
    language = language_of_page()
    # Rendered as error pages are: Flask's context processors would look for who is signed in.
    return current_app.jinja_env.get_template("rest/documentation.html").render(
        document=make_document(),
        scopes=SCOPE_LABELS,
        problems=TEXTS,
        language=language,
        direction=direction_of(language),
        product_name=current_app.config["PRODUCT_NAME"],
        quick_exit_url=current_app.config["QUICK_EXIT_URL"],
    )
