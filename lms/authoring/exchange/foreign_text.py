"""Texts of other systems as plain text, with what is lost on the way."""

import re

from lms.kernel.i18n import gettext as _

MAX_MARKUP_LENGTH = 10_000
"""The characters of a text that are read: ours have 1 200."""

_TAG = re.compile(r"<([a-zA-Z][a-zA-Z0-9]*)")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z]\w*);")
_SPACING = frozenset({"p", "br", "div", "span", "body", "html", "wbr"})
"""Tags whose loss nobody sees."""
_BLOCKS = {"p", "br", "div", "li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dt", "dd"}
"""Tags that part words."""
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_UNUSUAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
"""Characters that no text has, and those that this package marks others with."""


def without_controls(text: str) -> str:
    """Returns a text with plain line ends and without control characters, which XML and YAML do not hold."""
    return _UNUSUAL.sub("", _LINE_END.sub("\n", text))


def to_plain_text(text: str, text_format: str) -> tuple[str, list[str]]:
    """Returns a text without marks, and what was lost: formats are Moodle's, such as html and plain_text.

    HTML is only reduced to its words: nothing in it is executed or fetched. A text in Markdown stays as it is written.
    """
    notes = []
    if len(text) > MAX_MARKUP_LENGTH:
        notes.append(_("A very long text was cut off."))
        text = text[:MAX_MARKUP_LENGTH]
    if text_format in {"plain", "plain_text", "2"}:
        return text.strip(), notes
    found = {tag.lower() for tag in _TAG.findall(text)}
    if not found and not _ENTITY.search(text):
        return " ".join(text.split()), notes
    import nh3  # noqa: PLC0415 - only imports need it

    from lms.kernel.markup.words import plain_text  # noqa: PLC0415 - it loads what reads Markdown

    return plain_text(nh3.clean(text, tags=_BLOCKS, attributes={}, link_rel=None)), notes + _lost(found)


def _lost(tags: set[str]) -> list[str]:
    """Returns what is lost with some tags, in words."""
    kinds = {
        _("a picture: questions have none here; describe what matters in words"): {"img", "svg", "canvas", "picture"},
        _("a recording, a video or an embedded page"): {"audio", "video", "iframe", "object", "embed", "source"},
        _("a script or a form; nothing in a file is executed"): {"script", "style", "form", "input", "button"},
        _("the address of a link; its words are there"): {"a"},
        _("a table; its words are there, one after the other"): {"table", "thead", "tbody", "tr", "td", "th"},
    }
    notes = [_("Left out: %(what)s.", what=what) for what, names in kinds.items() if tags & names]
    if tags - _SPACING - set().union(*kinds.values()):
        notes.append(_("Left out: formatting, such as bold words and lists; questions are plain text here."))
    return notes
