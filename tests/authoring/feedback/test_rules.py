"""The text of a section, taken from a module's file."""

from hypothesis import given, strategies as st

from lms.authoring.feedback.rules import section_paragraphs, section_texts

SOURCE = """---
title: One
---
Before.

## First
Some words.

### Below
```
## no heading
```
## Second
"""
SECTIONS = [{"id": "first", "title": "First"}, {"id": "second", "title": "Second"}]


def test_each_section_has_its_lines() -> None:
    texts = section_texts(SOURCE, SECTIONS)
    assert texts == {
        "": "---\ntitle: One\n---\nBefore.",
        "first": "## First\nSome words.\n\n### Below\n```\n## no heading\n```",
        "second": "## Second",
    }


def test_paragraphs_are_those_that_somebody_of_a_sector_reads() -> None:
    source = SOURCE.replace(
        "## Second", "/// sector | wash\nAt the tap.\n///\n\n/// sector | health\nIn a ward.\n///\n\n## Second"
    )
    source = source.replace("```\n## no heading\n```\n", "")

    def labels(sector: str | None) -> dict[str, list[str]]:
        found = section_paragraphs(source, SECTIONS, sector)
        return {name: [each.label for each in paragraphs] for name, paragraphs in found.items()}

    assert labels("wash") == {"": ["Before."], "first": ["Some words.", "At the tap."], "second": []}
    assert labels(None)["first"] == ["Some words.", "At the tap.", "In a ward."]
    assert section_paragraphs(source, SECTIONS[:1], None) == {}


def test_other_headings_than_the_renderer_found() -> None:
    assert section_texts(SOURCE, SECTIONS[:1]) == {}
    assert section_texts("No heading.", []) == {"": "No heading."}


@given(st.lists(st.text(st.characters(categories=["L", "Zs"])), max_size=9))
def test_no_line_is_lost(lines: list[str]) -> None:
    source = "\n".join(f"## {n}\n{line}" for n, line in enumerate(lines))
    sections = [{"id": f"s{n}", "title": ""} for n in range(len(lines))]
    texts = section_texts(source, sections)
    assert [texts[f"s{n}"] for n in range(len(lines))] == [f"## {n}\n{line}".strip() for n, line in enumerate(lines)]
