"""The kinds of fields that course files are made of."""

import ast
import inspect
import re
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from lms.kernel.i18n import gettext as _

PERIOD = re.compile(r"P(?=[0-9])(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,5}D)?|P\d{1,4}W", re.ASCII)
"""Whole days: what awards are dated with."""

PAUSE = re.compile(r"P(?=[0-9T])(?:\d{1,4}D)?(?:T(?=[0-9])(?:\d{1,4}H)?(?:\d{1,4}M)?)?", re.ASCII)
"""Days, hours and minutes: the wait after the last attempt."""


def _describe_fields(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """Adds the docstring of each field to a JSON Schema, in place.

    Pydantic itself would read them from the source of every model while it is loaded: a third of the time in which a
    changed module is published, which needs none.
    """
    docstrings: dict[str, str] = {}
    for part in reversed(model.__mro__[: model.__mro__.index(Schema)]):
        (tree,) = ast.parse(inspect.getsource(part)).body
        for field, words in pairwise(getattr(tree, "body", ())):
            match field, words:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    docstrings[name] = inspect.cleandoc(text)
    for name, text in docstrings.items():
        schema["properties"][model.model_fields[name].alias or name]["description"] = text


class Schema(BaseModel):
    """What every part of a course file has in common: unknown keys are errors, values are immutable."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, json_schema_extra=_describe_fields
    )


def _check_period(value: str) -> str:
    if not PERIOD.fullmatch(value) or not re.search("[1-9]", value):
        raise ValueError(_("must be an ISO 8601 period of days or longer, such as P2Y, P18M or P60D"))
    return value


def _check_pause(value: str) -> str:
    if not PAUSE.fullmatch(value):
        raise ValueError(_("must be an ISO 8601 duration such as PT24H or P2D"))
    return value


def _check_english(value: dict[str, Any]) -> dict[str, Any]:
    # Pages fall back to English.
    if "en" not in value:
        raise ValueError(_("must have a text for en"))
    return value


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""An id for URLs and references: lower-case letters, digits, hyphens."""

ShortText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line."""

LongText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]
"""A few sentences."""

Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""One or two sentences."""

Period = Annotated[str, AfterValidator(_check_period), Field(json_schema_extra={"pattern": f"^({PERIOD.pattern})$"})]
"""An ISO 8601 period of whole days: P2Y is two years, P60D sixty days."""

Pause = Annotated[str, AfterValidator(_check_pause), Field(json_schema_extra={"pattern": f"^{PAUSE.pattern}$"})]
"""An ISO 8601 duration: PT24H is twenty-four hours."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$")]
"""A language by its code, such as en, ar, fr or pt-BR."""

Reference = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
"""The first 12 hex digits of the original's SHA-256."""

ConsiderationNumber = Annotated[int, Field(ge=1, le=9)]
"""One of the nine key considerations."""

TextByLanguage = Annotated[dict[Language, LongText], AfterValidator(_check_english)]
"""A text in several languages; English must be there."""
