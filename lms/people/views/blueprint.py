"""The blueprint of people's pages."""

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from lms.people.errors import PlacementChanged

bp = Blueprint("people", "lms.people", template_folder="templates")


@bp.errorhandler(PlacementChanged)
def show_current_placements(error: PlacementChanged) -> ResponseReturnValue:
    """Leads to the person's placements; most often it was the same person's second click."""
    flash(error.message, "soon")
    return redirect(url_for("people.placements", person_id=(request.view_args or {})["person_id"]), 303)
