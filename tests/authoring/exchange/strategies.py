"""Questions with whatever texts."""

from typing import Any

from hypothesis import settings, strategies as st

from tests.examples import examples

laws = settings(max_examples=examples(50))
"""Of laws about whole questions, which have several texts each."""
NASTY = st.sampled_from(
    [
        "\\", "\\n", "\\\\", ":", "::", "#", "####", "=", "~", "{", "}", "%50%", "%-100%", "//", "[html]", "[plain]",
        "[x", "->", "$CATEGORY: x", "ANSWER: A", "A. b", "T", "TRUE", "]]>", "<![CDATA[", "<b>", "</text>", "<?xml",
        "<!--", "-->", "<!DOCTYPE", "&amp;", "&#10;", "&", "<", ">", '"', "'", "\n", "\n\n", "\t", "  ", "\u00a0",
        "مرحبا", "\u200f", "\u202e", "é", "e\u0301", "𝒙",
    ]
)  # fmt: skip
WORDS = (
    st.lists(
        NASTY | st.text(st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zl", "Zp")), max_size=8),
        min_size=1,
        max_size=6,
    )
    .map(lambda pieces: "".join(pieces).strip())
    .filter(bool)
)
SLUGS = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,6}", fullmatch=True).map(lambda slug: slug[:60].strip("-"))


def parts(most: int, *texts: str, least: int = 2) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Parts with these texts, with or without feedback, and with ids; no two have equal texts."""
    part = st.fixed_dictionaries(dict.fromkeys(texts, WORDS), optional={"feedback": WORDS})
    equal = tuple((lambda each, name=name: each[name]) for name in texts)
    found = st.lists(part, min_size=least, max_size=most, unique_by=equal)
    return found.map(lambda each: [{"id": f"{place}x"} | part for place, part in enumerate(each)])


@st.composite
def questions(draw: st.DrawFn) -> dict[str, Any]:
    """A question of any type but a story."""
    kind = draw(st.sampled_from(["single", "multiple", "statements", "matching", "ordering"]))
    question: dict[str, Any] = {
        "id": draw(SLUGS),
        "objective": draw(SLUGS),
        "type": kind,
        "red_line": draw(st.booleans()),
        "sectors": draw(st.lists(SLUGS, max_size=2, unique=True)),
        "stem": draw(WORDS),
    }
    if kind == "matching":
        question["pairs"] = draw(parts(8, "left", "right"))
    else:
        name = "statements" if kind == "statements" else "options"
        question[name] = found = draw(parts(10, "text", least=3))
        least = {"single": 1, "multiple": 2, "statements": 1, "ordering": 0}[kind]
        most = {"single": 1, "multiple": len(found) - 1, "statements": len(found), "ordering": 0}[kind]
        right = draw(st.sets(st.integers(0, len(found) - 1), min_size=least, max_size=most))
        for place, part in enumerate(found):
            if kind == "statements":
                part["true"] = place in right
            elif place in right:
                part["correct"] = True
    if draw(st.booleans()):
        optional = {"publisher": WORDS, "year": st.integers(1900, 2100)}
        question["source"] = draw(st.fixed_dictionaries({"title": WORDS}, optional=optional))
    if draw(st.booleans()):
        question["refresh"] = draw(st.fixed_dictionaries({"module": SLUGS}, optional={"section": SLUGS}))
    return question
