"""The paragraphs of course files, and where a paragraph is once the text around it, or it itself, has changed. Pure."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

ALIKE = 0.5
"""From which share of common words on two paragraphs are one that was changed."""

_ENTRY = re.compile(r" {0,2}- |\w")
"""How an entry of a list, or a key, begins in a course.yml or a question bank."""
_HEADING = re.compile(r"#+ ")
_MARKS = re.compile(r"^///.*$|^---$|^[-*+] (?:\[[ x]\] )?|^\d+\. |^#+ |!?\[([^\]]*)\]\([^)]*\)|[*_`|]", re.MULTILINE)
_WORDS_OF_LABEL = 9


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a file: its first line, from 1, its text, and the key by which it is found in this text."""

    line: int
    text: str
    key: str

    @property
    def label(self) -> str:
        """Returns its first words, without the marks of Markdown."""
        return label_of(self.text)


def split_paragraphs(path: str, text: str) -> list[Paragraph]:
    """Returns the paragraphs of a course file; of a YAML file each entry, such as a question, is one.

    Lines that only end a block are none. Equal paragraphs have keys of their own, in their order.
    """
    found: list[Paragraph] = []
    seen: Counter[str] = Counter()
    for line, part in _parts(text.splitlines(), is_yaml=path.endswith(".yml")):
        digest = digest_of_words(part)
        seen[digest] += 1
        found.append(Paragraph(line, part, digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"))
    return found


def digest_of_words(text: str) -> str:
    """Returns what identifies a paragraph by its words, whatever the spaces and line ends between them."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:16]


def find_paragraph(paragraphs: Sequence[Paragraph], key: str, text: str) -> int | None:
    """Returns the number of the paragraph with this key, else of the one most like its text; None where none is."""
    for number, paragraph in enumerate(paragraphs):
        if paragraph.key == key:
            return number
    similarity = [_similarity(paragraph.text, text) for paragraph in paragraphs]
    best = max(similarity, default=0.0)
    return similarity.index(best) if best >= ALIKE else None


def find_entry(paragraphs: Sequence[Paragraph], names: Sequence[str]) -> int | None:
    """Returns the number of the YAML entry that a changed field is in, by the names that lead to it."""
    for name in reversed(names):
        entry = re.compile(rf"\bid:\s*[\"']?{re.escape(name)}[\"']?\s*(?:[,}}]|$)|\A{re.escape(name)}:", re.MULTILINE)
        for number, paragraph in enumerate(paragraphs):
            if entry.search(paragraph.text):
                return number
    return None


def label_of(text: str) -> str:
    """Returns the first words of a text, without the marks of Markdown; empty where it has only marks."""
    words = _MARKS.sub(lambda match: match[1] or "", text).split()
    return " ".join(words[:_WORDS_OF_LABEL]) + (" …" if len(words) > _WORDS_OF_LABEL else "")


def _parts(lines: Sequence[str], *, is_yaml: bool) -> Iterator[tuple[int, str]]:
    """Yields the paragraphs with the number of their first lines; a heading and the front matter are one each."""
    first, part = 1, list[str]()
    for number, line in enumerate([*lines, ""], start=1):
        is_heading = not is_yaml and _HEADING.match(line) is not None
        if not line.strip() or is_heading or (is_yaml and _ENTRY.match(line)):
            yield from _worded(first, part)
            part = []
        if line.strip():
            first = first if part else number
            part.append(line)
        if is_heading or (not is_yaml and first == 1 and len(part) > 1 and line.rstrip() == part[0] == "---"):
            yield from _worded(first, part)
            part = []


def _worded(first: int, part: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Yields a paragraph that has words: a line that only ends a block has none."""
    if any(character.isalnum() for line in part for character in line):
        yield first, "\n".join(part)


def _similarity(first: str, second: str) -> float:
    """Returns the share of the words of the longer text that are in both."""
    a, b = ({*re.findall(r"\w+", text.casefold())} for text in (first, second))
    return len(a & b) / max(len(a), len(b), 1)
