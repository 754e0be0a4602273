"""The kinds of fields that course files are made of."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

PERIOD = re.compile(r"P(?=[0-9])(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,5}D)?|P\d{1,4}W", re.ASCII)
"""Whole days: what awards are dated with."""

PAUSE = re.compile(r"P(?=[0-9T])(?:\d{1,4}D)?(?:T(?=[0-9])(?:\d{1,4}H)?(?:\d{1,4}M)?)?", re.ASCII)
"""Days, hours and minutes: what people wait."""


class Form(BaseModel):
    """Anything an author fills in: unknown keys are refused, nothing changes once it was read."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True, strict=True)


def _is_period(value: str) -> str:
    if not PERIOD.fullmatch(value) or not re.search("[1-9]", value):
        raise ValueError("must be an ISO 8601 period of days or longer, such as P2Y, P18M or P60D")
    return value


def _is_pause(value: str) -> str:
    if not PAUSE.fullmatch(value):
        raise ValueError("must be an ISO 8601 duration such as PT24H or P2D")
    return value


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""A word for machines: small letters, digits, hyphens."""

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
"""One line of text."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1200)]
"""A few sentences."""

Summary = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]
"""One or two sentences."""

Period = Annotated[
    str, AfterValidator(_is_period), Field(json_schema_extra={"pattern": f"^({PERIOD.pattern})$"})
]
"""An ISO 8601 period of whole days: P2Y is two years, P60D sixty days."""

Pause = Annotated[str, AfterValidator(_is_pause), Field(json_schema_extra={"pattern": f"^{PAUSE.pattern}$"})]
"""An ISO 8601 duration: PT24H is twenty-four hours."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Z][A-Za-z]{1,3})?$")]
"""A language by its code, such as en, ar, fr or pt-BR."""

Reference = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12}$")]
"""The first 12 hex digits of the original's SHA-256."""

Words = dict[Language, Text]
"""A text in several languages; English must be there."""


def in_english(value: dict[str, Any]) -> dict[str, Any]:
    """Refuses words that lack English, which pages fall back to."""
    if "en" not in value:
        raise ValueError("must have a text for en")
    return value
