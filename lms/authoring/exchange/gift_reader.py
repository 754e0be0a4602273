r"""Reads GIFT: questions parted by empty lines, their answers in braces, ``\`` before a mark that is meant as text."""

import re
from collections.abc import Iterator

from lms.authoring.exchange.foreign_text import to_plain_text
from lms.authoring.exchange.questions import ForeignAnswer, ForeignQuestion
from lms.kernel.i18n import gettext as _

ESCAPES = {"\\": "\\", ":": ":", "#": "#", "=": "=", "{": "{", "}": "}", "~": "~", "n": "\n"}
r"""What may follow a backslash, and what it then means."""

_FIRST_PLACEHOLDER = 0xFDD0
_ESCAPED = re.compile(r"\\([\\:#={}~n])")
_PLACEHOLDER = re.compile(f"[{chr(_FIRST_PLACEHOLDER)}-{chr(_FIRST_PLACEHOLDER + len(ESCAPES) - 1)}]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_LABEL = re.compile(r"\[(id|tag):((?:[^\]\\]|\\.)*)\]")
_CATEGORY = "$CATEGORY:"
_TRUE, _FALSE = {"T", "TRUE"}, {"F", "FALSE"}


def read_gift(text: str) -> list[ForeignQuestion]:
    """Returns the questions of a file in GIFT, those of other types too, and each change of the category.

    Source: MoodleDocs, "GIFT format". Where a file breaks its rules, what Moodle does with it decides.
    """
    return [question for number, lines in _blocks(text) for question in _read_block(number, lines)]


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yields runs of lines that are not empty, with the number of the first."""
    lines: list[str] = []
    number = 0
    for number, line in enumerate([*text.split("\n"), ""], start=1):
        if line.strip():
            lines.append(line.strip())
        elif lines:
            yield number - len(lines), lines
            lines = []


def _read_block(number: int, lines: list[str]) -> Iterator[ForeignQuestion]:
    labels: list[tuple[str, str]] = []
    written: list[str] = []
    first = number
    for place, line in enumerate(lines, start=number):
        if line.startswith("//"):
            labels += _LABEL.findall(line)
        elif line.startswith(_CATEGORY) and not written:
            yield ForeignQuestion(place, name=line.removeprefix(_CATEGORY).strip(), kind="category")
        else:
            first = first if written else place
            written.append(line)
    if written:
        question = ForeignQuestion(first)
        for key, escaped in labels:
            value = re.sub(r"\\(.)", r"\1", escaped).strip()
            if key == "id":
                question.idnumber = value
            else:
                question.tags.append(value)
        _read_question(question, _ESCAPED.sub(_protect, "\n".join(written)))
        yield question


def _protect(escaped: re.Match[str]) -> str:
    return chr(_FIRST_PLACEHOLDER + list(ESCAPES).index(escaped[1]))


def _restore(text: str) -> str:
    return _PLACEHOLDER.sub(lambda mark: list(ESCAPES.values())[ord(mark[0]) - _FIRST_PLACEHOLDER], text)


class _Texts:
    """Reads the texts of one question: the format of its own text is that of the others too."""

    def __init__(self, question: ForeignQuestion) -> None:
        self.question = question
        self.format = "moodle"

    def read(self, text: str) -> str:
        text_format, words = self.split(text)
        plain, notes = to_plain_text(words, text_format)
        self.question.note(*notes)
        return plain

    def split(self, text: str) -> tuple[str, str]:
        text = text.strip()
        mark = _FORMAT.match(text)
        return (mark[1], _restore(text[mark.end() :])) if mark else (self.format, _restore(text))

    def answer(self, text: str, percent: float = 0.0) -> ForeignAnswer:
        words, _hash, feedback = text.partition("#")
        return ForeignAnswer(self.read(words), percent, self.read(feedback))


def _read_question(question: ForeignQuestion, text: str) -> None:
    if text.startswith("::") and "::" in text[2:]:
        name, _colons, text = text[2:].partition("::")
        question.name = " ".join(_restore(name).split())
    start, end = text.find("{"), text.find("}")
    texts = _Texts(question)
    if start < 0 and end < 0:
        question.kind = "description"
        question.stem = texts.read(text)
    elif start < 0 or end < start:
        question.stem = texts.read(text)
        question.note(_("Its answers do not stand between { and }: there may be an empty line among them."))
    else:
        gap = "" if text.rstrip().endswith("}") and end == len(text.rstrip()) - 1 else "_____"
        stem = f"{text[:start]}{gap}{text[end + 1 :]}"
        texts.format = texts.split(stem)[0]
        question.stem = texts.read(stem)
        _read_answers(question, texts, text[start + 1 : end].strip())
    question.name = question.name or question.stem[:60]


def _read_answers(question: ForeignQuestion, texts: _Texts, answers: str) -> None:
    answers, mark, general = answers.rpartition("####")
    if not mark:
        answers, general = general, ""
    if general:
        text_format, words = texts.split(general)
        question.general_feedback = words if text_format != "plain" else words.replace("<", "&lt;")
    answers = answers.strip()
    truth = re.fullmatch(r"([A-Za-z]+)\s*(?:#([^#]*))?(?:#(.*))?", answers, re.DOTALL)
    if answers.startswith("#"):
        question.kind = "numerical"
    elif answers.startswith(">"):
        _read_order(question, texts, answers)
    elif "~" in answers:
        _read_choices(question, texts, answers)
    elif "=" in answers and "->" in answers:
        _read_pairs(question, texts, answers)
    elif truth and truth[1].upper() in _TRUE | _FALSE:
        _read_truth(question, texts, truth)
    else:
        question.kind = "shortanswer" if answers else "essay"


def _read_choices(question: ForeignQuestion, texts: _Texts, answers: str) -> None:
    question.kind = "multichoice"
    question.is_single = "=" in answers
    for piece in re.split("(?=[~=])", answers):
        words = piece.lstrip("~=").strip()
        if not words:
            continue
        percent = 100.0 if piece.startswith("=") else 0.0
        weight = _WEIGHT.match(words)
        if weight:
            percent, words = float(weight[1]), words[weight.end() :]
        question.answers.append(texts.answer(words, percent))


def _read_pairs(question: ForeignQuestion, texts: _Texts, answers: str) -> None:
    question.kind = "matching"
    for piece in answers.split("="):
        left, arrow, right = (part.strip() for part in piece.partition("->"))
        if left and arrow:
            # A right side has no format.
            question.pairs.append((texts.read(left), _restore(right).strip()))
        elif right:
            question.note(_("Left out: “%(right)s”, which belongs to nothing.", right=_restore(right)[:100]))
        elif left:
            question.note(_("Left out: “%(left)s”, which nothing belongs to.", left=_restore(left)[:100]))


def _read_truth(question: ForeignQuestion, texts: _Texts, truth: re.Match[str]) -> None:
    """Reads a true/false question: the first feedback is for a wrong answer, the second for the right one."""
    question.kind = "truefalse"
    is_true = truth[1].upper() in _TRUE
    wrong, right = texts.read(truth[2] or ""), texts.read(truth[3] or "")
    question.answers = [
        ForeignAnswer(_("True"), 100.0 * is_true, right if is_true else wrong),
        ForeignAnswer(_("False"), 100.0 * (not is_true), wrong if is_true else right),
    ]


def _read_order(question: ForeignQuestion, texts: _Texts, answers: str) -> None:
    """Reads an order as Moodle's question type of this name writes it: settings, then a line for each item."""
    question.kind = "ordering"
    _settings, *items = answers.split("\n")
    question.answers = [ForeignAnswer(texts.read(item)) for item in items if item.strip()]
