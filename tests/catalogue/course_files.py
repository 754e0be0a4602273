"""Valid course files on disk, for tests that break one rule at a time."""

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from lms.catalogue import api as catalogue
from lms.catalogue.operations import PublicationResult
from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.parsing.parsed import question_digest
from lms.kernel.actor import SYSTEM
from lms.kernel.db import unit_of_work

SECTORS = """\
sectors:
  - slug: wash
    names: {en: Water, fr: Eau}
    short: {en: WASH}
    icon: droplets
    hue: {light: "#2a7fa8", dark: "#7fc5e8"}
    priority_action: {en: Promote hygiene.}
  - slug: health
    names: {en: Health}
    short: {en: Health}
    icon: heart
    hue: {light: "#b5473c", dark: "#f09d94"}
    priority_action: {en: Plan.}
    core: true
  - slug: logistics
    names: {en: Logistics}
    short: {en: Logistics}
    icon: truck
    hue: {light: "#b5473c", dark: "#f09d94"}
    priority_action: {en: Drive.}
    core: false
"""

COURSE = """\
title: Boats
summary: Keep families together.
code: CP-BOAT
edition: 1
validity: P2Y
renewal: P60D
languages: [en]
considerations: [1]
objectives:
  - {id: together, text: Keep a family together}
pass: {mark: 80, draw: 3, tries: 2, pause: PT24H}
sources:
  - {title: Minimum Standards, year: 2019}
review: {state: draft, note: Not yet reviewed.}
"""

QUAY = """\
---
title: At the quay
minutes: 10
objectives: [together]
summary: Who goes first.
---
## Where you stand

Text with [help](/help-now) and [more](/courses/boats/on-board#who-sits-where).

/// sector | wash
At the tap.
///

/// sector | health
In the ward.
///

/// check
What first?

- [x] Stop. | Yes.
- [ ] Go on. | No.
///
"""

BOARD = """\
---
title: On board
minutes: 12
objectives: [together]
summary: Who sits where.
---
## Who sits where

See [above](#who-sits-where).

![A boat with two seats](img/boat.png)

/// description
Two seats.
///
"""

BANK = """\
course: boats
questions:
  - id: boat-full
    objective: together
    type: single
    red_line: true
    stem: The boat is nearly full. What do you do?
    options:
      - {id: a, text: Leave., feedback: Unsafe.}
      - {id: b, text: Wait., correct: true, feedback: Safe.}
    refresh: {module: at-the-quay, section: where-you-stand}
  - id: boat-many
    objective: together
    type: multiple
    red_line: true
    stem: Which are safe?
    options:
      - {id: a, text: One., correct: true, feedback: Yes.}
      - {id: b, text: Two., correct: true, feedback: Yes.}
      - {id: c, text: Three., feedback: No.}
  - id: boat-true
    objective: together
    type: statements
    sectors: [wash]
    stem: True or not?
    statements:
      - {id: a, text: First., true: yes, feedback: Yes.}
      - {id: b, text: Second., true: no, feedback: No.}
  - id: boat-order
    objective: together
    type: ordering
    stem: In which order?
    options:
      - {id: a, text: First.}
      - {id: b, text: Second.}
      - {id: c, text: Third.}
  - id: boat-match
    objective: together
    type: matching
    stem: What belongs together?
    pairs:
      - {id: a, left: One, right: Two, feedback: Yes.}
      - {id: b, left: Three, right: Four, feedback: Yes.}
  - id: boat-story
    objective: together
    type: branching
    stem: A story.
    nodes:
      start:
        stem: It begins.
        options:
          - {id: a, text: Go., correct: true, feedback: Yes., next: later}
          - {id: b, text: Stay., feedback: No.}
      later:
        stem: It ends.
        options:
          - {id: a, text: Go., correct: true, feedback: Yes.}
          - {id: b, text: Stay., feedback: No.}
"""


