"""The attempt form: the questions of an open attempt as its learner sees them, without a trace of the keys.

A page shows no id of a question's file. Controls and values are numbered in the order in which this attempt shows them,
which was drawn for it, so nothing that a browser receives says what is right, or is the same in another attempt.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment.rules.grading import is_answered, normalise_response
from lms.assessment.rules.question_body import ids_of, parts_of
from lms.catalogue.api import BankQuestion


@dataclass(frozen=True, slots=True)
class FormPart:
    """An option, a statement, an item to order or the left side of a pair. ``value`` is its number on the page."""

    value: str
    text: str
    # The saved response: the value of a control, for options "chosen"; empty without one.
    given: str = ""


@dataclass(frozen=True, slots=True)
class FormStep:
    """A step of a story. ``parts`` are its choices; ``after`` are the texts of the choices that lead here.

    ``after`` is empty at the beginning and where every choice of the steps before leads here. ``leads_to`` gives
    for the value of a choice the number of the step that follows, counted from 1.
    """

    number: int
    stem: str
    parts: tuple[FormPart, ...]
    after: tuple[str, ...]
    leads_to: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question of the form. ``choices`` are the options of a select box, places or right sides, as (value, text).

    The page does not show the last three. ``controls`` gives the id of each part that has a control of its own, by its
    number; without any, the question has one control. ``values`` gives what a value of a control means in a response.
    """

    number: int
    question_revision_id: int
    kind: str
    stem: str
    parts: tuple[FormPart, ...]
    choices: tuple[tuple[str, str], ...]
    answered: bool
    # The steps of a story in an order in which each comes after all that lead to it; else empty.
    steps: tuple[FormStep, ...]
    controls: Mapping[str, str]
    values: Mapping[str, Any]
    response: Any


def build_attempt_form(
    selected: Sequence[Mapping[str, Any]], questions: Mapping[int, BankQuestion], responses: Mapping[int, Any]
) -> list[FormQuestion]:
    """Returns the selected questions of an attempt with the saved responses."""
    return [
        _form_question(number, questions[one["question"]], one["order"], responses.get(one["question"]))
        for number, one in enumerate(selected, start=1)
    ]


def _form_question(number: int, question: BankQuestion, order: Sequence[str], response: Any) -> FormQuestion:
    kind, body = question.kind, question.body
    given = normalise_response(kind, body, response)
    story = story_order(body["nodes"], order) if kind == "branching" else {}
    controls = _controls(question, order, story)
    values = _values(kind, order, story)
    return FormQuestion(
        number=number,
        question_revision_id=question.question_revision_id,
        kind=kind,
        stem=body["stem"],
        parts=() if story else _form_parts(question, controls, values, given),
        choices=_choices(question, values),
        answered=is_answered(kind, body, response),
        steps=_steps(body["nodes"], story, given or {}) if story else (),
        controls=controls,
        values=values,
        response=given,
    )


def letter_of(value: str) -> str:
    """Returns the letter of an option, printed on paper, by the value of its control: A for 1 and for 2-1."""
    return chr(ord("A") - 1 + int(value.rpartition("-")[2]))


def _numbered(items: Iterable[str]) -> dict[str, str]:
    return {str(number): item for number, item in enumerate(items, start=1)}


def _controls(question: BankQuestion, order: Sequence[str], story: Iterable[str]) -> dict[str, str]:
    match question.kind:
        case "branching":
            return _numbered(story)
        case "statements" | "ordering":
            return _numbered(order)
        case "matching":
            # The left sides stay as written; the right sides are shuffled.
            return _numbered(ids_of(parts_of(question.kind, question.body)))
    return {}


def _values(kind: str, order: Sequence[str], story: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    match kind:
        case "branching":
            steps = enumerate(story.values(), start=1)
            return {f"{step}-{value}": id_ for step, options in steps for value, id_ in _numbered(options).items()}
        case "statements":
            return {"yes": "yes", "no": "no"}
        case "ordering":
            return {str(place): place for place in range(1, len(order) + 1)}
    return _numbered(order)


def _form_parts(
    question: BankQuestion, controls: Mapping[str, str], values: Mapping[str, Any], given: Any
) -> tuple[FormPart, ...]:
    parts = {part["id"]: part for part in parts_of(question.kind, question.body)}
    text = "left" if question.kind == "matching" else "text"
    if not controls:
        return tuple(FormPart(value, parts[id_][text], given_to(given, id_)) for value, id_ in values.items())
    sent = {meaning: value for value, meaning in values.items()} | {None: ""}
    return tuple(FormPart(value, parts[id_][text], sent[(given or {}).get(id_)]) for value, id_ in controls.items())


def given_to(response: Any, part: str) -> str:
    """Returns what a normalised response says of a part: its value, or "chosen", or nothing."""
    if isinstance(response, Mapping):
        return str(response.get(part, ""))
    chosen = response == part or (isinstance(response, list) and part in response)
    return "chosen" if chosen else ""


def _steps(
    nodes: Mapping[str, Any], story: Mapping[str, Sequence[str]], given: Mapping[str, str]
) -> tuple[FormStep, ...]:
    """Returns the steps of a story in order, the choices of each as shuffled for this attempt."""
    numbers = {name: number for number, name in enumerate(story, start=1)}
    steps = []
    for name, shuffled in story.items():
        options = {option["id"]: option for option in nodes[name]["options"]}
        values = {f"{numbers[name]}-{value}": options[id_] for value, id_ in _numbered(shuffled).items()}
        steps.append(
            FormStep(
                number=numbers[name],
                stem=nodes[name]["stem"],
                parts=tuple(
                    FormPart(value, option["text"], "chosen" if given.get(name) == option["id"] else "")
                    for value, option in values.items()
                ),
                after=_after(name, nodes, story),
                leads_to={value: numbers[option["next"]] for value, option in values.items() if option.get("next")},
            )
        )
    return tuple(steps)


def story_order(nodes: Mapping[str, Any], order: Sequence[str]) -> dict[str, list[str]]:
    """Returns the steps of a story from its start, each after all that lead to it, with their choices as shuffled.

    ``order`` has the shuffled choices as ``step/choice``; the paths of a step follow in that order.
    """
    shuffled: dict[str, list[str]] = {name: [] for name in nodes}
    for name, _, option in (part.partition("/") for part in order):
        shuffled[name].append(option)
    seen: list[str] = []

    def visit(name: str) -> None:
        if name in nodes and name not in seen:
            following = {option["id"]: option.get("next") or "" for option in nodes[name]["options"]}
            # Backwards, so that the first choice's path comes first once the list is reversed.
            for option in reversed(shuffled[name]):
                visit(following[option])
            seen.append(name)

    visit("start")
    return {name: shuffled[name] for name in reversed(seen)}


def _after(name: str, nodes: Mapping[str, Any], story: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    before: list[Mapping[str, Any]] = []
    for step, shuffled in story.items():
        options = {option["id"]: option for option in nodes[step]["options"]}
        if any(option.get("next") == name for option in options.values()):
            before += [options[id_] for id_ in shuffled]
    if all(option.get("next") == name for option in before):
        return ()
    return tuple(option["text"] for option in before if option.get("next") == name)


def _choices(question: BankQuestion, values: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if question.kind == "ordering":
        return tuple((place, place) for place in values)
    if question.kind == "matching":
        right = {pair["id"]: pair["right"] for pair in parts_of(question.kind, question.body)}
        return tuple((value, right[pair]) for value, pair in values.items())
    return ()
