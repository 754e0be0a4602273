"""The text of a section, taken from a module's file."""

from hypothesis import given, strategies as st

from lms.authoring.feedback.rules import section_texts

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


def test_other_headings_than_the_renderer_found() -> None:
    assert section_texts(SOURCE, SECTIONS[:1]) == {}
    assert section_texts("No heading.", []) == {"": "No heading."}


@given(st.lists(st.text(st.characters(categories=["L", "Zs"])), max_size=9))
def test_no_line_is_lost(lines: list[str]) -> None:
    source = "\n".join(f"## {n}\n{line}" for n, line in enumerate(lines))
    sections = [{"id": f"s{n}", "title": ""} for n in range(len(lines))]
    texts = section_texts(source, sections)
    assert [texts[f"s{n}"] for n in range(len(lines))] == [f"## {n}\n{line}".strip() for n, line in enumerate(lines)]
