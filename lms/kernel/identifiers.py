"""Identifiers that people type (staff numbers, addresses, serials, codes): one way to clean and compare them. Pure.

A number copied from a sheet, a mail or a chat may bring invisible marks, other hyphens and other digits along; it is
still the same number.
"""

import re
import unicodedata

_HYPHENS = frozenset("\N{MINUS SIGN}\N{HYPHEN BULLET}\N{MODIFIER LETTER MINUS SIGN}\N{BOX DRAWINGS LIGHT HORIZONTAL}")
_FORMULA_TEXT = re.compile(r'=\s*"(?P<text>[^"]*)"|\'(?P<rest>.*)')
"""How spreadsheets write a number so that it stays text: ="00123" and '00123."""
_PLAIN = re.compile(r"[0-9A-Za-z]+(?:[- ./_@+][0-9A-Za-z]+)*")
_SEPARATORS = re.compile(r"[ -]+")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ -]+(?=[0-9])")
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")


def clean_identifier(text: str | None) -> str:
    """Returns an identifier as it is stored and shown: what it was typed as, without what nobody sees.

    Compatibility forms become plain ones, hyphens and digits of every script ASCII; invisible marks go, inner spaces
    become one. A spreadsheet's ="00123" and '00123 mean 00123. Case stays.
    """
    if text and _PLAIN.fullmatch(text):
        # Most cells of a long list: the same result, much sooner.
        return text
    plain = "".join(_plain(sign) for sign in unicodedata.normalize("NFKC", text or ""))
    plain = " ".join(plain.split())
    if found := _FORMULA_TEXT.fullmatch(plain):
        plain = found["text"] or found["rest"] or ""
    # What is left without the marks may come together in another form.
    return plain if plain == text else clean_identifier(plain)


def identifier_key(text: str | None) -> str:
    """Returns an identifier as it is compared: D-1001, d1001 and "D 1001" have the same key, 1-11 and 11-1 have not."""
    return _SEPARATORS.sub("", _BETWEEN_DIGITS.sub("_", clean_identifier(text).casefold()))


def key_without_zeros(key: str) -> str:
    """Returns a key without the leading zeros of its numbers: two that agree only so are probably the same."""
    return _LEADING_ZEROS.sub("", key)


def clean_email(text: str | None) -> str:
    """Returns an e-mail address as it is stored and compared: in lower case, without what nobody sees."""
    return clean_identifier(text).lower()


def _plain(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind == "Cf":
        return ""
    if kind == "Cc":
        return " "
    if kind == "Nd":
        return str(unicodedata.decimal(sign))
    return "-" if kind == "Pd" or sign in _HYPHENS else sign
