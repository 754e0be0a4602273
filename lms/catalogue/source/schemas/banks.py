"""The schemas of a question bank, one for each type of question."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from lms.catalogue.source.schemas.base import LongText, Schema, ShortText, Slug
from lms.kernel.i18n import gettext as _


def _yes_or_no(value: Any) -> Any:
    words = {True: True, False: False, "yes": True, "no": False}
    if isinstance(value, (bool, str)) and value in words:
        return words[value]
    raise ValueError(_("must be yes or no"))


YesNo = Annotated[bool, BeforeValidator(_yes_or_no, json_schema_input_type=bool | Literal["yes", "no"])]


class SourceReference(Schema):
    """The source of a fact: a publication its author has read."""

    title: ShortText
    """The title as printed."""
    publisher: ShortText | None = None
    """Who published it."""
    year: int | None = Field(default=None, ge=1900, le=2100)
    """The year of the edition that was read."""


class ReadAgain(Schema):
    """Where to read again after a wrong answer."""

    module: Slug
    """The module's name without its number."""
    section: str | None = None
    """The section's heading in lower case with hyphens; absent: the module's beginning."""


class QuestionPart(Schema):
    """What options, items and statements have in common."""

    id: Slug
    """The id within the question, such as a."""
    text: LongText
    """What the learner reads."""


class AnswerOption(QuestionPart):
    """A possible answer."""

    correct: bool = False
    """Whether choosing it is right."""
    feedback: LongText
    """Why it is safe or unsafe: shown after the quiz."""


class OrderingItem(QuestionPart):
    """One item of an order."""

    feedback: LongText | None = None
    """Why it has this place."""


class MatchingPair(Schema):
    """Two things that belong together."""

    id: Slug | None = None
    """The pair's id within its question; needed where the bank is translated."""
    left: LongText
    """The left side, shown as given."""
    right: LongText
    """The right side, chosen by the learner."""
    feedback: LongText | None = None
    """Why they belong together."""


class TrueFalseStatement(QuestionPart):
    """A sentence that is true or not."""

    true: YesNo
    """Whether it is true: yes or no."""
    feedback: LongText
    """Why."""


class StoryOption(AnswerOption):
    """A choice at a node of a story."""

    next: Slug | None = None
    """The node that follows; absent: the story ends here."""


class StoryNode(Schema):
    """A node of a story."""

    stem: LongText
    """What happens."""
    options: list[StoryOption] = Field(min_length=2, max_length=6)
    """What one can do."""


class QuestionSchema(Schema):
    """What every question has."""

    id: Slug
    """The question's id within its course; never used twice, not even after the question was removed."""
    objective: Slug
    """The objective it asks about, by its id in course.yml."""
    red_line: bool = False
    """Whether it must be fully right, whatever the score."""
    sectors: list[Slug] = Field(default=[])
    """The sectors it is written for; absent: all."""
    stem: LongText
    """The situation and the question."""
    source: SourceReference | None = None
    """Where the right answer comes from."""
    refresh: ReadAgain | None = None
    """Where to read again."""


class SingleChoice(QuestionSchema):
    """Several options, one of which is right."""

    type: Literal["single"]
    """The kind of question."""
    options: list[AnswerOption] = Field(min_length=2, max_length=8)
    """The options, in any order: every attempt mixes them."""


class MultipleChoice(QuestionSchema):
    """Several options, several of which are right; a wrong choice costs part of the mark, never below zero."""

    type: Literal["multiple"]
    """The kind of question."""
    options: list[AnswerOption] = Field(min_length=3, max_length=10)
    """The options."""


class OrderingQuestion(QuestionSchema):
    """Items to put in order."""

    type: Literal["ordering"]
    """The kind of question."""
    options: list[OrderingItem] = Field(min_length=3, max_length=10)
    """The items in the right order."""


class MatchingQuestion(QuestionSchema):
    """Things to match."""

    type: Literal["matching"]
    """The kind of question."""
    pairs: list[MatchingPair] = Field(min_length=2, max_length=8)
    """What belongs together."""


class StatementsQuestion(QuestionSchema):
    """Sentences to call true or false; one mark for all of them."""

    type: Literal["statements"]
    """The kind of question."""
    statements: list[TrueFalseStatement] = Field(min_length=2, max_length=10)
    """The sentences."""


class StoryQuestion(QuestionSchema):
    """A short story with choices, beginning at the node called start."""

    type: Literal["branching"]
    """The kind of question."""
    nodes: dict[Slug, StoryNode] = Field(min_length=1, max_length=20)
    """The nodes of the story by name."""


AnyQuestion = Annotated[
    SingleChoice | MultipleChoice | OrderingQuestion | MatchingQuestion | StatementsQuestion | StoryQuestion,
    Field(discriminator="type"),
]


class BankFile(Schema):
    """A question bank: quizzes/<course>.yml."""

    course: Slug
    """The course it belongs to: its folder's name, and this file's."""
    questions: list[AnyQuestion]
    """The questions."""


def marking_key(kind: str, red_line: bool, body: dict[str, Any]) -> dict[str, Any]:
    """Returns the part of a question's stored body that decides what is right; an edition fixes it."""
    key: dict[str, Any] = {"type": kind, "red_line": red_line}
    match kind:
        case "single" | "multiple":
            key["options"] = {option["id"]: option["correct"] for option in body["options"]}
        case "ordering":
            key["order"] = [step["id"] for step in body["options"]]
        case "matching":
            key["pairs"] = sorted(pair["id"] for pair in body["pairs"])
        case "statements":
            key["statements"] = {statement["id"]: statement["true"] for statement in body["statements"]}
        case "branching":
            key["nodes"] = {
                name: {option["id"]: [option["correct"], option.get("next")] for option in node["options"]}
                for name, node in body["nodes"].items()
            }
    return key


def stored_body(question: AnyQuestion) -> dict[str, Any]:
    """Returns a question as it is stored: words, keys and feedback, without what has columns of its own.

    ``statements[*].true`` is a bool; every pair has an id.
    """
    own = {"id", "type", "objective", "red_line", "sectors"}
    body: dict[str, Any] = question.model_dump(mode="json", exclude=own, exclude_none=True)
    for number, pair in enumerate(body.get("pairs", ()), start=1):
        pair.setdefault("id", str(number))
    return body
