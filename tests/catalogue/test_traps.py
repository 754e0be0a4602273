"""What YAML makes of ordinary sentences: each is found at its line and answered with what to write."""

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from lms.catalogue.cli import content_cli
from lms.catalogue.source.parsing.yaml_document import read_yaml
from tests.catalogue.course_files import BANK, QUAY, CourseFiles

BANK_YML, QUAY_MD = "quizzes/boats.yml", "modules/boats/01-at-the-quay.md"
HEAD = "course: boats\nquestions:\n  - id: boat-full\n"
TAIL = "\n    options:\n      - {id: a, text: Leave., feedback: Unsafe.}\n"
QUOTE = "put quotation marks round this"


def problems(text: str) -> list[tuple[int, str]]:
    return [(it.line, f"{it.message}; {it.remedy}") for it in read_yaml("b.yml", text).problems]


STEMS = [
    ("Arjun, ten, says: I do not want to go back. What do you do?", "`: `"),
    ("“After a landslide: what do you do?”", "`: `"),
    ("Wait:", "`: `"),
    ('"Do not send me back," says Arjun. What do you do?', "inside"),
    ('"He says "go" now"', "inside"),
    ("'don't go'", "inside"),
    ("You call post #5 and a boy says that he does not want to go back.", "`#`"),
    ("You call post # 5 and a boy says no.", "`#`"),
    ("#5 is the post", "`#`"),
    ("You call post #5\n      and a boy says no.", "`#`"),
    ("*Stop* and listen", "`*`"),
    ("&go on", "`&`"),
    ("!important now", "`!`"),
    ("@focal person", "`@`"),
    ("%50 of them", "`%`"),
    ("`x` y", "```"),
    ("[Aside] He says no", "`[`"),
    ("{A} he says no", "`{`"),
    ("- go", "`-`"),
    ("? what", "`?`"),
    ("> say this", "`>`"),
    ("| say this", "`|`"),
    ('"a\\d"', "backslash"),
    ('"He goes', "never closed"),
]


@pytest.mark.parametrize(("stem", "names"), STEMS, ids=[stem for stem, _names in STEMS])
def test_a_sentence_that_yaml_misreads_is_answered_with_quotation_marks(stem: str, names: str) -> None:
    ((line, words),) = problems(f"{HEAD}    stem: {stem}{TAIL}")
    assert line == 4 and names in words and (QUOTE in words or "quotation mark" in words), words
    assert "“stem”" in words


OPTIONS = [
    ("He says: go", "`: `"),
    ("Wait:", "`: `"),
    ("Call post #5 now", "`#`"),
    ("Wait, then go", "comma"),
    ("[a] b", "`[`"),
    ('"Go," he says', "inside"),
    ("'don't'", "inside"),
    ("a {b} c", "`{`"),
    ("a ] b", "`]`"),
    ("*a* b", "`*`"),
]


@pytest.mark.parametrize(("words", "names"), OPTIONS, ids=[words for words, _names in OPTIONS])
def test_a_text_between_braces_that_yaml_misreads_is_answered_too(words: str, names: str) -> None:
    ((line, said),) = problems(f"{HEAD}    stem: x{TAIL.replace('Leave.', words)}      - {{id: b, text: Two.}}\n")
    assert line == 6 and names in said and QUOTE in said and "“text”" in said, said


SHAPES = [
    ("\tstem: x", 4, "tab"),
    ("    stem: x\n\tobjective: y", 5, "tab"),
    ("    stem:x", 4, "blank after the colon"),
    ("     stem: x", 4, "indented"),
    ("   stem: x", 4, "indented"),
]


@pytest.mark.parametrize(("text", "line", "names"), SHAPES)
def test_tabs_and_indentation_are_named(text: str, line: int, names: str) -> None:
    ((found, words),) = problems(HEAD + text + TAIL)
    assert found == line and names in words, words


def test_a_brace_that_is_not_closed_is_named_where_it_opens() -> None:
    ((line, words),) = problems(f"{HEAD}    stem: x{TAIL.replace('Unsafe.}', 'Unsafe.')}      - {{id: b, text: T}}\n")
    assert line == 6 and "`{` is never closed" in words


