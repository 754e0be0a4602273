"""The sheet of questions as a learner sees it: before submission without a trace of the keys, afterwards with them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.assessment import rules
from lms.assessment.rules import Drawable
from lms.assessment.rules.grading import truth

PARTS = {"statements": "statements", "matching": "pairs"}
"""Where a question's parts stand in its body; ``options`` for the other kinds."""


@dataclass(frozen=True, slots=True)
class AskedPart:
    """An option, a statement, an item to order or the left side of a pair."""

    id: str
    text: str
    # What was saved: for statements yes or no, for ordering a place, for matching a pair's id, else "chosen".
    given: str = ""


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question on the sheet. ``choices`` are what a select box offers: places, or right sides as (id, words)."""

    number: int
    question_revision_id: int
    kind: str
    stem: str
    parts: tuple[AskedPart, ...]
    choices: tuple[tuple[str, str], ...]
    answered: bool
    # The moments of a story in an order in which each comes after all that lead to it; else empty.
    steps: tuple["AskedStep", ...] = ()


@dataclass(frozen=True, slots=True)
class AskedStep:
    """A moment of a story. ``parts`` are its choices; ``after`` are the words of the choices that lead here.

    ``after`` is empty at the beginning and where every choice of the moments before leads here. ``leads_to`` gives
    for a choice the number of the moment that follows, counted from 1.
    """

    id: str
    number: int
    stem: str
    parts: tuple[AskedPart, ...]
    after: tuple[str, ...]
    leads_to: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ReviewedPart:
    """A part with what was given, what is right, and why."""

    text: str
    given: str
    key: str
    chosen: bool
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedStep:
    """A moment of a story with the choice made, whether it was right, and why."""

    stem: str
    text: str
    right: bool
    feedback: str


@dataclass(frozen=True, slots=True)
class ReviewedQuestion:
    """A question after submission. ``points`` run from 0 to 1; ``refresh`` is (module slug, section id)."""

    number: int
    slug: str
    kind: str
    objective: str
    stem: str
    points: float
    red_line: bool
    answered: bool
    parts: tuple[ReviewedPart, ...]
    refresh: tuple[str, str] | None
    # Of a story: the way taken, and the best way from its beginning to its end.
    path: tuple[ReviewedStep, ...] = ()
    best: tuple[ReviewedStep, ...] = ()

    @property
    def right(self) -> bool:
        """Says whether it was answered fully right."""
        return self.points == 1


def ask(
    draw: Sequence[Mapping[str, Any]], questions: Mapping[int, Drawable], responses: Mapping[int, Any]
) -> list[AskedQuestion]:
    """Lays out a draw for answering, with what was saved; nothing in it tells what is right."""
    sheet = []
    for number, drawn in enumerate(draw, start=1):
        question = questions[drawn["question"]]
        response = responses.get(question.question_revision_id)
        given = rules.clean(question.kind, question.body, response)
        # Left sides stand as written, their right sides are mixed; every other kind is mixed itself.
        story = question.kind == "branching"
        order = _ids(question) if question.kind == "matching" else drawn["order"]
        texts = {} if story else _texts(question)
        sheet.append(
            AskedQuestion(
                number=number,
                question_revision_id=question.question_revision_id,
                kind=question.kind,
                stem=question.body["stem"],
                parts=()
                if story
                else tuple(AskedPart(part, texts[part], _given(given, part)) for part in order),
                choices=_choices(question, drawn["order"]),
                answered=rules.answered(question.kind, question.body, response),
                steps=_steps(question.body["nodes"], drawn["order"], given or {}) if story else (),
            )
        )
    return sheet


def review(
    draw: Sequence[Mapping[str, Any]],
    questions: Mapping[int, Drawable],
    marks: Sequence[Mapping[str, Any]],
) -> list[ReviewedQuestion]:
    """Lays out a marked draw with keys and feedback."""
    by_question = {mark["question"]: mark for mark in marks}
    sheet = []
    for number, drawn in enumerate(draw, start=1):
        question, mark = questions[drawn["question"]], by_question[drawn["question"]]
        refresh = question.body.get("refresh")
        story = question.kind == "branching"
        sheet.append(
            ReviewedQuestion(
                number=number,
                slug=question.slug,
                kind=question.kind,
                objective=question.objective,
                stem=question.body["stem"],
                points=mark["points"],
                red_line=mark["red_line"],
                answered=mark["response"] is not None,
                parts=() if story else _reviewed_parts(question, drawn["order"], mark["response"]),
                refresh=(refresh["module"], refresh.get("section") or "") if refresh else None,
                path=_path(question.body["nodes"], mark["response"] or {}) if story else (),
                best=_path(question.body["nodes"], None) if story else (),
            )
        )
    return sheet


def _parts(question: Drawable) -> list[Mapping[str, Any]]:
    return list(question.body[PARTS.get(question.kind, "options")])


def _ids(question: Drawable) -> list[str]:
    return [part["id"] for part in _parts(question)]


def _texts(question: Drawable) -> dict[str, str]:
    return {part["id"]: part["left" if question.kind == "matching" else "text"] for part in _parts(question)}


def _steps(nodes: Mapping[str, Any], order: Sequence[str], given: Mapping[str, str]) -> tuple[AskedStep, ...]:
    """Lays out a story: its moments in order, the choices of each as mixed for this draw."""
    names = story_order(nodes)
    numbers = {name: number for number, name in enumerate(names, start=1)}
    steps = []
    for name in names:
        options = {option["id"]: option for option in nodes[name]["options"]}
        mixed = [part.partition("/")[2] for part in order if part.partition("/")[0] == name]
        steps.append(
            AskedStep(
                id=name,
                number=numbers[name],
                stem=nodes[name]["stem"],
                parts=tuple(
                    AskedPart(part, options[part]["text"], "chosen" if given.get(name) == part else "")
                    for part in mixed
                ),
                after=_after(name, nodes),
                leads_to={
                    part: numbers[option["next"]] for part, option in options.items() if option.get("next")
                },
            )
        )
    return tuple(steps)


def story_order(nodes: Mapping[str, Any]) -> list[str]:
    """Lists the moments of a story from its start, each after every moment that leads to it."""
    seen: list[str] = []

    def visit(name: str) -> None:
        if name in nodes and name not in seen:
            # Backwards, so that the first choice's way comes first once the list is turned round.
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


def _path(nodes: Mapping[str, Any], given: Mapping[str, str] | None) -> tuple[ReviewedStep, ...]:
    """Follows the choices that were given, or the first right one of each moment where ``given`` is nothing."""
    name = "start"
    steps: list[ReviewedStep] = []
    while name in nodes and len(steps) < len(nodes):
        node = nodes[name]
        chosen = [
            option
            for option in node["options"]
            if (option.get("correct") if given is None else option["id"] == given.get(name))
        ]
        if not chosen:
            break
        option = chosen[0]
        right = bool(option.get("correct"))
        steps.append(ReviewedStep(node["stem"], option["text"], right, option.get("feedback") or ""))
        name = option.get("next") or ""
    return tuple(steps)


def _given(response: Any, part: str) -> str:
    if isinstance(response, Mapping):
        return str(response.get(part, ""))
    chosen = response == part or (isinstance(response, list) and part in response)
    return "chosen" if chosen else ""


def _choices(question: Drawable, order: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if question.kind == "ordering":
        return tuple((str(place), str(place)) for place in range(1, len(order) + 1))
    if question.kind == "matching":
        right = {pair["id"]: pair["right"] for pair in _parts(question)}
        return tuple((pair, right[pair]) for pair in order)
    return ()


def _reviewed_parts(question: Drawable, order: Sequence[str], response: Any) -> tuple[ReviewedPart, ...]:
    parts = {part["id"]: part for part in _parts(question)}
    ids = _ids(question) if question.kind in {"ordering", "matching"} else order
    return tuple(_reviewed_part(question, parts[part], response) for part in ids)


def _reviewed_part(question: Drawable, part: Mapping[str, Any], response: Any) -> ReviewedPart:
    given, name = _given(response, part["id"]), part["id"]
    match question.kind:
        case "statements":
            key = "yes" if truth(part) else "no"
        case "ordering":
            key = str(_ids(question).index(name) + 1)
        case "matching":
            right = {pair["id"]: pair["right"] for pair in _parts(question)}
            key, given = right[name], right.get(given, "")
        case _:
            key = "chosen" if part.get("correct") else ""
    text = part["left"] if question.kind == "matching" else part["text"]
    return ReviewedPart(text, given, key, bool(given), given == key, part.get("feedback") or "")
