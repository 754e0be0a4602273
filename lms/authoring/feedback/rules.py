"""The texts that feedback is about. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping

from lms.authoring.rules import Paragraph, split_paragraphs

_SECTOR = re.compile(r"/// sector \| *([a-z-]+)")


def section_texts(source: str, sections: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Returns the text of each section of a module's file, by the section's id; "" is what comes before the first.

    Empty where the headings are not those of ``sections``, which the renderer found.
    """
    first, *texts = _split(source)
    known = [section["id"] for section in sections]
    if len(known) != len(texts):
        return {}
    return {"": first, **dict(zip(known, texts, strict=True))}


def section_paragraphs(
    source: str, sections: Iterable[Mapping[str, str]], sector: str | None
) -> dict[str, list[Paragraph]]:
    """Returns the paragraphs of each section of a module's file, by the section's id, as ``section_texts`` does.

    Left out are headings, the front matter and the texts for other sectors than the reader's (None: for none).
    """
    known = ["", *(section["id"] for section in sections)]
    found: dict[str, list[Paragraph]] = {name: [] for name in known}
    number = 0
    for paragraph in split_paragraphs(".md", source):
        if paragraph.text.startswith("## "):
            number += 1
        own = _SECTOR.match(paragraph.text)
        is_of_others = own is not None and sector is not None and own[1] != sector
        if number < len(known) and paragraph.label and not paragraph.text.startswith(("#", "---")) and not is_of_others:
            found[known[number]].append(paragraph)
    return found if number == len(known) - 1 else {}


def _split(source: str) -> Iterator[str]:
    lines: list[str] = []
    fenced = False
    for line in source.splitlines():
        fenced ^= line.startswith("```")
        if line.startswith("## ") and not fenced:
            yield "\n".join(lines).strip()
            lines = []
        lines.append(line)
    yield "\n".join(lines).strip()