def test_what_yaml_reads_as_written_is_no_problem() -> None:
    for words in ("No", "Yes", "Off", "Post#5", "Go – now", "It's here", 'Say "now"', "“Go: now”"[:3], "50 %", "12:30"):
        assert problems(f"{HEAD}    stem: {words}{TAIL}") == [], words
        assert read_yaml("b.yml", f"stem: {words}\n").value == {"stem": words}
    assert problems("edition: 1   # a whole number\nsectors: [wash]  # one, or several\nid: a # b c\n") == []
    assert problems("# you call post #5\nstem: |\n  Post #5: he says\n  go: now\nlast: 'a #b'  # said # twice\n") == []


def test_words_that_are_not_text_for_yaml_are_answered_with_quotation_marks(course_files: CourseFiles) -> None:
    for word in ("true", "12", "1.5"):
        course_files.write(BANK_YML, BANK.replace("Leave.", word))
        assert f"{BANK_YML}:9: “text” must be text: {QUOTE}" in course_files.check()
    for word in ("", "~", "null"):
        course_files.write(BANK_YML, BANK.replace("Leave.", word))
        assert f"{BANK_YML}:9: “text” is empty" in course_files.check()


def test_a_control_character_is_found_at_its_line() -> None:
    ((line, words),) = problems(f"{HEAD}    stem: Go\x07on{TAIL}")
    assert line == 4 and "invisible control character" in words


def test_one_trap_in_a_bank_is_one_line_and_errors_come_first(course_files: CourseFiles) -> None:
    course_files.edit("modules/boats/course.yml", "together}", "together}\n  - {id: other, text: Again}")
    course_files.edit(BANK_YML, "stem: In which", "stem: Arjun, ten, says: In which")
    found = course_files.check()
    assert found[0].startswith(f"{BANK_YML}:32: “stem”: ") and QUOTE in found[0]
    assert all(": warning: " in line for line in found[1:]) and not any("questions" in line for line in found), found


def test_a_trap_in_front_matter_is_found_at_its_line(course_files: CourseFiles) -> None:
    course_files.write(QUAY_MD, QUAY.replace("title: At the quay", "title: Boats: at the quay"))
    (found,) = course_files.check()
    assert found.startswith(f"{QUAY_MD}:2: “title”: ") and QUOTE in found


def test_the_command_checks_the_folders_of_the_settings(
    course_files: CourseFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LMS_MODULES", str(course_files.modules))
    monkeypatch.setenv("LMS_QUIZZES", str(course_files.quizzes))
    runner = FlaskCliRunner(Flask("nothing"))
    result = runner.invoke(content_cli, ["check"])
    assert result.output == "1 courses, 2 module files: 0 errors, 0 warnings.\n"
    monkeypatch.setenv("LMS_MODULES", str(course_files.root / "nowhere"))
    result = runner.invoke(content_cli, ["check"])
    assert result.exit_code == 1 and str(course_files.root / "nowhere") in result.output
    result = runner.invoke(content_cli, ["check", "--modules", str(course_files.modules)])
    assert result.exit_code == 0


STRAYS = {
    "modules/Thumbs.db": "only course folders",
    "modules/drafts/notes.md": "no course.yml",
    "modules/boats/README.md": "named 01-name.md",
    "modules/boats/notes.txt": "only course.yml",
    "modules/boats/img/My Photo.png": "a picture's name",
    "modules/boats/img/a.exe": "a picture's name",
    "quizzes/notes.txt": "only question banks",
    "quizzes/Boats old.yml": "a bank's file is named",
    "quizzes/ships.yml": "there is no course “ships”",
}


def test_stray_files_are_named_and_do_not_block_the_rest(course_files: CourseFiles) -> None:
    for path in STRAYS:
        course_files.write(path, BANK if path.endswith(".yml") else "x")
    found = course_files.check()
    for path, words in STRAYS.items():
        place = path.removesuffix("/notes.md") if "drafts" in path else path
        (said,) = [line for line in found if line.startswith(f"{place}:1: ")]
        assert said.startswith(f"{place}:1: warning: ") and words in said and "left out" in said, said
    assert len(found) == len(STRAYS)


def test_a_module_with_a_wrong_name_still_blocks(course_files: CourseFiles) -> None:
    """Left out, it would vanish from its course."""
    course_files.move("modules/boats/02-on-board.md", "modules/boats/on-board.md")
    assert [line for line in course_files.check() if line.startswith("modules/boats/on-board.md:1: a module's file")]
