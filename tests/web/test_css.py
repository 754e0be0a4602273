"""The style sheet: small, logical, and readable by everybody in light and in dark."""

import re

import pytest

from lms.web.assets import FOLDER, read_assets, without_comments

CSS = without_comments((FOLDER / "app.css").read_text())
SECTORS = (
    "protection", "food-security-livelihoods", "education", "health", "mhpss",
    "nutrition", "wash-sector", "shelter-settlement", "camp-management",
)  # fmt: skip


def palette(dark: bool) -> dict[str, str]:
    """Returns the custom properties that are colours, of one scheme."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    colours: dict[str, str] = {}
    for block in blocks[: 2 if dark else 1]:
        colours |= dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{3,6});", block))
    return colours


def luminance(colour: str) -> float:
    """Returns the relative luminance of WCAG 2.2."""
    digits = colour.removeprefix("#")
    digits = "".join(digit * 2 for digit in digits) if len(digits) == 3 else digits
    channels = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Returns the contrast ratio of WCAG 2.2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


SURFACES = ("paper", "card", "wash")
TEXT_PAIRS = [
    *((text, ground) for text in ("ink", "quiet", "action", "soon", "late", "good") for ground in SURFACES),
    *(("ink", f"h{step}") for step in range(6)),
    ("on-action", "action"), ("on-action", "action-deep"), ("on-late", "late"),
    ("soon", "soon-wash"), ("late", "late-wash"), ("good", "good-wash"),
    ("ink", "soon-wash"), ("ink", "late-wash"), ("ink", "good-wash"),
]  # fmt: skip
SIGN_PAIRS = [
    *((control, ground) for control in ("quiet", "action", "late") for ground in SURFACES),
    *((sector, ground) for sector in SECTORS for ground in SURFACES),
    *((part, ground) for part in ("valid", "late", "wait") for ground in SURFACES),
    ("renew", "card"),
    # Stripes and dots must be seen on what they are drawn on, and the parts of a bar told apart where they touch.
    ("on-late", "late"), ("wait", "wash"),
]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_PAIRS)
def test_text_is_readable(text: str, ground: str, dark: bool) -> None:
    colours = palette(dark)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize(("sign", "ground"), SIGN_PAIRS)
def test_controls_and_signs_are_seen(sign: str, ground: str, dark: bool) -> None:
    colours = palette(dark)
    assert contrast(colours[sign], colours[ground]) >= 3


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_two_sectors_look_alike(dark: bool) -> None:
    colours = palette(dark)

    def distance(one: str, other: str) -> float:
        pairs = [(int(one[at : at + 2], 16), int(other[at : at + 2], 16)) for at in (1, 3, 5)]
        return sum((a - b) ** 2 for a, b in pairs) ** 0.5

    hues = [colours[sector] for sector in SECTORS]
    assert min(distance(a, b) for at, a in enumerate(hues) for b in hues[at + 1 :]) > 35


def test_dark_redefines_every_colour() -> None:
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light, dark = (set(re.findall(r"--([a-z0-9-]+): #", block)) for block in blocks[:2])
    assert light == dark


def test_it_is_small() -> None:
    assert len(read_assets()["app.css"].bodies["br"]) <= 7 * 1024


def test_it_knows_no_left_and_right() -> None:
    physical = re.compile(
        r"(?<![\w-])(?:(?:margin|padding|border)-(?:left|right|top|bottom)|(?:left|right|top|bottom)\s*:"
        r"|border-(?:top|bottom)-(?:left|right)-radius|(?:min-|max-)?(?:width|height)\s*:(?!\s*[\d.]+rem\s*\))"
        r"|text-align:\s*(?:left|right)|float:\s*(?:left|right)|clear:\s*(?:left|right))"
    )
    assert physical.findall(CSS) == []
    # Four values would name left and right without saying so.
    value = r"[^\s;}]+"
    assert re.findall(rf"(?:margin|padding|inset): {value} {value} {value} {value}\s*[;}}]", CSS) == []


def test_nothing_moves_by_itself() -> None:
    assert not re.search(r"animation|transition|@keyframes|scroll-behavior", CSS)


def test_every_rule_is_in_a_layer() -> None:
    depth, outside = 0, ""
    for character in CSS:
        depth += {"{": 1, "}": -1}.get(character, 0)
        outside += character if depth == 0 and character != "}" else ""
    assert outside.split() == [
        *["@layer", "base,", "shell,", "parts,", "pages,", "print;"],
        *["@layer", "base", "@layer", "shell", "@layer", "parts", "@layer", "pages", "@layer", "print"],
    ]


def test_the_documented_classes_exist() -> None:
    for name in (
        "module", "segment", "sector-group", "sector-block", "callout", "caution", "do", "dont", "note", "check",
        "scenario", "local", "question", "option", "why", "quiz-bar", "result", "report-sentence", "filters", "bars",
        "heat", "lanes", "card", "accent", "button", "quiet", "danger", "status", "good", "soon", "late", "facts",
        "table", "flash", "empty", "stack", "cluster", "muted", "visually-hidden", "certificate", "verdict",
    ):  # fmt: skip
        # "note" is the plain call-out: it is named in the contract and looks like the others without a rule.
        assert name == "note" or re.search(rf"\.{name}\b", CSS), name
