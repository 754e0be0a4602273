"""What the pages of people hang on."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.people.errors import PlacementChanged

bp = Blueprint("people", "lms.people", template_folder="templates")


@bp.errorhandler(PlacementChanged)
def show_how_things_stand(refusal: PlacementChanged) -> ResponseReturnValue:
    """Leads to the person's placements: most often it is the same person's second click."""
    flash(refusal.message, "soon")
    return redirect(url_for("people.placements", person_id=(request.view_args or {})["person_id"]), 303)
