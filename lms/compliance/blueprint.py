"""What the pages of compliance hang on."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.errors import StillUpdating
from lms.kernel.tabular import Cell, as_csv

bp = Blueprint("compliance", "lms.compliance", template_folder="templates")
AGAIN_SECONDS = 10


@bp.errorhandler(StillUpdating)
def still_updating(refusal: StillUpdating) -> ResponseReturnValue:
    """Says how far the figures are brought up to date, and looks again by itself: never half a truth."""
    page = render_template("compliance/updating.html", refusal=refusal, address=request.full_path.rstrip("?"))
    headers = {"Retry-After": str(AGAIN_SECONDS)}
    if request.method == "GET":
        headers["Refresh"] = str(AGAIN_SECONDS)
    return page, refusal.status, headers


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answers with a table to be saved as a file."""
    answer = Response(as_csv(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
