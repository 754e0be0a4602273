"""Words of a list that are not ours: which there are, how often, and what HR said they mean. Pure."""

from collections import Counter
from collections.abc import Container, Iterable, Mapping

from lms.people.importing.parse import SEVERAL, comparison_key, read_cell

WORD_FIELDS = ("station", "sector", "contract", "role", "status")
"""The fields whose words HR may translate, in the order of the page. Of roles every word is taken, but shown first."""

MOST_WORDS = 60
"""More different words than this of one field are no vocabulary, but a wrong column."""

Words = dict[str, list[tuple[str, int]]]


def collect_words(
    rows: Iterable[Mapping[str, str]], known: Mapping[str, Container[str]], answered: Mapping[str, Mapping[str, str]]
) -> Words:
    """Returns the words by field that are unknown or that HR translated, each with its number of rows.

    The most frequent come first. ``known`` has the comparison keys of each field, ``answered`` what HR said by them.
    """
    counts: dict[str, Counter[str]] = {field: Counter() for field in WORD_FIELDS}
    for cells in rows:
        for field in WORD_FIELDS:
            counts[field][read_cell(field, cells.get(field, ""))] += 1
        also = SEVERAL.split(read_cell("also_sectors", cells.get("also_sectors", "")))
        counts["sector"].update({part.strip() for part in also})
    found: Words = {}
    for field, counter in counts.items():
        by_key: dict[str, tuple[str, int]] = {}
        for word, number in counter.most_common():
            key = comparison_key(word)
            if key and (key in answered.get(field, ()) or key not in known[field]):
                first, before = by_key.get(key, (word[:100], 0))
                by_key[key] = (first, before + number)
        if by_key:
            found[field] = sorted(by_key.values(), key=lambda each: -each[1])[:MOST_WORDS]
    return found
