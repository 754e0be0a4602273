"""Recordings of modules: the text that a speaker reads aloud, and encoding what was recorded."""

import subprocess
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from lms.catalogue.source.checks.translations import REFERENCE_DIGITS
from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedModule
from lms.catalogue.source.parsing.recordings import REFERENCE
from lms.kernel.markup import Segment, plain_text

SENTENCES: dict[str, dict[str, str]] = {
    "en": {
        "sectors": "The page has examples from each sector.",
        "check": "The page has a question for practice: {}",
        "scenario": "The page has a situation in which you choose what to do: {}.",
        "local": "The page shows who to tell at your duty station.",
        "picture": "The page has a picture: {}.",
    },
    "fr": {
        "sectors": "La page donne des exemples de chaque secteur.",
        "check": "La page pose une question pour vous exercer : {}",
        "scenario": "La page présente une situation où vous choisissez quoi faire : {}.",
        "local": "La page indique qui prévenir dans votre lieu d’affectation.",
        "picture": "La page montre une image : {}.",
    },
    "es": {
        "sectors": "La página da ejemplos de cada sector.",
        "check": "La página hace una pregunta para practicar: {}",
        "scenario": "La página presenta una situación en la que usted elige qué hacer: {}.",
        "local": "La página indica a quién avisar en su lugar de destino.",
        "picture": "La página muestra una imagen: {}.",
    },
    "ar": {
        "sectors": "في الصفحة أمثلة من كل قطاع.",
        "check": "في الصفحة سؤال للتدريب: {}",
        "scenario": "في الصفحة موقف تختار فيه ما تفعله: {}.",
        "local": "تبيّن الصفحة من تُبلغ في مركز عملك.",
        "picture": "في الصفحة صورة: {}.",
    },
}
"""What is read aloud instead of the parts of a page that are for the eye and the hand."""

_OPUSENC = "--quiet --bitrate 24 --speech --downmix-mono --discard-comments --discard-pictures --padding 0 --comment"


def script(module: ParsedModule) -> str:
    """Returns the text that a speaker reads aloud: one paragraph a line, headings after ``#``, items after ``-``."""
    sentences = SENTENCES.get(module.language, SENTENCES["en"])
    words = module.front or module.translated
    lines = [f"# {words.title}"] if words else []
    for segment in module.segments:
        lines += _lines(segment, sentences)
    return "\n\n".join(lines)


def _lines(segment: Segment, sentences: dict[str, str]) -> Iterator[str]:
    match segment["kind"]:
        case "sectors":
            yield sentences["sectors"]
        case "check":
            yield sentences["check"].format(plain_text(segment["prompt"]))
        case "scenario":
            yield sentences["scenario"].format(segment["title"].rstrip("."))
        case kind:
            yield from _Reader(segment["html"], sentences["picture"]).lines
            if kind == "local":
                yield sentences["local"]


class _Reader(HTMLParser):
    """Reads the HTML of a segment, line by line as it is read aloud."""

    def __init__(self, html: str, picture: str) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.line = ""
        self.start = ""
        self.numbers: list[int | None] = []
        self.picture = picture
        self.feed(html)
        self.end()

    def end(self) -> None:
        """Ends a line where there are words."""
        words = " ".join(self.line.split())
        if words:
            self.lines.append(self.start + words)
            self.start = ""
        self.line = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begins a line, and notes what stands before it."""
        if tag == "img":
            self.line += self.picture.format((dict(attrs).get("alt") or "").rstrip("."))
        elif tag in {"td", "th"}:
            self.line = f"{self.line.strip()}; " if self.line.strip() else ""
        elif tag in _LINES:
            self.end()
        if tag in {"ol", "ul"}:
            self.numbers.append(0 if tag == "ol" else None)
        elif tag == "li":
            number = self.numbers[-1]
            self.numbers[-1] = number = None if number is None else number + 1
            self.start = "- " if number is None else f"{number}. "
        elif tag in {"h2", "h3", "h4"}:
            self.start = f"{'#' * int(tag[1])} "

    def handle_endtag(self, tag: str) -> None:
        """Ends a line."""
        if tag in _LINES:
            self.end()
        if tag in {"ol", "ul"}:
            self.numbers.pop()

    def handle_data(self, data: str) -> None:
        """Adds words."""
        self.line += data


_LINES = frozenset({"p", "h2", "h3", "h4", "ol", "ul", "li", "tr", "div", "blockquote"})


def encode(program: str, course: ParsedCourse, folder: Path) -> Iterator[str]:
    """Encodes the WAV files in a course's folder that are newer than their recordings; yields a line for each.

    ``program`` is the path of opusenc. A recording carries the digest of its text.
    """
    texts = {module.recording_name: module.file for module in (*course.modules, *course.translations)}
    for source in sorted(folder.glob("audio/*.wav")):
        encoded = source.with_suffix(".opus")
        text = texts.get(f"audio/{encoded.name}")
        if text is None:
            yield f"{source}: there is no text of this name"
        elif not encoded.exists() or encoded.stat().st_mtime < source.stat().st_mtime:
            reference = f"{REFERENCE}={text.sha256[:REFERENCE_DIGITS]}"
            subprocess.run([program, *_OPUSENC.split(), reference, source, encoded], check=True)  # noqa: S603 - no shell
            yield f"{encoded}: {encoded.stat().st_size // 1000} kB"
