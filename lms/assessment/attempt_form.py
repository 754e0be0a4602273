"""The attempt form: the questions of an open attempt as its learner sees them, without a trace of the keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment.rules.grading import is_answered, normalise_response
from lms.assessment.rules.question_body import parts_of
from lms.catalogue.api import BankQuestion


@dataclass(frozen=True, slots=True)
class FormPart:
    """An option, a statement, an item to order or the left side of a pair."""

    id: str
    text: str
    # The saved response: for statements yes or no, for ordering a place, for matching a pair's id, else "chosen".
    given: str = ""


@dataclass(frozen=True, slots=True)
class FormStep:
    """A step of a story. ``parts`` are its choices; ``after`` are the texts of the choices that lead here.

    ``after`` is empty at the beginning and where every choice of the steps before leads here. ``leads_to`` gives
    for a choice the number of the step that follows, counted from 1.
    """

    id: str
    number: int
    stem: str
    parts: tuple[FormPart, ...]
    after: tuple[str, ...]
    leads_to: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question of the form. ``choices`` are the options of a select box, places or right sides, as (id, text)."""

    number: int
    question_revision_id: int
    kind: str
    stem: str
    parts: tuple[FormPart, ...]
    choices: tuple[tuple[str, str], ...]
    answered: bool
    # The steps of a story in an order in which each comes after all that lead to it; else empty.
    steps: tuple[FormStep, ...] = ()


def build_attempt_form(
    selected: Sequence[Mapping[str, Any]], questions: Mapping[int, BankQuestion], responses: Mapping[int, Any]
) -> list[FormQuestion]:
    """Returns the selected questions of an attempt with the saved responses; nothing in it says what is right."""
    return [
        _form_question(number, questions[one["question"]], one["order"], responses.get(one["question"]))
        for number, one in enumerate(selected, start=1)
    ]


def _form_question(number: int, question: BankQuestion, order: Sequence[str], response: Any) -> FormQuestion:
    kind, body = question.kind, question.body
    given = normalise_response(kind, body, response)
    texts: dict[str, str] = {}
    steps: tuple[FormStep, ...] = ()
    choices: tuple[tuple[str, str], ...] = ()
    if kind == "branching":
        steps = _steps(body["nodes"], order, given or {})
    elif kind == "matching":
        # The left sides of pairs stay as written, their right sides are shuffled; every other kind is shuffled itself.
        texts = {pair["id"]: pair["left"] for pair in body["pairs"]}
        right = {pair["id"]: pair["right"] for pair in body["pairs"]}
        choices = tuple((pair, right[pair]) for pair in order)
    else:
        written = {part["id"]: part["text"] for part in parts_of(kind, body)}
        texts = {part: written[part] for part in order}
    if kind == "ordering":
        choices = tuple((str(place), str(place)) for place in range(1, len(order) + 1))
    return FormQuestion(
        number=number,
        question_revision_id=question.question_revision_id,
        kind=kind,
        stem=body["stem"],
        parts=tuple(FormPart(part, text, given_to(given, part)) for part, text in texts.items()),
        choices=choices,
        answered=is_answered(kind, body, response),
        steps=steps,
    )


def given_to(response: Any, part: str) -> str:
    """Returns what a normalised response says of a part: its value, or "chosen", or nothing."""
    if isinstance(response, Mapping):
        return str(response.get(part, ""))
    chosen = response == part or (isinstance(response, list) and part in response)
    return "chosen" if chosen else ""


def _steps(nodes: Mapping[str, Any], order: Sequence[str], given: Mapping[str, str]) -> tuple[FormStep, ...]:
    """Returns the steps of a story in order, the choices of each as shuffled for this attempt."""
    names = story_order(nodes)
    numbers = {name: number for number, name in enumerate(names, start=1)}
    steps = []
    for name in names:
        options = {option["id"]: option for option in nodes[name]["options"]}
        shuffled = [part.partition("/")[2] for part in order if part.partition("/")[0] == name]
        steps.append(
            FormStep(
                id=name,
                number=numbers[name],
                stem=nodes[name]["stem"],
                parts=tuple(
                    FormPart(part, options[part]["text"], "chosen" if given.get(name) == part else "")
                    for part in shuffled
                ),
                after=_after(name, nodes),
                leads_to={part: numbers[option["next"]] for part, option in options.items() if option.get("next")},
            )
        )
    return tuple(steps)


def story_order(nodes: Mapping[str, Any]) -> list[str]:
    """Returns the steps of a story from its start, each after every step that leads to it."""
    seen: list[str] = []

    def visit(name: str) -> None:
        if name in nodes and name not in seen:
            # Backwards, so that the first choice's path comes first once the list is reversed.
            for option in reversed(nodes[name]["options"]):
                visit(option.get("next") or "")
            seen.append(name)

    visit("start")
    return seen[::-1]


def _after(name: str, nodes: Mapping[str, Any]) -> tuple[str, ...]:
    before = [node for node in nodes.values() if any(o.get("next") == name for o in node["options"])]
    if all(option.get("next") == name for node in before for option in node["options"]):
        return ()
    return tuple(o["text"] for node in before for o in node["options"] if o.get("next") == name)
