"""The texts that feedback is about. Pure."""

from collections.abc import Iterable, Iterator, Mapping


def section_texts(source: str, sections: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Returns the text of each section of a module's file, by the section's id; "" is what comes before the first.

    Empty where the headings are not those of ``sections``, which the renderer found.
    """
    first, *texts = _split(source)
    known = [section["id"] for section in sections]
    if len(known) != len(texts):
        return {}
    return {"": first, **dict(zip(known, texts, strict=True))}


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
