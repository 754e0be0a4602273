"""GIFT as people and other systems write it. The files are our own; the rules are those of MoodleDocs."""

from typing import Any

import pytest

from lms.authoring.exchange.questions import ImportedQuestion, NotQuestions
from lms.authoring.exchange.read import read_questions


def read(text: str) -> list[ImportedQuestion]:
    found = read_questions("test.gift", text.encode())
    assert found.format == "GIFT"
    return list(found.questions)


def one(text: str) -> dict[str, Any]:
    """The only question of a text, carried."""
    (found,) = read(text)
    assert found.question is not None, found.notes
    return found.question


def options(question: dict[str, Any]) -> list[tuple[str, bool, str]]:
    """The options of a question as text, whether right, and feedback."""
    return [(part["text"], part.get("correct", False), part.get("feedback", "")) for part in question["options"]]


def test_a_single_choice_with_feedback_and_title() -> None:
    (found,) = read("// a comment\n::The tap::Who goes first? {\n ~The eldest # No.\n = The next in line#Yes.\n}\n")
    assert (found.line, found.name, found.kind, found.notes) == (2, "The tap", "multichoice", ())
    assert found.question == {
        "id": "the-tap",
        "type": "single",
        "red_line": False,
        "stem": "Who goes first?",
        "options": [
            {"id": "a", "text": "The eldest", "feedback": "No."},
            {"id": "b", "text": "The next in line", "correct": True, "feedback": "Yes."},
        ],
    }
    assert found.still_needed == ("an objective", "a source", "where to read again")


def test_several_right_answers_with_weights() -> None:
    question = one("Which ones? {~%50%Water#w ~%50%Soap ~%-100%Sweets ~%-100.0%Photos}")
    assert question["type"] == "multiple"
    assert options(question) == [("Water", True, "w"), ("Soap", True, ""), ("Sweets", False, ""), ("Photos", False, "")]


def test_uneven_weights_and_parts_of_the_mark_are_noted() -> None:
    (uneven,) = read("Which? {~%70%Water ~%30%Soap ~Sweets}")
    assert uneven.question and uneven.question["type"] == "multiple"
    assert any("count alike" in note for note in uneven.notes)
    (part,) = read("Which? {=Water ~%50%Soap ~Sweets}")
    assert options(part.question or {}) == [("Water", True, ""), ("Soap", False, ""), ("Sweets", False, "")]
    assert any("part of the mark" in note for note in part.notes)
    (two,) = read("Which? {=Water =Soap ~Sweets}")
    assert two.question and two.question["type"] == "single"
    assert any("Several answers are right" in note for note in two.notes)
    (lone,) = read("Which? {~%100%Water ~Soap}")
    assert lone.question and lone.question["type"] == "single"
    assert any("it became of type single" in note for note in lone.notes)


@pytest.mark.parametrize("word", ["T", "TRUE", "true"])
def test_true(word: str) -> None:
    question = one(f"A child may say no.{{{word}#They may.#Well seen.}}")
    assert question["type"] == "single" and question["stem"] == "A child may say no."
    assert options(question) == [("True", True, "Well seen."), ("False", False, "They may.")]


@pytest.mark.parametrize("word", ["F", "FALSE"])
def test_false(word: str) -> None:
    assert options(one(f"Everyone must speak.{{{word}#No one must.#Right.}}")) == [
        ("True", False, "No one must."),
        ("False", True, "Right."),
    ]
    assert options(one(f"Everyone must speak. {{ {word} }}")) == [("True", False, ""), ("False", True, "")]


def test_matching() -> None:
    (found,) = read("Match. {\n =baby -> play\n =teen->a word apart -> later\n = -> nobody\n}")
    assert found.question and found.question["pairs"] == [
        {"id": "a", "left": "baby", "right": "play"},
        {"id": "b", "left": "teen", "right": "a word apart -> later"},
    ]
    assert found.notes == ("Left out: “nobody”, which belongs to nothing.",)


def test_missing_word() -> None:
    question = one("Greet the {~rich =child ~dog} first, and wait.")
    assert question["stem"] == "Greet the _____ first, and wait."
    assert [right for _text, right, _feedback in options(question)] == [False, True, False]


def test_escapes() -> None:
    question = one(r"::a\:b::1 \= 1 \{x\} \~ \# \\ two\nlines \% { ~no\=1 # f\#1 =yes\~ }")
    assert question["stem"] == "1 = 1 {x} ~ # \\ two lines \\%"
    assert options(question) == [("no=1", False, "f#1"), ("yes~", True, "")]
    assert one(r"[plain]two\nlines {=a ~b}")["stem"] == "two\nlines"
    assert one(r"[plain]a\\nb {=a ~b}")["stem"] == "a\\nb"


