"""The words of the field: class names are unique, and no name or text uses a word that only the authors knew.

A word that occurs in another sense is allowed below, with the reason.
"""

import ast
import re
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "lms").rglob("*.py"))
TEMPLATES = sorted((ROOT / "lms").rglob("*.html"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

PRIVATE_NAMES = (
    "house", "room", "roof", "floor", "attic", "neighbours", "lanes", "slots", "receivers", "attached", "kept",
    "keep", "told", "tell", "telling", "asked", "asking", "standing", "stood", "stand", "unasked", "counting",
    "making", "reading", "listing", "judged", "because", "whose", "reach", "stretch", "bring_up_to_date", "touch",
    "settle", "basis", "tend", "fold", "ledger", "projecting", "meanings", "reproducing", "requiring", "pasting",
    "life", "placed", "happened", "parted", "stands_for", "one_with", "check_whole", "most_exact", "hiding",
    "crossing", "covering", "tallying", "newcomer", "tidy", "record_query", "say_wrong", "take_back", "throw_away",
    "forget", "blank", "vouch", "fresh_start", "player", "sheet", "papers", "draws", "blind", "likeness", "portions",
    "reckoning", "letters", "on_paper", "rehearse", "uncollected", "most_of_it", "not_yet", "harmless",
    "refuse_what_no_row_can_have", "packing", "surroundings", "lead", "wanted",
)  # fmt: skip
PRIVATE_PROSE = ("house", "rooms", "roof", "floor", "attic", "standing", "stood", "newcomer", "unasked", "sector lead")

OTHER_SENSES = {
    "slots": "the option of dataclasses",
    "reading": "the context manager of a read-only transaction, `lms.kernel.db.reading`",
    "touch": "`Path.touch`",
    "placed": "a key in the detail of recorded audit entries",
    "covering": "the placements or awards whose days include a day",
    "sheet": "a sheet of a workbook",
    "attendance_sheet": "the paper that people sign at a session",
    "sheet_id": "the same",
    "letters": "letters of an alphabet",
    "letters_and_digits": "letters of an alphabet",
    "leads_to": "the step of a story that a choice leads to",
}
OTHER_TEXTS = {
    "safe houses": "buildings",
    '"unasked"': "a key of stored reports, part of the digest in printed report ids",
    "a standing is a status today": "a decision that says which tables were renamed",
}


def names() -> set[str]:
    """Returns every name in the application, modules included, in small letters with single underscores."""
    found = {path.stem for path in SOURCES} | {path.parent.name for path in SOURCES}
    for path in SOURCES:
        with tokenize.open(path) as file:
            tokens = tokenize.generate_tokens(file.readline)
            found |= {token.string for token in tokens if token.type == tokenize.NAME}
    return {re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower().strip("_") for name in found}


def test_class_names_are_unique() -> None:
    classes = Counter(
        node.name
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    )
    twice = [name for name, number in classes.items() if number > 1]
    assert not twice, f"there are two classes of this name: call them after their package's subject: {twice}"


def test_names_are_words_of_the_field() -> None:
    every = names()
    private = re.compile(rf"(?:^|_)(?:{'|'.join(PRIVATE_NAMES)})s?(?:_|$)")
    found = sorted(name for name in every - OTHER_SENSES.keys() if private.search(name))
    assert not found, f"say it in the words of the field: {found}"
    gone = OTHER_SENSES.keys() - every
    assert not gone, f"no name needs to be allowed any more: {gone}"


def test_texts_are_in_words_of_the_field() -> None:
    prose = {path: path.read_text() for path in (*SOURCES, *TEMPLATES, *DOCUMENTS)}
    gone = [allowed for allowed in OTHER_TEXTS if not any(allowed in text for text in prose.values())]
    assert not gone, f"no text needs to be allowed any more: {gone}"
    private = re.compile(rf"(?i)\b(?:{'|'.join(PRIVATE_PROSE)})s?\b")
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path, text in prose.items()
        for match in private.finditer(re.sub("|".join(map(re.escape, OTHER_TEXTS)), "", text))
    ]
    assert not found, f"say it in the words of the field: {found}"
