"""Merged person records resolved into one canonical id each. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping


def resolve_merges(merges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Returns the canonical person id by merged person id; persons who are merged into nobody are left out.

    `merges` are pairs of surviving and merged id. All persons connected by merges are one, in whatever order the
    pairs come: the canonical one is the one that no merge names as merged, or the smallest id where there is none
    or more than one. So chains, rings and a person merged twice, which operations refuse, still have one answer.
    """
    root: dict[int, int] = {}

    def find(person: int) -> int:
        while root.setdefault(person, person) != person:
            root[person] = root[root[person]]
            person = root[person]
        return person

    merged_ones = set()
    for surviving, merged in merges:
        merged_ones.add(merged)
        root[find(merged)] = find(surviving)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for person in list(root):
        groups[find(person)].append(person)
    return {
        person: canonical
        for group in groups.values()
        for canonical in [min(group, key=lambda each: (each in merged_ones, each))]
        for person in group
        if person != canonical
    }


def merged_ids(person_ids: Iterable[int], canonical_ids: Mapping[int, int]) -> frozenset[int]:
    """Returns the ids of some persons and of all records merged with them; `canonical_ids` is from `resolve_merges`."""
    selected = frozenset(person_ids)
    if not canonical_ids:
        return selected
    canonical = {canonical_ids.get(person, person) for person in selected}
    return selected | canonical | {merged for merged, other in canonical_ids.items() if other in canonical}
