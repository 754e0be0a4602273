r"""Writes GIFT: each text in one line, with ``\`` before every mark that is meant as text."""

import re
from collections.abc import Iterable, Iterator

from lms.authoring.exchange.foreign_text import without_controls
from lms.authoring.exchange.gift_reader import ESCAPES
from lms.authoring.exchange.moodle_writer import percent_of, rights, why_left_out
from lms.authoring.exchange.questions import BankEntry, QuestionFile
from lms.authoring.exchange.tags import general_feedback_of, tags_of
from lms.kernel.i18n import gettext as _

_TO_ESCAPE = {character: f"\\{letter}" for letter, character in ESCAPES.items()}
_MARK = re.compile(r"[\\:#={}~\n]")


def write_gift(questions: Iterable[BankEntry]) -> QuestionFile:
    """Returns a bank as GIFT; id and tags stand in comments, where Moodle reads them.

    Left out is what Moodle XML leaves out, orders, and pairs with an arrow (``->``) in the left side.
    """
    blocks, left_out = [], []
    for question in questions:
        reason = _why_left_out(question)
        if reason:
            left_out.append((question["id"], reason))
        else:
            blocks.append("\n".join(_lines(question)) + "\n")
    return QuestionFile("\n".join(blocks).encode(), len(blocks), tuple(left_out))


def _why_left_out(question: BankEntry) -> str:
    if question["type"] == "ordering":
        return _("GIFT has no questions of type ordering")
    if any("->" in pair["left"] for pair in question.get("pairs", ())):
        return _("a left side has an arrow (->), which parts the sides in GIFT")
    return why_left_out(question)


def _lines(question: BankEntry) -> Iterator[str]:
    yield f"// [id:{question['id']}]" + "".join(f" [tag:{tag}]" for tag in tags_of(question))
    yield f"::{question['id']}::[plain]{_escape(question['stem'])}{{"
    if question["type"] == "matching":
        for pair in question["pairs"]:
            yield f"\t={_text(pair['left'])} -> {_escape(pair['right'])}"
    else:
        for part, is_right in rights(question):
            feedback = part.get("feedback")
            mark = "=" if is_right else "~"
            if question["type"] != "single":
                mark = f"~%{percent_of(question, is_right=is_right)}%"
            yield f"\t{mark}{_text(part['text'])}" + (f"#{_text(feedback)}" if feedback else "")
    general = general_feedback_of(question)
    if general:
        yield f"\t####[html]{_escape(general)}"
    yield "}"


def _escape(text: str) -> str:
    return _MARK.sub(lambda mark: _TO_ESCAPE[mark[0]], without_controls(text).strip())


def _text(text: str) -> str:
    """Returns a text that is not taken for a format (``[html]``) or a part of the mark (``%50%``)."""
    written = _escape(text)
    return f"[plain]{written}" if written.startswith(("[", "%")) else written
