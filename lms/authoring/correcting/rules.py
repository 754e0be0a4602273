"""What a page may show of the people whose result a correction changes: rounded counts, by sector and organisation."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from lms.authoring.statistics.rules import round_people
from lms.kernel.actor import Actor, Role


@dataclass(frozen=True, slots=True)
class EffectRow:
    """People of a sector or an organisation who would pass and fail now, rounded to fives; None for fewer than five.

    ``name`` is None for those without a placement, and for organisations that are not named.
    """

    name: str | None
    passing: int | None
    failing: int | None


def count_rows(passing: Mapping[int, str | None], failing: Mapping[int, str | None]) -> list[EffectRow]:
    """Returns rows by name from groups of people, by person; who is in none comes last."""
    passes, fails = Counter(passing.values()), Counter(failing.values())
    names = sorted(passes.keys() | fails.keys(), key=lambda name: (name is None, name or ""))
    return [EffectRow(name, round_people(passes[name]), round_people(fails[name])) for name in names]


def named_organisations(actor: Actor) -> frozenset[int] | None:
    """Returns the organisations whose names an author reads beside counts: those of their roles; None for all."""
    scopes = [actor.organisations(role) for role in (Role.TRAINER, Role.ADMIN)]
    return None if None in scopes else frozenset().union(*filter(None, scopes))


def name_of(organisation_id: int, name: str, named: Collection[int] | None) -> str | None:
    """Returns the name of an organisation that an actor covers; ``named`` is None for all of them."""
    return name if named is None or organisation_id in named else None


def part_numbers(parts: Iterable[str]) -> dict[str, str]:
    """Returns the name of the control for each part of a question, which are numbered from 1."""
    return {part: f"right_{number}" for number, part in enumerate(parts, start=1)}


def order_nodes(nodes: Mapping[str, Any]) -> list[str]:
    """Returns the nodes of a story in the order in which its choices lead to them; the database does not keep one."""
    found = ["start"]
    for name in found:
        following = (option.get("next") for option in nodes[name]["options"])
        found += [each for each in dict.fromkeys(following) if each and each not in found]
    return found + sorted(nodes.keys() - set(found))
