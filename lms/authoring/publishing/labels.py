"""What the fields of course files are called where their changes are listed."""

from collections.abc import Sequence

from lms.catalogue.api import ChangeKind
from lms.kernel.i18n import lazy_gettext as _l

FIELDS = {
    "pass": _l("passing rules"),
    "mark": _l("pass mark"),
    "draw": _l("questions in one attempt"),
    "tries": _l("tries before the pause"),
    "pause": _l("pause"),
    "title": _l("title"),
    "summary": _l("summary"),
    "edition": _l("edition"),
    "validity": _l("how long a certificate lasts"),
    "renewal": _l("how early it can be renewed"),
    "objectives": _l("objectives"),
    "objective": _l("objective"),
    "sources": _l("sources"),
    "source": _l("source"),
    "review": _l("review"),
    "changes": _l("what an edition changed"),
    "minutes": _l("minutes"),
    "stem": _l("question"),
    "options": _l("answer"),
    "statements": _l("statement"),
    "pairs": _l("pair"),
    "text": _l("text"),
    "feedback": _l("feedback"),
    "correct": _l("right"),
    "true": _l("true"),
    "red_line": _l("red line"),
    "sectors": _l("sectors"),
    "type": _l("type"),
    "refresh": _l("where to read again"),
    "note": _l("note"),
    "state": _l("state"),
    "modules": _l("modules"),
}
"""The names of fields by their keys; a key without one is shown as it is, such as an id."""

KINDS = {
    ChangeKind.ADDED: _l("added"),
    ChangeKind.REMOVED: _l("removed"),
    ChangeKind.MOVED: _l("moved"),
    ChangeKind.CHANGED: _l("changed"),
}


def name_place(place: Sequence[str]) -> str:
    """Returns where a change is, in words: "passing rules › pass mark"."""
    return " › ".join(str(FIELDS.get(name, name)) for name in place if name)
