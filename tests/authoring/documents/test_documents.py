"""Word documents and Markdown of other systems become modules that the check of course files accepts."""

from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, strategies as st

from lms.authoring.documents import word
from lms.authoring.documents.dialects import convert_markdown
from lms.authoring.documents.word import convert_word
from lms.authoring.drafts import operations
from lms.kernel.actor import SYSTEM
from lms.kernel.db import unit_of_work
from lms.kernel.errors import Invalid
from lms.kernel.markup import render
from tests.authoring.documents.documents import document, paragraph, table
from tests.factories.courses import make_organisation_with_course
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

PAGE = "/author/first-course/drafts/1/import"
WORD = document(
    paragraph("Noticing safely", "Heading1"), paragraph("Why it matters", "Heading2"), paragraph("You *notice* a_b."),
    paragraph("One", level=0), paragraph("Inside", level=1), paragraph("Two", level=0),
    paragraph("After", "Heading3"), table(("a", "b"), ("1", "2")), paragraph("End", "Fancy"),
)  # fmt: skip


def test_a_word_document_becomes_markdown() -> None:
    found = convert_word(WORD)
    assert found.title == "Noticing safely"
    assert found.text == (
        "## Why it matters\n\nYou \\*notice\\* a\\_b.\n\n- One\n    - Inside\n- Two\n\n### After\n\n"
        "| a | b |\n| --- | --- |\n| 1 | 2 |\n\nEnd\n"
    )
    assert found.notes == ("Text in these styles became plain text: Fancy.",)


def test_what_is_no_document_is_refused() -> None:
    nested = '<!DOCTYPE a [<!ENTITY b "c">]>'
    for data in (
        b"",
        b"PK",
        WORD[:-30],
        WORD[:200] + bytes(300),
        document(**{"word/document.xml": nested + "<a>&b;</a>"}),
    ):
        with pytest.raises(Invalid, match="not a Word document"):
            convert_word(data)


def test_what_unpacks_to_too_much_is_refused() -> None:
    bomb = document(**{"word/document.xml": " " * (word.MOST_WORDS_BYTES + 1)})
    assert len(bomb) < 50_000
    with pytest.raises(Invalid, match="too long"):
        convert_word(bomb)
    with pytest.raises(Invalid, match="unpacks to too much"):
        convert_word(document(**{"word/media/a.png": " " * (word.MOST_UNPACKED + 1)}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '!!! warning "Careful"\n    Do not.\n\n    Ever.\nAfter',
            "/// caution\n**Careful**\n\nDo not.\n\nEver.\n///\n\nAfter\n",
        ),
        ("> [!NOTE]\n> One\n> two\n\nAfter", "/// note\nOne\ntwo\n///\n\n\nAfter\n"),
        (":::: tip Title\nOne\n::::\nAfter", "/// note\nOne\n///\n\nAfter\n"),
        ("{% hint style=\"danger\" %}\nOne\n{% endhint %}", "/// caution\nOne\n///\n"),
        ("One\n===\n\nTwo\n---\nText", "## Two\nText\n"),
        ("# A\n\n# B\n## C\n", "## A\n\n## B\n### C\n"),
        ("- a\n  - b\n    - c\n  - d\n- e", "- a\n    - b\n        - c\n    - d\n- e\n"),
        ("---\ntitle: x\n---\n\nText", "Text\n"),
        ("[TOC]\n\nText", "Text\n"),
        ("!!! note\nNo blanks", "/// note\n\n///\n\nNo blanks\n"),
        ("::: note\nnever closed", "/// note\nnever closed\n///\n"),
    ],
)  # fmt: skip
def test_marks_of_other_systems_become_ours(text: str, expected: str) -> None:
    assert convert_markdown(text).text == expected


def test_only_one_heading_above_all_others_is_the_title() -> None:
    assert convert_markdown("# T\n\n## A\n").title == "T"
    assert convert_markdown("Words first\n\n# T\n").title == ""
    assert convert_markdown("# T\n\n# U\n").title == ""


@given(st.text(st.sampled_from('#:>[!]note -*1.\n =%{}/|warning"'), max_size=200))
def test_any_text_keeps_its_words(text: str) -> None:
    found = convert_markdown(text)
    assert convert_markdown(text) == found
    render(found.text, language="en")


def test_our_own_marks_stay_as_they_are() -> None:
    ours = "## A\n\n/// note\nOne\n///\n\n/// check\nWhich?\n\n- [x] A. | Yes.\n- [ ] B. | No.\n///\n"
    assert convert_markdown(ours).text == ours


@pytest.fixture
def tomas(client: FlaskClient, app: Flask, tmp_path: Path) -> FlaskClient:
    make_organisation_with_course(app, tmp_path)
    with app.app_context(), unit_of_work():
        operations.begin_draft(SYSTEM, "first-course", "From Word")
    sign_in(client, "tomas@demo.example")
    return client


def test_a_document_is_shown_before_it_is_added(tomas: FlaskClient) -> None:
    form = form_on(tomas.get(PAGE), PAGE)
    response = tomas.post(PAGE, data=form.values | {"file": (BytesIO(WORD), "a.docx")})
    assert "Text in these styles became plain text: Fancy." in response.get_data(as_text=True)
    assert "noticing-safely" not in words_of(tomas, "/author/first-course/drafts/1")
    converted = form_on(response, f"{PAGE}/add")
    assert converted.values["title"] == "Noticing safely"
    refused = send(tomas, converted, title="")
    assert form_on(refused, f"{PAGE}/add").values["converted"] == converted.values["converted"]
    added = send(tomas, converted).location
    assert added.endswith("/files/modules/first-course/03-noticing-safely.md")
    text = form_on(tomas.get(added), added).values["text"]
    assert "objectives: [one]" in text
    assert "## Why it matters" in text


def test_empty_and_damaged_input_is_refused(tomas: FlaskClient) -> None:
    form = form_on(tomas.get(PAGE), PAGE)
    assert "There are no words" in send(tomas, form).get_data(as_text=True)
    damaged = tomas.post(PAGE, data=form.values | {"file": (BytesIO(b"x" * 100), "a.docx"), "text": "Typed"})
    assert "not a Word document" in damaged.get_data(as_text=True)
    assert "Typed" in damaged.get_data(as_text=True)
