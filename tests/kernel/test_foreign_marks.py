"""Marks of other systems: each is found at its line and answered in our form."""

import pytest

from lms.kernel.markup.outline import read_outline

# The text, the line it is reported at, a part of the answer.
FOREIGN = [
    (":::::::::::::: callout\n\nNever ask.\n\n::::::::::::::", 1, "`/// note`"),
    ("::: warning\nNever ask.\n:::", 1, "`/// caution`"),
    ("::::{tip}\nNever ask.\n::::", 1, "`/// note`"),
    ("!!! warning\n    Do not promise.", 1, "`/// caution`"),
    ('!!! danger "Never"\n    Do not promise.', 1, "`/// caution`"),
    ("??? note\n    Do not promise.", 1, "`/// note`"),
    ("???+ tip\n    Do not promise.", 1, "`/// note`"),
    ("> [!NOTE]\n> Do not promise.", 1, "`/// note`"),
    ("> [!WARNING]\n> Do not promise.", 1, "`/// caution`"),
    ("--- hint ---\nListen.\n--- /hint ---", 1, "`/// note`"),
    ("--- task ---\nListen.", 1, "`/// note`"),
    ("Tell her.[^1]\n\nText.", 1, "footnote"),
    ("Text.\n\n[^1]: A source.", 3, "footnote"),
    ("// note\nListen.\n//", 1, "`/// note`"),
    ("\\\\\\ check\nWhat?\n\\\\\\", 1, "`/// check`"),
    ("|||| note\nx", 1, "`/// note`"),
    ("Which?\n\n- [x] Stop. | Yes.\n- [ ] Go. | No.", 3, "`/// check`"),
    ("Which?\n\n[x] Stop.\n[ ] Go.", 3, "`/// check`"),
    ("Which?\n\n(x) Stop.\n( ) Go.", 3, "`/// check`"),
    ("- Listen\n  - without asking\n  - without a promise\n- Tell", 2, "four blanks"),
    ("1. Listen\n   - without asking\n2. Tell", 2, "four blanks"),
    ("```\ncode\n```", 1, "code"),
    ("~~~ python\ncode\n~~~", 1, "code"),
    ("Go <b>now</b>.", 1, "`**words**`"),
    ("Go <em>now</em>.", 1, "`*words*`"),
    ('See <a href="/x">this</a>.', 1, "`[words](/address)`"),
    ('<img src="x.png">', 1, "`![what it shows](img/name.png)`"),
    ("One.<br>Two.", 1, "empty line"),
    ("<details>\n<summary>More</summary>", 1, "`/// note`"),
    ("<!-- later -->", 1, "take it away"),
    ("<ul><li>One</li></ul>", 1, "`- `"),
    ("<h3>Title</h3>", 1, "`## Title`"),
    ("<table><tr><td>", 1, "`| a | b |`"),
    ("- One\n    - <b>Two</b>", 2, "`**words**`"),
    ("<iframe src='x'></iframe>", 1, "take it away"),
    ('{% hint style="info" %}\nListen.\n{% endhint %}', 1, "`/// note`"),
    ("{{% notice warning %}}\nListen.", 1, "`/// caution`"),
    (".. note::\n   Listen.", 1, "`/// note`"),
    ("[TOC]", 1, "take it away"),
    ("Words {: .big }", 1, "take it away"),
    ("Title\n=====\n\nText.", 2, "`## Title`"),
]


@pytest.mark.parametrize(("text", "line", "words"), FOREIGN, ids=[text[:30] for text, _line, _words in FOREIGN])
def test_a_mark_of_another_system_is_answered_in_our_form(text: str, line: int, words: str) -> None:
    problems = read_outline(f"## What to do\n\n{text}\n").problems
    assert problems and problems[0].line == line + 2 and words in problems[0].message, problems


@pytest.mark.parametrize(
    "text",
    [
        "Text.\n\n---\n\nText.",
        "- One\n- Two\n\n  More of two.",
        "- One\n    - Inner\n    - Inner\n- Two",
        "1. One\n    - Inner\n2. Two",
        "> She says: [no](/help-now).",
        "| a | b |\n|---|---|\n| 1 | 2 |",
        "What now? Stop!!! See //help.",
        "Write `<b>` or `[^1]` or `::: note`.",
        "[1] (y) [a](/b)",
        "    ::: example",
        "/// check\nWhat?\n\n- [x] Stop. | Yes.\n- [ ] Go. | No.\n///",
        "/// note\n- One\n    - Inner\n///",
    ],
)
def test_what_is_ours_is_no_foreign_mark(text: str) -> None:
    assert read_outline(f"## What to do\n\n{text}\n").problems == []


def test_the_end_of_a_foreign_block_is_not_reported_again() -> None:
    assert len(read_outline("::: note\nA\n:::\n\n--- hint ---\nB\n--- /hint ---\n\n```\nx\n```").problems) == 3


def test_each_list_is_reported_once() -> None:
    assert len(read_outline("- A\n  - b\n  - c\n- D\n  - e\n").problems) == 1
