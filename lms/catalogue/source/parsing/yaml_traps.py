"""What YAML makes of ordinary sentences, in words for authors: colons, hashes, quotation marks, brackets, tabs."""

import re
from collections.abc import Iterator, Sequence

from yaml.error import MarkedYAMLError

from lms.catalogue.source.problems import Problem, error
from lms.kernel.i18n import gettext as _

LINES_BEFORE = 4
"""Lines above the one where YAML stopped, among which the cause is looked for."""

LONGEST = 4_000
"""Characters of a line up to which it is looked at."""

_PAIR = re.compile(r"[ \t]*(?:-[ \t]+)*([\w-]+):[ \t]+(\S.*)")
_KEY_BETWEEN_BRACES = re.compile(r"[{,]\s*([\w-]+):(?:\s+|$)")
_STARTS_WITH_BRACE = re.compile(r"[ \t]*(?:-[ \t]+)*(?:[\w-]+:[ \t]+)?(?:-[ \t]+)*[\[{]")
_UNSPACED = re.compile(r"[ \t]*(?:-[ \t]+)*[\w-]+:(?!//)[^\s].*")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'")
_UNKNOWN_ESCAPE = re.compile(r"\\[^0abtnvfreN_LPxuU \"/\\\t]")
_BLOCK_TEXT = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?")
_WHOLE_BRACKETS = re.compile(r"(?:\{.*\}|\[.*\])\s*,?\s*(?:#.*)?")
_CLOSING = {"{": "}", "[": "]"}


def quote_it(path: str, line: int, message: str) -> Problem:
    """Returns the problem of a text that YAML reads otherwise than it was meant."""
    return error(path, line, message, _("put quotation marks round this text"))


def comment_in_text(key: str) -> str:
    """Returns what is wrong with a text that a hash ends."""
    return _("“%(key)s”: YAML leaves out what follows a blank and `#`", key=key)


def first_mark(key: str, mark: str) -> str:
    """Returns what is wrong with a text that begins with a mark of YAML."""
    return _("“%(key)s”: a text cannot begin with `%(mark)s`", key=key, mark=mark)


def comma_in_text(key: str) -> str:
    """Returns what is wrong with a text between braces that has a comma."""
    return _("“%(key)s”: between braces a comma ends the text", key=key)


def explain(path: str, lines: Sequence[str], first_line: int, fault: MarkedYAMLError) -> Problem:
    """Returns why YAML stopped: the trap on the line or just above, or else what YAML says itself."""
    mark, last = fault.problem_mark or fault.context_mark, len(lines) - 1
    at = min(mark.line, last) if mark else 0
    context, reason = str(fault.context or ""), str(fault.problem or fault.context)
    # Where the unfinished bracket or quotation mark began.
    is_open = fault.context_mark and ("flow" in context or "quoted" in context)
    opened = [min(fault.context_mark.line, last)] if is_open and fault.context_mark else []
    for number in [*_upwards(at), *opened]:
        found = _trap_of_line(path, lines[number], first_line + number)
        if found:
            return found
    for number, bracket in _unclosed(lines, opened):
        message = _("the bracket `%(mark)s` is never closed", mark=bracket)
        return error(path, first_line + number, message, _("write `%(mark)s` where it ends", mark=_CLOSING[bracket]))
    if "expected" in reason or "not allowed" in reason:
        message = _("this line does not fit the lines around it: is it indented like its neighbours?")
        return error(path, first_line + at, message, _("begin it in the same column as they do"))
    return error(path, first_line + at, _("this is not YAML: %(reason)s", reason=reason))


def _upwards(at: int) -> range:
    return range(at, max(at - LINES_BEFORE, 0) - 1, -1)


def _unclosed(lines: Sequence[str], opened: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Lists lines with a bracket that they do not close, from the one where YAML saw it upwards."""
    for number in (number for start in opened for number in _upwards(start)):
        for mark, closing in _CLOSING.items():
            if lines[number].count(mark) > lines[number].count(closing):
                yield number, mark


def _trap_of_line(path: str, line: str, number: int) -> Problem | None:
    if len(line) > LONGEST:
        return None
    if "\t" in line[: len(line) - len(line.lstrip())]:
        return error(path, number, _("this line is indented with a tab"), _("indent it with blanks"))
    for key, value, braces in _values(line):
        found = _trap_of_value(path, number, key, value, braces=braces)
        if found:
            return found
    if _UNSPACED.fullmatch(line) and not _PAIR.match(line):
        return error(path, number, _("a key and its text need a blank after the colon"), _("write `key: text`"))
    return None


def _values(line: str) -> Iterator[tuple[str, str, bool]]:
    """Lists keys and values of a line, and whether they are between braces."""
    pair = _PAIR.match(line)
    if pair:
        yield pair[1], pair[2].rstrip(), False
    if not _STARTS_WITH_BRACE.match(line):
        return
    match = _KEY_BETWEEN_BRACES.search(line)
    while match:
        quoted = _QUOTED.match(line, match.end())
        following = _KEY_BETWEEN_BRACES.search(line, quoted.end() if quoted else match.end())
        value = line[match.end() : following.start()] if following else line[match.end() :].rstrip("}] \t,")
        if value.strip():
            yield match[1], value.strip(), True
        match = following


def _trap_of_value(path: str, line: int, key: str, value: str, *, braces: bool) -> Problem | None:
    mark = value[0]
    if mark in "\"'":
        return _trap_of_quoted(path, line, key, value)
    whole = mark in _CLOSING and (_CLOSING[mark] not in value or _WHOLE_BRACKETS.fullmatch(value))
    message = None if whole or _BLOCK_TEXT.fullmatch(value) else _misread(key, value, braces=braces)
    return quote_it(path, line, message) if message else None


def _misread(key: str, value: str, *, braces: bool) -> str | None:
    """Returns how YAML misreads a text without quotation marks."""
    bracket = re.search(r"[\[\]{}]", value) if braces else None
    message = None
    if value[0] in "*&!@`%#,[]{}|>" or value.startswith(("- ", "? ", ": ")):
        message = first_mark(key, value[0])
    elif re.search(r"\s#", value):
        message = comment_in_text(key)
    elif ": " in value or value.endswith(":"):
        message = _("“%(key)s”: YAML takes the `: ` in this text for a new key", key=key)
    elif bracket:
        message = _("“%(key)s”: YAML takes `%(mark)s` for its own", key=key, mark=bracket[0])
    elif braces and "," in value:
        message = comma_in_text(key)
    return message


def _trap_of_quoted(path: str, line: int, key: str, value: str) -> Problem | None:
    whole = _QUOTED.match(value)
    if whole is None:
        message = _("“%(key)s”: this quotation mark is never closed", key=key)
        return error(path, line, message, _("write it at the end of the text too"))
    rest = value[whole.end() :].strip(" \t,}]")
    if rest and not rest.startswith("#"):
        message = _("“%(key)s”: there are quotation marks inside this text", key=key)
        return error(path, line, message, _("put quotation marks round this whole text, and write “ ” or ’ inside"))
    if value[0] == '"' and _UNKNOWN_ESCAPE.search(whole[0]):
        message = _("“%(key)s”: this text has a backslash between double quotation marks", key=key)
        return error(path, line, message, _("take it away, or write single quotation marks"))
    return None
