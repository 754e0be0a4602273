"""Raises the edition in the text of course.yml, and says in it what the edition changes: the rest stays as it is."""

import json
import re
from collections.abc import Sequence

_EDITION = re.compile(r"^(edition:[ \t]*|[ \t{]*\"edition\":[ \t]*)\d+", re.MULTILINE)
_IN_JSON = re.compile(r"([{,]\s*\"edition\":[ \t]*)\d+")
_CHANGES = re.compile(r"^changes:[ \t]*(?:#.*)?\r?\n", re.MULTILINE)


def with_edition(text: str, number: int, modules: Sequence[str], note: str) -> str | None:
    """Returns the text of a course.yml with another edition, and a line under ``changes`` for it.

    Without modules nothing is said under ``changes``: all is read again. None where the edition is not found.
    """
    pattern = _IN_JSON if text.lstrip().startswith("{") else _EDITION
    raised, found = pattern.subn(lambda match: f"{match[1]}{number}", text, count=1)
    if not found:
        return None
    if not modules or pattern is _IN_JSON:
        return raised
    end = "\r\n" if "\r\n" in text else "\n"
    lines = [f"  - edition: {number}", f"    modules: [{', '.join(modules)}]"]
    if note:
        lines.append(f"    note: {json.dumps(note, ensure_ascii=False)}")
    entry = end.join(lines) + end
    heading = _CHANGES.search(raised)
    if heading:
        return raised[: heading.end()] + entry + raised[heading.end() :]
    place = _EDITION.search(raised)
    assert place is not None  # noqa: S101 - it was found above
    after = raised.find("\n", place.end()) + 1 or len(raised)
    head = raised[:after] if raised[:after].endswith("\n") else raised[:after] + end
    return f"{head}changes:{end}{entry}{raised[after:]}"
