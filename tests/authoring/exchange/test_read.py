"""Files of any name: their format, their encoding, and what is refused."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, strategies as st

from lms.authoring.exchange.foreign_text import MAX_MARKUP_LENGTH
from lms.authoring.exchange.questions import MAX_FILE_BYTES, NotQuestions
from lms.authoring.exchange.read import read_questions

AIKEN = "Who goes first?\nA. Me\nB) You\nC.The next\nANSWER: C\n"
GIFT = "Wer geht zuerst über die Brücke? {=Kinder ~Männer}\n"
ARABIC = "من يذهب أولا إلى مركز توزيع المياه في المخيم؟ {=الطفل الذي ينتظر منذ الصباح ~الرجل الأكبر سنا}\n"


def stem(data: bytes) -> str:
    (found,) = read_questions("any.bin", data).questions
    assert found.question is not None
    return str(found.question["stem"])


def test_aiken() -> None:
    found = read_questions("questions", AIKEN.encode())
    (only,) = found.questions
    assert found.format == "Aiken" and only.line == 1 and only.name == "Who goes first?"
    assert only.question and [part.get("correct", False) for part in only.question["options"]] == [False, False, True]
    assert only.still_needed[1] == "the feedback of 3 answers"


def test_aiken_with_faults() -> None:
    text = (
        "\ufeffNo key\nA. a\nB. b\n\nA wrong key\nA. a\nB. b\nANSWER: C\n\nTwo keys\nA. a\nB. b\nANSWER: A, B\n\n"
        "One answer\nA. a\nANSWER: A\n\nTwo\nlines?\nA. a\nB. b\nanswer: b.\n\nThe end\nA. a\nB. b"
    )
    found = read_questions("questions", text.replace("\n", "\r\n").encode()).questions
    assert [each.line for each in found] == [1, 5, 10, 15, 19, 25]
    assert "no line “ANSWER:”" in found[0].notes[0] and "which option is right" in found[0].still_needed
    assert found[1].notes == ("“ANSWER: C” names no answer of this question.",)
    assert found[2].notes == ("“ANSWER: A, B” names no answer of this question.",)
    assert found[3].question is None
    assert found[4].question and found[4].question["stem"] == "Two\nlines?" and not found[4].notes
    assert "no line “ANSWER:”" in found[5].notes[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1256"])
def test_encodings(encoding: str) -> None:
    text = ARABIC if encoding == "cp1256" else GIFT
    notes = read_questions("x", text.encode(encoding)).notes
    assert ("Look at the accents" in "".join(notes)) == encoding.startswith("cp")
    assert stem(text.encode(encoding)) == text.partition(" {")[0]


@pytest.mark.parametrize(
    "declared", ["ISO-8859-1", "windows-1256", "windows-1252", "no-such-encoding", "rot13", "utf-7"]
)
def test_declared_encodings(declared: str) -> None:
    encoding = {"ISO-8859-1": "latin-1", "windows-1256": "cp1256"}.get(declared, "cp1252")
    words = ARABIC.partition(" {")[0] if encoding == "cp1256" else GIFT.partition(" {")[0]
    answers = '<answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer>'
    xml = (
        f'<?xml version="1.0" encoding="{declared}"?><quiz><question type="multichoice">'
        f"<questiontext><text>{words}</text></questiontext>{answers}</question></quiz>"
    )
    assert stem(xml.encode(encoding)) == words


def test_a_declared_encoding_counts_where_the_words_say_too_little() -> None:
    answers = '<answer fraction="100"><text>a</text></answer><answer fraction="0"><text>b</text></answer>'
    for declared, word in (("windows-1250", "Łódź"), ("windows-1256", "سؤال"), ("koi8-r", "вода")):
        xml = f'<?xml version="1.0" encoding="{declared}"?><quiz><question type="multichoice"><questiontext><text>'
        assert stem(f"{xml}{word}</text></questiontext>{answers}</question></quiz>".encode(declared)) == word


def test_very_long_texts_are_cut_off_and_that_is_said() -> None:
    (found,) = read_questions("long", f"{'word ' * 3000} {{=a ~b}}".encode()).questions
    assert found.question and len(found.question["stem"]) == MAX_MARKUP_LENGTH - 1
    assert found.notes == ("A very long text was cut off.",)


def test_a_question_without_an_end_is_cut_off_in_aiken() -> None:
    (found,) = read_questions("long", b"A line.\n" * 5000 + b"A. a\nB. b\nANSWER: A").questions
    assert found.question and len(found.question["stem"]) == MAX_MARKUP_LENGTH
    assert found.notes == ("A very long text was cut off.",) and len(found.name) <= 60


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_all_systems(end: str) -> None:
    found = read_questions("x", f"A? {{=a ~b}}{end}{end}B? {{=a{end}~b}}".encode()).questions
    assert [(each.line, each.name) for each in found] == [(1, "A?"), (3, "B?")]


def test_other_files_are_refused_by_name() -> None:
    archive = BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("imsmanifest.xml", "<manifest/>")
    for data in (
        archive.getvalue(),
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"\0" * 100,
        b"Dear all,\nsee you.",
        b"",
        b"a,b\n1,2\n",
    ):
        with pytest.raises(NotQuestions, match=r"photo\.gift"):
            read_questions("photo.gift", data)
    with pytest.raises(NotQuestions, match="larger than 1000 kB"):
        read_questions("big.gift", b"x" * (MAX_FILE_BYTES + 1))
    with pytest.raises(NotQuestions, match="more than 1000"):
        read_questions("long.gift", b"A? {=a ~b}\n\n" * 1001)


PIECES = [
    "{", "}", "=", "~", "#", "####", "->", "::", "\\", "\n", "\n\n", "//", "[html]", "$CATEGORY:", "%50%", "T", ">",
    "ANSWER: A", "A. x", "<quiz>", "</quiz>", "<question type='matching'>", "</question>", "<text>", "&amp;", "é",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=30).map("".join) | st.binary(max_size=60))
def test_any_file_is_read_or_refused(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode(errors="replace")
    try:
        found = read_questions("any", data)
    except NotQuestions as refused:
        assert refused.message
        return
    for each in found.questions:
        assert each.notes if each.question is None else each.question["stem"]