def png(width: int = 2, height: int = 1, *more: tuple[bytes, bytes]) -> bytes:
    """Makes a small PNG picture, with further chunks where they are given."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    body = chunk(b"IDAT", zlib.compress(b"".join(b"\0" + b"\x7f" * width for _ in range(height))))
    between = b"".join(chunk(name, data) for name, data in more)
    return b"\x89PNG\r\n\x1a\n" + head + between + body + chunk(b"IEND", b"")


SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20" viewBox="0 0 40 20">
<style>path { stroke: #1c2430 } @media (prefers-color-scheme: dark) { path { stroke: #e8e6df } }</style>
<title>A quay</title><path d="M0 10h40"/></svg>
"""

FILES = {
    "modules/sectors.yml": SECTORS,
    "modules/boats/course.yml": COURSE,
    "modules/boats/01-at-the-quay.md": QUAY,
    "modules/boats/02-on-board.md": BOARD,
    "quizzes/boats.yml": BANK,
}


@dataclass
class CourseFiles:
    """Course files in a folder."""

    root: Path

    @property
    def modules(self) -> Path:
        return self.root / "modules"

    @property
    def quizzes(self) -> Path:
        return self.root / "quizzes"

    def write(self, path: str, text: str | bytes) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)

    def read(self, path: str) -> str:
        return (self.root / path).read_bytes().decode()

    def edit(self, path: str, old: str, new: str) -> None:
        """Replaces the first occurrence of a text in a file."""
        text = self.read(path)
        assert old in text, (path, old)
        self.write(path, text.replace(old, new, 1))

    def add_course(self, slug: str) -> None:
        """Adds a second course like the first, under another name, title and code."""
        for path in [path for path in FILES if "boats" in path]:
            text = (
                self.read(path)
                .replace("boats", slug)
                .replace("CP-BOAT", f"CP-{slug[:4].upper()}")
                .replace("title: Boats", f"title: {slug.capitalize()}")
            )
            self.write(path.replace("boats", slug), text)
        self.write(f"modules/{slug}/img/boat.png", png())

    def move(self, old: str, new: str) -> None:
        (self.root / new).parent.mkdir(parents=True, exist_ok=True)
        (self.root / old).rename(self.root / new)

    def remove(self, path: str) -> None:
        (self.root / path).unlink()

    def check(self) -> list[str]:
        return [str(problem) for problem in check_folders(self.modules, self.quizzes)[1]]

    def publish(self) -> PublicationResult:
        """Publishes in a transaction of its own."""
        with unit_of_work():
            return catalogue.publish(self.modules, self.quizzes, SYSTEM)

    def reference(self, path: str) -> str:
        """Returns what a translation of a file carries."""
        catalogue, _problems = check_folders(self.modules, self.quizzes)
        course = catalogue.courses[0]
        return next(module.file.sha256[:12] for module in course.modules if module.file.path == path)

    def question_reference(self, slug: str) -> str:
        """Returns what a translation of a question carries."""
        catalogue, _problems = check_folders(self.modules, self.quizzes)
        bank = catalogue.courses[0].bank
        assert bank is not None
        return next(question_digest(question)[:12] for question in bank.questions.values() if question.id == slug)

    def translate(self) -> None:
        """Adds a French translation of everything."""
        self.edit("modules/boats/course.yml", "languages: [en]", "languages: [en, fr]")
        for name, words in {"01-at-the-quay": QUAY, "02-on-board": BOARD}.items():
            reference = self.reference(f"modules/boats/{name}.md")
            body = words.split("---\n", 2)[2].replace("## Who", "## Qui").replace("Yes.", "Oui.")
            front = f"---\ntitle: Titre {name}\nsummary: Résumé.\nreference: {reference!r}\n---\n"
            self.write(f"modules/boats/{name}.fr.md", front + body)
        lines = ["course: boats", "questions:"]
        lines += [
            "  - id: boat-full",
            f"    reference: '{self.question_reference('boat-full')}'",
            "    stem: Le bateau est plein.",
            "    options:",
            "      - {id: a, text: Partir., feedback: Dangereux.}",
            "      - {id: b, text: Attendre., feedback: Sûr.}",
        ]
        self.write("quizzes/boats.fr.yml", "\n".join(lines) + "\n")