def test_formats_and_html() -> None:
    (found,) = read('[html]<p>Say <b>no</b> &amp; <img src="http://x/a.png"> go</p>{=[plain]<b> ~[x] y ~c &lt; d}')
    assert found.question and found.question["stem"] == "Say no & go"
    assert [text for text, _right, _feedback in options(found.question)] == ["<b>", "[x] y", "c < d"]
    assert any("picture" in note for note in found.notes) and any("formatting" in note for note in found.notes)


def test_general_feedback_is_named() -> None:
    (found,) = read("Now? {=a#x#y ~b ####[html]<p>Read <i>more</i>.</p>}")
    assert found.notes == ("Left out: the general feedback “Read more.”.",)
    assert options(found.question or {}) == [("a", True, "x#y"), ("b", False, "")]


def test_ids_tags_and_categories() -> None:
    text = (
        "$CATEGORY: tom/dick\n\n// [id:si-tap] [tag:red-line] [tag:objective:first-step] [tag:a\\]b]\n"
        "::Tap::Now? {=a ~b}\n\n$CATEGORY: other\nLater? {=a ~b}\n"
    )
    found = read_questions("test", text.encode())
    first, second = found.questions
    assert found.notes and "tom/dick, other" in found.notes[0]
    assert first.question and first.question["id"] == "si-tap" and first.question["red_line"] is True
    assert first.question["objective"] == "first-step"
    assert first.notes == ("Left out: the tags a]b.",)
    assert (first.line, second.line, second.name) == (4, 7, "Later?")


def test_orders_as_moodle_writes_them() -> None:
    question = one("Order. {>ALL VERTICAL\nfirst\nsecond\nthird\n}")
    assert question["type"] == "ordering"
    assert [item["text"] for item in question["options"]] == ["first", "second", "third"]


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        ("How are you? {}", "essay", "typed"),
        ("How many? {#3:2}", "numerical", "typed"),
        ("How many? {#1..5#close}", "numerical", "typed"),
        ("How many?{#\n=%100%3:0#exact\n=%50%3:1\n~#no}", "numerical", "typed"),
        ("Who? {=nobody =no one}", "shortanswer", "typed"),
        ("Read { this }", "shortanswer", "typed"),
        ("::Note::Only words with a title.", "description", "without answers"),
        ("Broken {=a ~b", "", "empty line"),
        ("Broken =a ~b}", "", "empty line"),
        ("Only one {~a}", "multichoice", "fewer than two"),
        ("Many {" + "~a" * 27 + "}", "multichoice", "more than 26"),
        ("{=a ~b}", "multichoice", "no text"),
    ],
)
def test_what_cannot_be_carried_is_named(text: str, kind: str, reason: str) -> None:
    _whole, found = read(f"Whole? {{=a ~b}}\n\n{text}")
    assert (found.question, found.kind, found.line) == (None, kind, 3)
    assert reason in found.notes[0]


def test_ids_are_new_unique_and_begin_with_the_prefix() -> None:
    blocks = ("::Tap::A?", "::tap::B?", "::مرحبا::C?", "::مرحبا::؟", "// [id:Not One]\n::X::D?")
    text = "\n\n".join(f"{block} {{=a ~b}}" for block in blocks)
    found = read_questions("x", text.encode(), taken={"si-tap"}, prefix="si").questions
    assert [each.question["id"] for each in found if each.question] == [
        "si-tap-2", "si-tap-3", "si-c", "si-question", "si-not-one",
    ]  # fmt: skip
    assert found[-1].notes == ("The id “Not One” is in use or cannot be one here; it is now “si-not-one”.",)


def test_ids_of_the_bank_and_of_the_file_are_not_used_twice() -> None:
    text = "// [id:si-tap]\nA? {=a ~b}\n\n// [id:si-well]\nB? {=a ~b}\n\n// [id:si-well]\nC? {=a ~b}"
    found = read_questions("x", text.encode(), taken={"si-tap"}).questions
    assert [each.question["id"] for each in found if each.question] == ["si-tap-2", "si-well", "si-well-2"]
    assert [len(each.notes) for each in found] == [1, 0, 1]


@pytest.mark.parametrize("text", ["", "  \n", "{", "// only a comment", "Some words.\n\nOther words."])
def test_files_without_a_question_are_refused(text: str) -> None:
    if text == "{":
        assert read(text)[0].question is None
        return
    with pytest.raises(NotQuestions):
        read_questions("empty.txt", text.encode())
