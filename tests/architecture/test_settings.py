"""Every setting is in the manual, word for word."""

import ast
import inspect
from itertools import pairwise
from pathlib import Path

from lms.kernel.config import Settings

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "handbook" / "settings.md"


def sentences_of(settings: type) -> dict[str, str]:
    """Returns what stands below each field of a class; the application itself has no use for it."""
    (body,) = ast.parse(inspect.getsource(settings)).body
    return {
        field.target.id: inspect.cleandoc(below.value.value)
        for field, below in pairwise(body.body)
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr)
    }


def test_every_setting_is_documented() -> None:
    manual, sentences = MANUAL.read_text(), sentences_of(Settings)
    assert sentences.keys() == Settings.model_fields.keys()
    missing = [
        name
        for name, sentence in sentences.items()
        if f"`LMS_{name.upper()}`" not in manual or sentence.replace("\n", " ") not in manual
    ]
    assert missing == []
