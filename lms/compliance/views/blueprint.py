"""What the pages of compliance hang on."""

from collections.abc import Iterable, Sequence

from flask import Blueprint, Response

from lms.compliance.exports import Cell, as_csv

bp = Blueprint("compliance", "lms.compliance", template_folder="templates")


def csv_answer(name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """Answers with a table to be saved as a file."""
    answer = Response(as_csv(head, rows), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer
