"""Moodle XML as it is exported, and files that mean harm."""

from typing import Any

import pytest

from lms.authoring.exchange.questions import ImportedQuestion, NotQuestions
from lms.authoring.exchange.read import read_questions


def read(xml: str) -> list[ImportedQuestion]:
    found = read_questions("test.xml", f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{xml}\n</quiz>'.encode())
    assert found.format == "Moodle XML"
    return list(found.questions)


def html(tag: str, text: str, more: str = "", attributes: str = "") -> str:
    """An element with a text in HTML, as Moodle exports it."""
    return f'<{tag} format="html"{attributes}><text><![CDATA[{text}]]></text>{more}</{tag}>'


def answer(text: str, fraction: str, feedback: str = "") -> str:
    return html("answer", text, html("feedback", feedback), f' fraction="{fraction}"')


def question(kind: str, inside: str, stem: str = "<p>Who goes first?</p>") -> str:
    name = "<name><text>The tap</text></name>"
    return f'<question type="{kind}">{name}{html("questiontext", stem)}{inside}</question>'


def parts(found: ImportedQuestion) -> list[tuple[Any, ...]]:
    """The options of a question as text, whether right, and feedback."""
    assert found.question is not None, found.notes
    shown = found.question["options"]
    return [(part["text"], part.get("correct", False), part.get("feedback", "")) for part in shown]


def test_single_choice() -> None:
    inside = f"<single>true</single>{answer('<p>Me</p>', '0', '<p>No.</p>')}{answer('You', '100')}"
    (found,) = read(
        question("multichoice", inside + "<idnumber>si-tap</idnumber><defaultgrade>1.0000000</defaultgrade>")
    )
    assert found.question and found.question["type"] == "single" and found.question["stem"] == "Who goes first?"
    assert found.question["id"] == "si-tap"
    assert parts(found) == [("Me", False, "No."), ("You", True, "")]
    assert (found.line, found.name, found.notes) == (3, "The tap", ())
    assert "the feedback of 1 answer" in found.still_needed


def test_several_right_answers() -> None:
    fractions = {"a": "33.33333", "b": "33.33333", "c": "33.33333", "d": "-100"}
    inside = "<single>false</single>" + "".join(answer(*each) for each in fractions.items())
    (found,) = read(question("multichoice", inside))
    assert found.question and found.question["type"] == "multiple" and not found.notes
    assert [right for _text, right, _feedback in parts(found)] == [True, True, True, False]


def test_true_or_false() -> None:
    (found,) = read(question("truefalse", answer("true", "0", "No.") + answer("false", "100", "Yes.")))
    assert found.question and found.question["type"] == "single"
    assert parts(found) == [("True", False, "No."), ("False", True, "Yes.")]


def test_matching() -> None:
    sub = "<subquestion format='html'><text><![CDATA[{}]]></text><answer><text>{}</text></answer></subquestion>"
    (found,) = read(
        question("matching", sub.format("<p>baby</p>", "play &lt;3") + sub.format("teen", "talk") + sub.format("", "x"))
    )
    assert found.question and found.question["pairs"] == [
        {"id": "a", "left": "baby", "right": "play <3"},
        {"id": "b", "left": "teen", "right": "talk"},
    ]
    assert found.notes == ("Left out: “x”, which belongs to nothing.",)


def test_orders_go_by_their_numbers() -> None:
    inside = answer("second", "2.0000000", "2nd") + answer("first", "1.0000000") + answer("third", "3.0000000")
    (found,) = read(question("ordering", inside))
    assert found.question and found.question["type"] == "ordering"
    assert [text for text, _right, _feedback in parts(found)] == ["first", "second", "third"]


def test_what_is_lost_is_named() -> None:
    stem = '<p>Who <b>goes</b> <a href="//x">there</a>? <img src="@@PLUGINFILE@@/a.png"><script>alert(1)</script></p>'
    inside = (
        answer('a <audio src="https://x.example/a.mp3">', "100")
        + answer("<table><tr><td>b</td><td>c</td></tr></table>", "50")
        + html("generalfeedback", "<p>Think.</p>")
        + html("correctfeedback", "Your answer is correct.")
        + html("incorrectfeedback", "<p>Oh no.</p>")
        + html("hint", "Look again.")
        + "<defaultgrade>10.0000000</defaultgrade><tags><tag><text>easy</text></tag></tags>"
    )
    file = '<file name="a.png" encoding="base64">aGk=</file></questiontext>'
    xml = question("multichoice", inside, stem).replace("</questiontext>", file)
    (found,) = read(xml)
    assert found.question and found.question["stem"] == "Who goes there?"
    assert [text for text, _right, _feedback in parts(found)] == ["a", "b c"]
    lost = (
        "a picture:", "a file that lies", "a recording", "a script", "the address of a link", "a table", "bold",
        "general feedback “Think.”", "feedback on the whole answer", "hints", "how much it counts", "the tags easy",
        "a part of the mark",
    )  # fmt: skip
    for words in lost:
        assert sum(words in note for note in found.notes) == 1, (words, found.notes)


def test_a_picture_of_an_old_moodle_is_named_as_lost() -> None:
    old = "<image>map.png</image><image_base64>aGk=</image_base64>"
    (found,) = read(question("multichoice", answer("a", "100") + answer("b", "0") + old))
    assert [note for note in found.notes if "a file that lies" in note]
    (found,) = read(question("multichoice", answer("a", "100") + answer("b", "0") + "<image>\n</image>"))
    assert found.notes == ()


def test_standard_feedback_and_grades_are_no_loss() -> None:
    standard = html("correctfeedback", "<p>Your answer is correct.</p>") + "<defaultgrade>1</defaultgrade>"
    (found,) = read(question("multichoice", answer("a", "100") + answer("b", "0") + standard))
    assert not found.notes


def test_other_types_and_categories() -> None:
    category = '<question type="category"><category><text>$course$/top/Water</text></category></question>'
    others = "".join(question(kind, "") for kind in ("essay", "shortanswer", "description", "cloze", "ddwtos", ""))
    found = read_questions("a", f"<quiz>{category}{others}</quiz>".encode())
    assert found.notes and "$course$/top/Water" in found.notes[0]
    assert [each.kind for each in found.questions] == ["essay", "shortanswer", "description", "cloze", "ddwtos", "?"]
    assert all(each.question is None and each.notes for each in found.questions)


def test_markdown_and_plain_text_stay_as_written() -> None:
    stem = "\n  <p>Who goes first?</p>\n"
    plain = question("multichoice", answer("a", "100") + answer("b", "0"), stem).replace(
        'format="html"', 'format="plain_text"'
    )
    (found,) = read(plain)
    assert found.question and found.question["stem"] == "<p>Who goes first?</p>"


DECLARATIONS = [
    '<!DOCTYPE quiz [<!ENTITY a "b">]><quiz><question type="essay"><name><text>&a;</text></name></question></quiz>',
    '<!DOCTYPE quiz SYSTEM "http://far.example/quiz.dtd"><quiz/>',
    '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>',
    '<!DOCTYPE quiz [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><quiz>&b;</quiz>',
    "<!DOCTYPE quiz><quiz/>",
]


@pytest.mark.parametrize("xml", DECLARATIONS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declarations_are_refused(xml: str, encoding: str) -> None:
    with pytest.raises(NotQuestions, match="document type"):
        read_questions("bad.xml", xml.encode(encoding))


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        ("<quiz>" + "<question>" * 40, "nests too deep"),
        ("<quiz>" + "<question/>" * 1001 + "</quiz>", "more than 1000 questions"),
        ("<quiz>" + "<a/>" * 200_001 + "</quiz>", "too large or nests"),
        ("<quiz><question></quiz>", "damaged: mismatched tag, line 1"),
        ("<quiz>&nbsp;</quiz>", "damaged: undefined entity"),
        ("<quiz></quiz>", "no question in"),
        ("<manifest/>", "begins with <manifest>"),
        ("<html><body>x</body></html>", "begins with <html>"),
    ],
)
def test_other_xml_is_refused_with_a_reason(xml: str, reason: str) -> None:
    with pytest.raises(NotQuestions, match=reason):
        read_questions("bad.xml", xml.encode())
