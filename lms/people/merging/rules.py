"""Which person stands for which: merges resolved into one answer. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping


def resolve(merges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Returns, by merged person, the person who stands for them in the end; who is merged into nobody is left out.

    `merges` are pairs of kept and merged. Whatever the order they come in, everybody whom they connect is one
    person: the one of them whom no merge takes away, or the smallest number where there is none or more than
    one. So chains, rings and a person merged twice, which operations refuse, lead to one answer all the same.
    """
    root: dict[int, int] = {}

    def find(person: int) -> int:
        while root.setdefault(person, person) != person:
            root[person] = root[root[person]]
            person = root[person]
        return person

    taken = set()
    for kept, merged in merges:
        taken.add(merged)
        root[find(merged)] = find(kept)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for person in list(root):
        groups[find(person)].append(person)
    return {
        person: stands
        for group in groups.values()
        for stands in [min(group, key=lambda each: (each in taken, each))]
        for person in group
        if person != stands
    }


def family(person: int, stands_for: Mapping[int, int]) -> frozenset[int]:
    """Returns everybody who is one with a person, the person among them; `stands_for` is what `resolve` gives."""
    kept = stands_for.get(person, person)
    return frozenset({kept, *(merged for merged, other in stands_for.items() if other == kept)})


def families(persons: Iterable[int], stands_for: Mapping[int, int]) -> frozenset[int]:
    """Returns everybody who is one with any of some persons, those persons among them."""
    asked = frozenset(persons)
    if not stands_for:
        return asked
    kept = {stands_for.get(person, person) for person in asked}
    return asked | kept | {merged for merged, other in stands_for.items() if other in kept}
