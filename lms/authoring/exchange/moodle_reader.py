"""Reads Moodle XML without executing or fetching anything: documents that declare anything are refused."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from lms.authoring.exchange.foreign_text import to_plain_text
from lms.authoring.exchange.questions import ForeignAnswer, ForeignQuestion, NotQuestions
from lms.kernel.i18n import gettext as _

MAX_DEPTH, MAX_ELEMENTS = 30, 200_000
_STANDARD = frozenset({"Your answer is correct.", "Your answer is partially correct.", "Your answer is incorrect."})
"""What Moodle writes under every question."""


def read_moodle_xml(text: str) -> list[ForeignQuestion]:
    """Returns the questions of a file in Moodle XML, those of other types and changes of the category too.

    Raises ``NotQuestions`` where it is no XML or another kind of it, declares a document type or entities, or nests too
    deep. Source: MoodleDocs, "Moodle XML format".
    """
    document = _Document()
    root = document.parse(text)
    if root.tag != "quiz":
        message = _("This is XML, but not from Moodle: it begins with <%(tag)s> instead of <quiz>.", tag=root.tag[:60])
        raise NotQuestions(message)
    return [
        _read_question(element, line) for element, line in zip(root.findall("question"), document.lines, strict=True)
    ]


class _Document:
    """Builds the tree of a document, and remembers the line of each question."""

    def __init__(self) -> None:
        self.lines: list[int] = []
        self._builder = TreeBuilder()
        self._depth = self._elements = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._builder.data
        # Entities can only be declared in a document type, and one may name files to fetch.
        self._parser.StartDoctypeDeclHandler = self._refuse_declarations

    def parse(self, text: str) -> Element:
        try:
            self._parser.Parse(text, True)
        except expat.ExpatError as fault:
            message = _(
                "This file is damaged: %(reason)s, line %(line)s.",
                reason=expat.errors.messages[fault.code],
                line=fault.lineno,
            )
            raise NotQuestions(message) from None
        return self._builder.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._depth > MAX_DEPTH or self._elements > MAX_ELEMENTS:
            raise NotQuestions(_("This file is too large or nests too deep to be one of questions."))
        if self._depth == 2 and tag == "question":
            self.lines.append(self._parser.CurrentLineNumber)
        self._builder.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._builder.end(tag)

    def _refuse_declarations(self, *_words: object) -> None:
        message = _("This file declares a document type (<!DOCTYPE>), which files of questions do not need.")
        raise NotQuestions(message)


def _read_question(element: Element, line: int) -> ForeignQuestion:
    question = ForeignQuestion(line, kind=element.get("type") or "?")
    if question.kind == "category":
        question.name = _words(question, element.find("category"), "plain_text")
        return question
    question.name = " ".join(_words(question, element.find("name"), "plain_text").split())
    question.stem = _words(question, element.find("questiontext"))
    question.name = question.name or question.stem[:60]
    question.idnumber = (element.findtext("idnumber") or "").strip()
    question.tags = [tag for each in element.findall("tags/tag") if (tag := (each.findtext("text") or "").strip())]
    question.is_single = (element.findtext("single") or "true").strip().lower() in {"true", "1"}
    question.general_feedback = (element.findtext("generalfeedback/text") or "").strip()
    _read_parts(question, element)
    _note_others(question, element)
    return question


def _read_parts(question: ForeignQuestion, element: Element) -> None:
    """Reads answers and pairs as the type of the question has them."""
    question.answers = [
        ForeignAnswer(
            text=_words(question, each),
            percent=_number(each.get("fraction", ""), 0),
            feedback=_words(question, each.find("feedback")),
        )
        for each in element.findall("answer")
    ]
    if question.kind == "truefalse":
        names = {"true": _("True"), "false": _("False")}
        for answer in question.answers:
            answer.text = names.get(answer.text.lower(), answer.text)
    elif question.kind == "ordering":
        question.answers.sort(key=lambda answer: answer.percent)
    for each in element.findall("subquestion"):
        left, right = _words(question, each), _words(question, each.find("answer"), "plain_text")
        if left and right:
            question.pairs.append((left, right))
        elif right:
            question.note(_("Left out: “%(right)s”, which belongs to nothing.", right=right[:100]))


def _number(text: str, default: float) -> float:
    try:
        return float(text)
    except ValueError:
        return default


def _words(question: ForeignQuestion, element: Element | None, text_format: str = "moodle_auto_format") -> str:
    """Returns the plain text of an element that has a text and perhaps files, and notes what is lost.

    Names, categories and right sides have no format of their own and are never HTML.
    """
    if element is None:
        return ""
    if element.find("file") is not None:
        question.note(_("Left out: a file that lies in the question, such as a picture."))
    words, notes = to_plain_text(element.findtext("text") or "", element.get("format", text_format))
    question.note(*notes)
    return words


def _note_others(question: ForeignQuestion, element: Element) -> None:
    """Notes what else the question says and ours cannot."""
    question.note(*_combined(element))
    if (element.findtext("image") or "").strip():
        # As Moodle wrote it before version 2.
        question.note(_("Left out: a file that lies in the question, such as a picture."))
    if any((each.findtext("text") or "").strip() for each in element.findall("hint")):
        question.note(_("Left out: hints."))
    if _number(element.findtext("defaultgrade") or "", 1) != 1:
        question.note(_("Left out: how much it counts; here all questions count alike."))


def _combined(element: Element) -> Iterator[str]:
    for name in ("correctfeedback", "partiallycorrectfeedback", "incorrectfeedback"):
        words, _lost = to_plain_text(element.findtext(f"{name}/text") or "", "html")
        if words and words not in _STANDARD:
            yield _("Left out: feedback on the whole answer (right, partly right, wrong).")
