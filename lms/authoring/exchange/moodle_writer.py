"""Writes Moodle XML: what its types can say as they say it, the rest as tags and general feedback."""

from collections.abc import Iterable, Iterator
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lms.authoring.exchange.foreign_text import without_controls
from lms.authoring.exchange.questions import BankEntry, QuestionFile
from lms.authoring.exchange.tags import general_feedback_of, tags_of
from lms.kernel.i18n import gettext as _

_TYPES = {
    "single": "multichoice",
    "multiple": "multichoice",
    "statements": "multichoice",
    "matching": "matching",
    "ordering": "ordering",
}


def write_moodle_xml(questions: Iterable[BankEntry]) -> QuestionFile:
    """Returns a bank as Moodle XML; statements become a question with several right answers, with a tag.

    Texts are plain text there too. Left out are stories, and statements of which none is true.
    """
    quiz = Element("quiz")
    left_out = []
    for question in questions:
        reason = why_left_out(question)
        if reason:
            left_out.append((question["id"], reason))
        else:
            _write_question(SubElement(quiz, "question", type=_TYPES[question["type"]]), question)
    indent(quiz)
    content = tostring(quiz, encoding="utf-8", xml_declaration=True)
    return QuestionFile(content, len(quiz), tuple(left_out))


def why_left_out(question: BankEntry) -> str:
    """Returns why Moodle cannot have a question, empty where it can."""
    if question["type"] == "branching":
        return _("Moodle has no stories (branching)")
    if question["type"] == "statements" and not any(is_right for _part, is_right in rights(question)):
        return _("no sentence is true, and in Moodle one answer must be right")
    return ""


def rights(question: BankEntry) -> Iterator[tuple[BankEntry, bool]]:
    """Yields the parts that are chosen from, and whether each is right."""
    for part in question.get("statements") or question["options"]:
        yield part, part.get("true", part.get("correct", False)) in {True, "yes"}


def percent_of(question: BankEntry, *, is_right: bool) -> str:
    """Returns how much of the mark an answer gives, in percent: right ones share it, and wrong ones take it.

    The numbers are those that Moodle knows; as here, choosing everything gives nothing.
    """
    if question["type"] == "single":
        return "100" if is_right else "0"
    alike = sum(right == is_right for _part, right in rights(question))
    return f"{(100 if is_right else -100) / alike:.5f}".rstrip("0").rstrip(".")


def _write_question(element: Element, question: BankEntry) -> None:
    kind = question["type"]
    _add_text(element, "name", question["id"])
    _add_text(element, "questiontext", question["stem"], "plain_text")
    _add_text(element, "generalfeedback", general_feedback_of(question), "html")
    SubElement(element, "defaultgrade").text = "1"
    SubElement(element, "idnumber").text = question["id"]
    match kind:
        case "matching":
            SubElement(element, "shuffleanswers").text = "true"
            for pair in question["pairs"]:
                _add_text(_add_text(element, "subquestion", pair["left"], "plain_text"), "answer", pair["right"])
        case "ordering":
            for place, item in enumerate(question["options"], start=1):
                _add_answer(element, str(place), item)
        case _:
            SubElement(element, "single").text = "true" if kind == "single" else "false"
            SubElement(element, "shuffleanswers").text = "true"
            for part, is_right in rights(question):
                _add_answer(element, percent_of(question, is_right=is_right), part)
    tags = SubElement(element, "tags")
    for tag in tags_of(question):
        _add_text(tags, "tag", tag)


def _add_answer(element: Element, fraction: str, part: BankEntry) -> None:
    answer = _add_text(element, "answer", part["text"], "plain_text")
    answer.set("fraction", fraction)
    _add_text(answer, "feedback", part.get("feedback") or "", "plain_text")


def _add_text(parent: Element, name: str, text: str, text_format: str = "") -> Element:
    element = SubElement(parent, name, {"format": text_format} if text_format else {})
    SubElement(element, "text").text = without_controls(text)
    return element
