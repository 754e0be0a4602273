"""Names that may be one person's, and merged person records resolved into one canonical id each. Pure."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from lms.people.importing.parse import comparison_key

SIMILAR = 0.84
"""From which share of common letters on, as `difflib` counts it, two spellings may be one name."""


def is_similar_name(one: str, other: str) -> bool:
    """Says whether two names may be one person's: spelled a little differently, or with a further name.

    Accents, capitals, commas and the order of the words do not count.
    """
    first, second = (sorted(comparison_key(name.replace(",", " ")).split()) for name in (one, other))
    if min(len(first), len(second)) > 1 and (set(first) <= set(second) or set(second) <= set(first)):
        return True
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() >= SIMILAR


def resolve_merges(merges: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Returns the canonical person id by merged person id; persons who are merged into nobody are left out.

    `merges` are pairs of surviving and merged id. All persons connected by merges are one, in whatever order the
    pairs come: the canonical one is the one that no merge names as merged, or the smallest id where there is none
    or more than one. So chains, rings and a person merged twice, which operations refuse, still have one answer.
    """
    merged_ones: set[int] = set()
    groups: dict[int, frozenset[int]] = {}
    for surviving, merged in merges:
        merged_ones.add(merged)
        group = groups.get(surviving, frozenset({surviving})) | groups.get(merged, frozenset({merged}))
        groups.update(dict.fromkeys(group, group))
    canonical = {group: min(group, key=lambda each: (each in merged_ones, each)) for group in set(groups.values())}
    return {person: canonical[group] for person, group in groups.items() if person != canonical[group]}


def merged_ids(person_ids: Iterable[int], canonical_ids: Mapping[int, int]) -> frozenset[int]:
    """Returns the ids of some persons and of all records merged with them; `canonical_ids` is from `resolve_merges`."""
    selected = frozenset(person_ids)
    if not canonical_ids:
        return selected
    canonical = {canonical_ids.get(person, person) for person in selected}
    return selected | canonical | {merged for merged, other in canonical_ids.items() if other in canonical}
