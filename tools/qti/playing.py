"""Plays exported items in a browser, in a player that others have written, and reads its marks."""

import os
import re
import shutil
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from itertools import islice, permutations, product
from pathlib import Path
from random import Random
from typing import Any

from playwright.sync_api import Page, sync_playwright

from lms.assessment.rules.grading import grade
from lms.authoring.exchange.qti_writer import write_qti3
from lms.authoring.exchange.questions import PARTS, BankEntry

FOLDER = Path(__file__).parent
SCRIPTS = ("vue/dist/vue.min.js", "qti3-item-player/dist/qti3Player.umd.min.js")
MISSING = "the player is not there: npm ci --prefix tools/qti"
_PLACE = re.compile(r'<qti-index n="(\d+)"')
_CARDINALITIES = {"single": "single", "ordering": "ordered"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A response to a question, and its share of the marks here and in the player."""

    question: BankEntry
    response: Any
    ours: Fraction
    theirs: Fraction


def is_installed() -> bool:
    """Returns whether the player was installed."""
    return all((FOLDER / "node_modules" / name).exists() for name in SCRIPTS)


@contextmanager
def player() -> Iterator[Page]:
    """Opens the player in Chromium, which is found, or named by CHROMIUM."""
    with sync_playwright() as playwright:
        chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content('<div id="player"></div>')
        for name in SCRIPTS:
            page.add_script_tag(path=FOLDER / "node_modules" / name)
        page.add_script_tag(path=FOLDER / "player.js")
        yield page
        browser.close()


def compare(page: Page, questions: Sequence[BankEntry], most: int, random: Random) -> Iterator[Marked]:
    """Yields the marks of some responses to each question: none, the right one and others, ``most`` of them at most."""
    with zipfile.ZipFile(BytesIO(write_qti3(questions, "Questions").content)) as package:
        items = {each["id"]: package.read(f"items/{each['id']}.xml").decode() for each in questions}
    for question in questions:
        item, cardinality = items[question["id"]], _CARDINALITIES.get(question["type"], "multiple")
        responses = list(_responses(question, random, most))
        values = [_value(question["type"], each) for each in responses]
        marked = page.evaluate("words => markResponses(...words)", [_for_player(item), values, cardinality])
        for response, outcomes in zip(responses, marked, strict=True):
            theirs = Fraction(outcomes["SCORE"]) / Fraction(outcomes["MAXSCORE"])
            yield Marked(question, response, grade(question["type"], question, response), theirs)


def answer(page: Page, question: BankEntry, chosen: Sequence[str]) -> Fraction:
    """Chooses answers of a question as somebody would, with the mouse, and returns the player's share of the marks."""
    with zipfile.ZipFile(BytesIO(write_qti3([question], "Questions").content)) as package:
        page.evaluate("xml => load(xml)", package.read(f"items/{question['id']}.xml").decode())
    texts = {part["id"]: part["text"] for part in question["options"]}
    for each in chosen:
        page.get_by_text(texts[each], exact=True).click()
    outcomes = page.evaluate("markAnswered()")
    return Fraction(outcomes["SCORE"]) / Fraction(outcomes["MAXSCORE"])


def _responses(question: BankEntry, random: Random, most: int) -> Iterator[Any]:
    """Yields responses as forms send them: nothing first, then those that are drawn; the right one is among them."""
    kind = question["type"]
    ids = [part["id"] for name in PARTS if name in question for part in question[name]]
    every: list[Any]
    match kind:
        case "single":
            every = list(ids)
        case "multiple":
            every = [[each for each, chosen in zip(ids, choice, strict=True) if chosen] for choice in _two(ids)]
        case "statements":
            every = [
                {each: "yes" if true else "no" for each, true in zip(ids, choice, strict=True)} for choice in _two(ids)
            ]
        case "ordering":
            every = [{each: place for place, each in enumerate(order, start=1)} for order in _orders(ids)]
        case _:
            every = [dict(zip(ids, order, strict=True)) for order in _orders(ids)]
    right = [each for each in every if grade(kind, question, each) == 1]
    yield None if kind == "single" else [] if kind == "multiple" else {}
    yield from right[:1]
    others = [each for each in every if each not in right[:1]]
    yield from random.sample(others, min(len(others), max(0, most - 2)))


def _two(ids: Sequence[str]) -> Iterator[tuple[bool, ...]]:
    return islice(product((True, False), repeat=len(ids)), 256)


def _orders(ids: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return islice(permutations(ids), 720)


def _value(kind: str, response: Any) -> Any:
    """Returns a response as an item's variable has it; None for none."""
    if not response:
        return None
    match kind:
        case "single":
            return f"c-{response}"
        case "multiple":
            return [f"c-{each}" for each in response]
        case "statements":
            return [f"c-{each} {'true' if value == 'yes' else 'false'}" for each, value in response.items()]
        case "ordering":
            return [f"c-{each}" for each in sorted(response, key=lambda each: response[each])]
    return [f"c-{left} r-{right}" for left, right in response.items()]


def _for_player(item: str) -> str:
    """Returns an item for this player, which reads the place of an index from a variable only, not from a number."""
    declared = "".join(
        f'<qti-outcome-declaration identifier="PLACE{place}" cardinality="single" base-type="integer">'
        f"<qti-default-value><qti-value>{place}</qti-value></qti-default-value></qti-outcome-declaration>"
        for place in sorted(set(_PLACE.findall(item)))
    )
    item = _PLACE.sub(r'<qti-index n="PLACE\1"', item)
    return item.replace("<qti-outcome-declaration", f"{declared}<qti-outcome-declaration", 1)
