"""What the pages of compliance hang on."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.errors import StillUpdating

bp = Blueprint("compliance", "lms.compliance", template_folder="templates")
AGAIN_SECONDS = 10


@bp.errorhandler(StillUpdating)
def still_updating(refusal: StillUpdating) -> ResponseReturnValue:
    """Says how far the figures are updated, and reloads by itself: partial figures are never shown."""
    page = render_template("compliance/updating.html", refusal=refusal, address=request.full_path.rstrip("?"))
    headers = {"Retry-After": str(AGAIN_SECONDS)}
    if request.method == "GET":
        headers["Refresh"] = str(AGAIN_SECONDS)
    return page, refusal.status, headers
