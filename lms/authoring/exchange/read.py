"""Reads a file of questions, whatever its name: recognises encoding and format by what is in it."""

import codecs
import re
from collections.abc import Callable, Iterable
from io import BytesIO

from lms.authoring.exchange.aiken import KEY, read_aiken
from lms.authoring.exchange.convert import QuestionIds, convert
from lms.authoring.exchange.foreign_text import without_controls
from lms.authoring.exchange.gift_reader import read_gift
from lms.authoring.exchange.moodle_reader import read_moodle_xml
from lms.authoring.exchange.questions import (
    MAX_FILE_BYTES,
    MAX_QUESTIONS,
    ForeignQuestion,
    ImportedQuestions,
    NotQuestions,
)
from lms.kernel.encoding import find_encoding
from lms.kernel.i18n import gettext as _

_XML_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,100}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_OLD = ("cp850", "mac_roman", "iso8859_15")
"""Encodings that a few accents are easily taken for, and that systems with questions do not write."""
_READERS: dict[str, Callable[[str], list[ForeignQuestion]]] = {
    "Moodle XML": read_moodle_xml,
    "GIFT": read_gift,
    "Aiken": read_aiken,
}


def read_questions(name: str, data: bytes, taken: Iterable[str] = (), prefix: str = "") -> ImportedQuestions:
    """Returns the questions of a file in GIFT, Moodle XML or Aiken, in the shape of our banks.

    ``name`` is the file's, for messages; ``taken`` are the ids of the bank, ``prefix`` is what new ids begin with.
    Raises ``NotQuestions`` for a file that is too large or something else.
    """
    if len(data) > MAX_FILE_BYTES:
        message = _(
            "%(name)s is larger than %(size)s kB. Export it without pictures, or in parts.",
            name=name,
            size=MAX_FILE_BYTES // 1000,
        )
        raise NotQuestions(message)
    text, encoding = _decode(name, data)
    format_name = _recognise(name, text)
    found = _READERS[format_name](text)
    categories = [each.name for each in found if each.kind == "category"]
    questions = [each for each in found if each.kind != "category"]
    if not questions:
        raise NotQuestions(_("There is no question in %(name)s.", name=name))
    if len(questions) > MAX_QUESTIONS:
        message = _("%(name)s has more than %(most)s questions. Export it in parts.", name=name, most=MAX_QUESTIONS)
        raise NotQuestions(message)
    notes = []
    if not encoding.startswith("utf"):
        notes.append(_("The file is not UTF-8; it was read as %(encoding)s. Look at the accents.", encoding=encoding))
    if categories:
        shown = ", ".join(categories[:5])[:300]
        notes.append(_("Left out: categories (%(names)s); banks have objectives and sectors instead.", names=shown))
    ids = QuestionIds(taken, prefix)
    return ImportedQuestions(format_name, encoding, text, tuple(convert(each, ids) for each in questions), tuple(notes))


def _decode(name: str, data: bytes) -> tuple[str, str]:
    """Returns the text of a file and its encoding: UTF-8 where all of it is valid, else what the XML declares."""
    encoding = find_encoding(BytesIO(data))
    declared = _XML_ENCODING.match(data)
    if encoding in _OLD:
        encoding = "cp1252"
    if declared and not encoding.startswith("utf"):
        encoding = _known(declared[1].decode()) or encoding
    if not encoding:
        message = _("%(name)s is not a text file. Export the questions as GIFT, Moodle XML or Aiken.", name=name)
        raise NotQuestions(message)
    return without_controls(data.decode(encoding, errors="replace").removeprefix("\ufeff")), encoding


def _known(encoding: str) -> str:
    """Returns the name of an encoding of one or two bytes a letter, empty for others and for what is none."""
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        return ""
    return found if found.startswith(("cp", "iso8859", "koi8", "mac", "gb", "big5", "shift", "euc")) else ""


def _recognise(name: str, text: str) -> str:
    begin = text.lstrip()
    if begin.startswith("<"):
        return "Moodle XML"
    if re.search(rf"^{KEY.pattern}$", text, KEY.flags | re.MULTILINE):
        return "Aiken"
    if "{" in text or begin.startswith(("::", "$CATEGORY:", "//")):
        return "GIFT"
    message = _("%(name)s is neither GIFT nor Moodle XML nor Aiken: no question was recognised in it.", name=name)
    raise NotQuestions(message)
