"""Reads Aiken: a question, its answers on lines of their own with a letter, and the letter of the right one."""

import re

from lms.authoring.exchange.foreign_text import MAX_MARKUP_LENGTH
from lms.authoring.exchange.questions import ForeignAnswer, ForeignQuestion
from lms.kernel.i18n import gettext as _

_ANSWER = re.compile(r"([A-Z])[.)]\s*(.+)")
KEY = re.compile(r"\s*ANSWER:\s*(.*?)\s*", re.IGNORECASE)
"""The line that ends a question."""


def read_aiken(text: str) -> list[ForeignQuestion]:
    """Returns the questions of a file in Aiken; what it breaks off in the middle of is named too.

    Source: MoodleDocs, "Aiken format".
    """
    found: list[ForeignQuestion] = []
    open_question: ForeignQuestion | None = None
    letters: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        words = line.strip()
        if not words:
            continue
        key, answer = KEY.fullmatch(words), _ANSWER.fullmatch(words)
        if open_question is None:
            open_question, letters = ForeignQuestion(number, kind="multichoice"), []
            found.append(open_question)
        if key:
            _set_right(open_question, letters, key[1])
            open_question = None
        elif answer and (open_question.stem or letters):
            letters.append(answer[1])
            open_question.answers.append(ForeignAnswer(answer[2][:MAX_MARKUP_LENGTH]))
        elif letters:
            # The question before has no right answer: this line begins the next one.
            _set_right(open_question, [], "")
            open_question = ForeignQuestion(number, kind="multichoice", name=words, stem=words)
            letters = []
            found.append(open_question)
        elif len(open_question.stem) < MAX_MARKUP_LENGTH:
            open_question.stem = f"{open_question.stem}\n{words}".strip()[:MAX_MARKUP_LENGTH]
            open_question.name = open_question.name or words[:60]
        else:
            open_question.note(_("A very long text was cut off."))
    if open_question is not None:
        _set_right(open_question, [], "")
    return found


def _set_right(question: ForeignQuestion, letters: list[str], key: str) -> None:
    letter = key[:1].upper()
    if letter and letter in letters and not key[1:].strip(" .)"):
        question.answers[letters.index(letter)].percent = 100
    elif key:
        question.note(_("“ANSWER: %(key)s” names no answer of this question.", key=key[:40]))
    else:
        question.note(_("There is no line “ANSWER:” with the letter of the right answer."))
