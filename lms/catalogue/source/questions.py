"""The forms of a question bank, one for each kind of question."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from lms.catalogue.source.fields import Form, Line, Slug, Text


def _yes_or_no(value: Any) -> Any:
    words = {True: True, False: False, "yes": True, "no": False}
    if isinstance(value, (bool, str)) and value in words:
        return words[value]
    raise ValueError("must be yes or no")


YesNo = Annotated[bool, BeforeValidator(_yes_or_no, json_schema_input_type=bool | Literal["yes", "no"])]


class Source(Form):
    """Where a fact comes from: something its author has read."""

    title: Line
    """The title as printed."""
    publisher: Line | None = None
    """Who published it."""
    year: int | None = Field(default=None, ge=1900, le=2100)
    """The year of the edition that was read."""


class Refresh(Form):
    """Where to read again after a wrong answer."""

    module: Slug
    """The module's name without its number."""
    section: str | None = None
    """The section's heading in lower case with hyphens; absent: the module's beginning."""


class Option(Form):
    """A possible answer."""

    id: Slug
    """The option's id within its question, such as a."""
    text: Text
    """What the learner reads."""
    correct: bool = False
    """Whether choosing it is right."""
    feedback: Text
    """Why it is safe or unsafe: shown after the quiz."""


class Step(Form):
    """One item of an order."""

    id: Slug
    """The item's id within its question."""
    text: Text
    """What the learner reads."""
    feedback: Text | None = None
    """Why it stands at this place."""


class Pair(Form):
    """Two things that belong together."""

    id: Slug | None = None
    """The pair's id within its question; needed where the bank is translated."""
    left: Text
    """What is given."""
    right: Text
    """What belongs to it."""
    feedback: Text | None = None
    """Why they belong together."""


class Statement(Form):
    """A sentence that is true or not."""

    id: Slug
    """The statement's id within its question."""
    text: Text
    """The sentence."""
    true: YesNo
    """Whether it is true: yes or no."""
    feedback: Text
    """Why."""


class Branch(Option):
    """A choice in a story."""

    next: Slug | None = None
    """The node that follows; absent: the story ends here."""


class Node(Form):
    """A moment in a story."""

    stem: Text
    """What happens."""
    options: list[Branch] = Field(min_length=2, max_length=6)
    """What one can do."""


class Asked(Form):
    """What every question has."""

    id: Slug
    """The question's id within its course; never used twice, not even after the question has gone."""
    objective: Slug
    """The objective it asks about, by its id in course.yml."""
    red_line: bool = False
    """Whether it must be fully right, whatever the score."""
    sectors: list[Slug] = Field(default=[])
    """The sectors it is written for; absent: all."""
    stem: Text
    """The situation and the question."""
    source: Source | None = None
    """Where the right answer comes from."""
    refresh: Refresh | None = None
    """Where to read again."""


class Single(Asked):
    """Several options, one of them right."""

    type: Literal["single"]
    """The kind of question."""
    options: list[Option] = Field(min_length=2, max_length=8)
    """The options, in any order: every draw mixes them."""


class Multiple(Asked):
    """Several options, several of them right; a wrong cross costs part of the mark, never below zero."""

    type: Literal["multiple"]
    """The kind of question."""
    options: list[Option] = Field(min_length=3, max_length=10)
    """The options."""


class Ordering(Asked):
    """Items to put in order."""

    type: Literal["ordering"]
    """The kind of question."""
    options: list[Step] = Field(min_length=3, max_length=10)
    """The items in the right order."""


class Matching(Asked):
    """Things to match."""

    type: Literal["matching"]
    """The kind of question."""
    pairs: list[Pair] = Field(min_length=2, max_length=8)
    """What belongs together."""


class Statements(Asked):
    """Sentences to judge; one mark for the whole."""

    type: Literal["statements"]
    """The kind of question."""
    statements: list[Statement] = Field(min_length=2, max_length=10)
    """The sentences."""


class Branching(Asked):
    """A short story with choices, beginning at the node called start."""

    type: Literal["branching"]
    """The kind of question."""
    nodes: dict[Slug, Node] = Field(min_length=1, max_length=20)
    """The moments of the story by name."""


Question = Annotated[
    Single | Multiple | Ordering | Matching | Statements | Branching, Field(discriminator="type")
]


class Bank(Form):
    """A question bank: quizzes/<course>.yml."""

    course: Slug
    """The course it belongs to: its folder's name, and this file's."""
    questions: list[Question]
    """The questions."""


def marking_key(kind: str, red_line: bool, body: dict[str, Any]) -> dict[str, Any]:
    """Returns what decides about right and wrong, from a question's stored body: what an edition fixes."""
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


def body_of(question: Question) -> dict[str, Any]:
    """Returns a question as it is stored: words, keys and feedback, without what has columns of its own.

    ``statements[*].true`` is a bool; every pair has an id.
    """
    own = {"id", "type", "objective", "red_line", "sectors"}
    body: dict[str, Any] = question.model_dump(mode="json", exclude=own, exclude_none=True)
    for number, pair in enumerate(body.get("pairs", ()), start=1):
        pair.setdefault("id", str(number))
    return body
