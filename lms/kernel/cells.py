"""Cells of uploaded tables: what is no data is recognised, letters of a wrong encoding are repaired. Pure."""

import re

from lms.kernel.errors import Invalid
from lms.kernel.number_formats import MAX_DIGITS

MAX_CELL_LENGTH = 1000
"""The number of characters after which a cell is cut."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

_QUOTED_TEXT = re.compile(r'="([^"]*)"')
_NO_DATA = (
    ("cell_error", re.compile(r"#(?:[^\s\da-z]*[!?#]|N/?[ADV]|Н/Д|DIV/0!|GETTING_DATA)")),
    ("cell_formula", re.compile(r"=.+", re.DOTALL)),
    ("cell_rounded", re.compile(r"\d(?:[.,]\d+)?E[+-]\d{1,3}", re.IGNORECASE)),
    ("cell_letters", re.compile(r"[?\s]*\?[?\s]*\?[?\s]*\?[?\s]*")),
)
_SUSPECT = re.compile(r"[#=?]|\d[\d.,]*E", re.IGNORECASE)
_CONTROLS = re.compile("[\x80-\x9f]")
_MANY_DIGITS = re.compile(rf"\d{{{MAX_DIGITS + 1},}}")
_READ_AS = ("cp1252", "cp1256", "cp1251", "cp1250", "mac_roman", "cp850")
"""The encodings in which texts of UTF-8 are most often read by mistake."""
_FAMILIAR = re.compile("[\u00a0-\u017f\u1e00-\u1eff\u2010-\u2026]")


class Unreadable(Invalid):
    """The file cannot be read as a table."""

    field = "file"


class NoData(str):
    """The text of a cell that is no data, with the code of the reason.

    ``cell_error`` is #N/A and its family, ``cell_formula`` a formula without a stored value, ``cell_rounded`` a number
    that lost digits, ``cell_letters`` and ``cell_mojibake`` are lost and broken letters.
    """

    __slots__ = ("reason",)
    reason: str

    def __new__(cls, text: str, reason: str) -> "NoData":
        """Marks a text."""
        marked = super().__new__(cls, text)
        marked.reason = reason
        return marked


def clean_text(text: str, *, repair: bool = False) -> str:
    """Returns the text of a cell, as ``NoData`` where it is none; with ``repair`` broken letters are put right."""
    if repair:
        text = repair_mojibake(text) or text
    # PostgreSQL cannot store NUL, and nobody types it.
    text = text.replace("\0", "").strip()[:MAX_CELL_LENGTH]
    if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS):
        # The apostrophe of a list downloaded here is removed again.
        text = text[1:]
    elif found := _QUOTED_TEXT.fullmatch(text):
        # So other programs write a number that must stay as it is.
        text = found[1]
    reason = _find_reason(text)
    return NoData(text, reason) if reason else text


def clean_typed_text(text: str) -> str:
    """Returns the text of a cell of a text file, where a number with many digits may have been rounded."""
    return NoData(text, "cell_rounded") if _MANY_DIGITS.fullmatch(text) else text


def repair_mojibake(text: str) -> str:
    """Returns what a text was before somebody read it in the wrong encoding; empty where nothing is broken."""
    repaired = ""
    while better := _repair_once(repaired or text):
        repaired = better
    return repaired


def _repair_once(text: str) -> str:
    if text.isascii():
        return ""
    # à ends with a space that does not break, which is removed at the end of a cell.
    written = f"{text.rstrip()}\N{NO-BREAK SPACE}" if text.rstrip().endswith("Ã") else text
    for encoding in _READ_AS:
        try:
            better = _encode(written, encoding).decode()
        except UnicodeError:
            continue
        foreign = [sign for sign in better if not sign.isascii()]
        # One strange sign may stand so by chance; two of the same kind do not.
        if len(foreign) > 1 or (encoding == "cp1252" and all(map(_FAMILIAR.match, foreign))):
            return better
    return ""


def _encode(text: str, encoding: str) -> bytes:
    """Encodes a text; control characters, which programs read where an encoding has no sign, are their own bytes."""
    if not _CONTROLS.search(text):
        return text.encode(encoding)
    return b"".join(bytes((ord(sign),)) if _CONTROLS.match(sign) else sign.encode(encoding) for sign in text)


def _find_reason(text: str) -> str:
    if text.isascii() and not _SUSPECT.match(text):
        # Most cells of a long list.
        return ""
    if "\N{REPLACEMENT CHARACTER}" in text:
        return "cell_letters"
    for reason, pattern in _NO_DATA:
        if pattern.fullmatch(text):
            return reason
    return "cell_mojibake" if repair_mojibake(text) else ""
