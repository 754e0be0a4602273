"""Which questions one attempt asks, and in which order their options stand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeVar

RED_LINES = 2
"""Each draw asks at least so many red-line questions, where the bank has them."""


class Drawable(Protocol):
    """What a draw must know of a question."""

    @property
    def question_revision_id(self) -> int:
        """The number of the question's words and key."""

    @property
    def slug(self) -> str:
        """The question's id in its course."""

    @property
    def kind(self) -> str:
        """single, multiple, ordering, matching, statements or branching."""

    @property
    def objective(self) -> str:
        """The objective it asks about."""

    @property
    def red_line(self) -> bool:
        """Whether it must be right, whatever the score."""

    @property
    def sectors(self) -> Sequence[str]:
        """The sectors it is written for; none stands for all."""

    @property
    def body(self) -> Mapping[str, Any]:
        """The question as in the file."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One question of a draw, with its options in the order shown."""

    question_revision_id: int
    slug: str
    order: tuple[str, ...]


Q = TypeVar("Q", bound=Drawable)


def eligible(bank: Iterable[Q], sector: str | None, *, per_sector: bool) -> list[Q]:
    """Lists the questions that may be asked: in courses that are per sector, none written for others only."""
    return [question for question in bank if not (per_sector and is_foreign(question, sector))]


def draw(
    bank: Iterable[Drawable], *, size: int, sector: str | None, seen: Iterable[str] = (), seed: str
) -> tuple[Drawn, ...]:
    """Draws the questions of one attempt; the same arguments give the same draw.

    The objectives share the places evenly; at least two questions are red lines, where the bank has them. Within
    an objective, questions not in ``seen`` (slugs) come first, then those written for the learner's sector.
    Questions written only for other sectors come in only where the others are not enough. A bank smaller than
    ``size`` is asked whole.
    """
    # The order of a bank is its author's; it must not decide which question comes first.
    chance = Random(seed)  # noqa: S311 - a draw must be repeatable, not secret
    mixed = sorted(bank, key=lambda question: question.slug)
    chance.shuffle(mixed)
    choice = _Choice(mixed, size, sector, frozenset(seen))
    choice.fill(min(RED_LINES, size), choice.red_lines(foreign=False))
    choice.fill(min(RED_LINES, size), choice.red_lines(foreign=True))
    choice.fill(size, choice.others(foreign=False))
    choice.fill(size, choice.others(foreign=True))
    chosen = list(choice.chosen)
    chance.shuffle(chosen)
    return tuple(Drawn(q.question_revision_id, q.slug, tuple(option_order(q, chance))) for q in chosen)


def is_foreign(question: Drawable, sector: str | None) -> bool:
    """Says whether a question is written only for sectors that are not the learner's."""
    return bool(question.sectors) and sector not in question.sectors


class _Choice:
    """The questions chosen so far."""

    def __init__(self, bank: list[Drawable], size: int, sector: str | None, seen: frozenset[str]) -> None:
        self.size = size
        self.sector = sector
        # A stable sort: within equal preference the chance order stays.
        self.bank = sorted(bank, key=lambda q: (q.slug in seen, sector not in q.sectors))
        self.chosen: list[Drawable] = []
        self.places: Counter[str] = Counter()

    def red_lines(self, *, foreign: bool) -> list[Drawable]:
        """Lists the red-line questions, the preferred first."""
        return [q for q in self.others(foreign=foreign) if q.red_line]

    def others(self, *, foreign: bool) -> list[Drawable]:
        """Lists the questions not yet chosen, the preferred first."""
        taken = {q.slug for q in self.chosen}
        return [q for q in self.bank if q.slug not in taken and is_foreign(q, self.sector) is foreign]

    def fill(self, size: int, candidates: list[Drawable]) -> None:
        """Chooses until there are ``size`` questions: always one of the objective with the fewest places."""
        while candidates and len(self.chosen) < size:
            # min() keeps the first of equals: the preferred candidate.
            best = min(candidates, key=lambda q: self.places[q.objective])
            candidates.remove(best)
            self.chosen.append(best)
            self.places[best.objective] += 1


def option_order(question: Drawable, chance: Random) -> list[str]:
    """Returns the ids of a question's options in the order they are shown.

    Of matching questions, the pairs whose right sides are offered; of branching ones, ``node/option``.
    """
    body = question.body
    if question.kind == "branching":
        return [
            f"{name}/{option}"
            for name, node in sorted(body["nodes"].items())
            for option in _mixed([option["id"] for option in node["options"]], chance)
        ]
    parts = {"statements": "statements", "matching": "pairs"}.get(question.kind, "options")
    return _mixed([part["id"] for part in body[parts]], chance)


def _mixed(ids: list[str], chance: Random) -> list[str]:
    chance.shuffle(ids)
    return ids
