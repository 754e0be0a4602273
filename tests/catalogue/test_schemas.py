"""Schemas of course files: what is refused, and in which words."""

import json
import re
from pathlib import Path

import pytest

from lms.catalogue.source.parsing.validation import parse_yaml, split_front_matter
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.catalogue.source.read import SourceFile, decode_file, read_folders
from lms.catalogue.source.schemas.banks import BankFile, marking_key, stored_body
from lms.catalogue.source.schemas.base import Schema
from lms.catalogue.source.schemas.courses import CourseFile, ModuleFrontMatter
from lms.catalogue.source.schemas.shared_files import SCHEMAS
from tests.catalogue.course_files import BANK, COURSE, CourseFiles


def sentences(schema: type[Schema], text: str) -> list[str]:
    return [f"{problem.line}: {problem.message}" for problem in parse_yaml(schema, "x.yml", text).problems]


def test_a_valid_file_is_parsed() -> None:
    course = parse_yaml(CourseFile, "x.yml", COURSE).value
    assert course is not None
    assert (course.edition, course.passing.draw, course.per_sector, course.certificate) == (1, 3, False, "standard")
    bank = parse_yaml(BankFile, "x.yml", BANK).value
    assert bank is not None
    assert [question.type for question in bank.questions] == [
        "single", "multiple", "statements", "ordering", "matching", "branching",
    ]  # fmt: skip


FAULTS = [
    (CourseFile, "edition: 1", "edition: 1\nfoo: 2", ["5: unknown key “foo”"]),
    (CourseFile, "code: CP-BOAT\n", "", ["1: “code” is missing"]),
    (CourseFile, "edition: 1", "edition: one", ["4: “edition” must be a whole number"]),
    (CourseFile, "edition: 1", "edition: 1.5", ["4: “edition” must be a whole number"]),
    (CourseFile, "title: Boats", "title: 2019", ["1: “title” must be text: put quotation marks round this"]),
    (CourseFile, "languages: [en]", "languages: en", ["7: “languages” must be a list"]),
    (CourseFile, "languages: [en]", "languages: [English]", ["7: item 1 of “languages” must match"]),
    (CourseFile, "validity: P2Y", "validity: 2 years", ["5: “validity” must be an ISO 8601 period"]),
    (CourseFile, "validity: P2Y", "validity: P0D", ["5: “validity” must be an ISO 8601 period"]),
    (CourseFile, "validity: P2Y", "validity: PT24H", ["5: “validity” must be an ISO 8601 period"]),
    (CourseFile, "pause: PT24H", "pause: a day", ["11: “pause” must be an ISO 8601 duration"]),
    (CourseFile, "mark: 80", "mark: 800", ["11: “mark”: input should be less than or equal to 100"]),
    (CourseFile, "pass: {mark: 80,", "pass: {marks: 80,", ["11: “mark” is missing", "11: unknown key “marks”"]),
    (CourseFile, "id: together,", "id: Together!,", ["10: “id” must match"]),
    (CourseFile, "considerations: [1]", "considerations: [10]", ["8: item 1 of “considerations”"]),
    (CourseFile, "state: draft", "state: done", ["14: “state” must be 'draft' or 'reviewed'"]),
    (CourseFile, "review: {", "review: x # {", ["14: “review” must be a group of keys and values"]),
    (CourseFile, "title: Boats", "title: Boats\ntitle: Ships", ["2: “title” appears twice"]),
    (CourseFile, "title: Boats", "title: [Boats", ["1: the bracket `[` is never closed"]),
    (CourseFile, "title: Boats", "title: a: b", ["1: “title”: YAML takes the `: ` in this text for a new key"]),
    (CourseFile, "title: Boats", "title: &t Boats\nsummary: *t", ["2: anchors and aliases"]),
    (CourseFile, COURSE, "- a\n- b\n", ["1: this must be a group of keys and values"]),
    (CourseFile, COURSE, "", ["1: this must be a group of keys and values"]),
    (CourseFile, COURSE, "a: 1\n---\nb: 2\n", ["2: this is not YAML"]),
    (CourseFile, COURSE, "[" * 3000, ["1: this is not YAML"]),
    # So deep that a reader written in C would fall.
    (CourseFile, COURSE, "a: " + "[" * 200_000 + "]" * 200_000, ["1: this is not YAML"]),
    (CourseFile, COURSE, "- " * 200_000 + "a", ["1: this is not YAML"]),
    (CourseFile, COURSE, "\n".join(" " * depth + "a:" for depth in range(1_300)), ["1: this is not YAML"]),
    (BankFile, "type: single", "type: guess", ["5: “type” must be one of 'single'"]),
    (BankFile, "    type: single\n", "", ["3: “type” is missing"]),
    (BankFile, "text: Leave., feedback: Unsafe.", "text: Leave.", ["9: “feedback” is missing"]),
    (BankFile, "{id: a, text: Leave.", "{id: a, colour: red, text: Leave.", ["9: unknown key “colour”"]),
    (
        BankFile,
        "correct: true, feedback: Safe.",
        "correct: yes, feedback: Safe.",
        ["10: “correct” must be true or false"],
    ),
    (BankFile, "true: yes", "true: maybe", ["27: “true” must be yes or no"]),
    (BankFile, "red_line: true", "red_line: 1", ["6: “red_line” must be true or false"]),
]


@pytest.mark.parametrize(("schema", "old", "new", "expected"), FAULTS)
def test_a_problem_has_its_line_and_plain_words(schema: type[Schema], old: str, new: str, expected: list[str]) -> None:
    text = {CourseFile: COURSE, BankFile: BANK}[schema]
    assert old in text
    found = sentences(schema, text.replace(old, new, 1))
    for start in expected:
        assert any(sentence.startswith(start) for sentence in found), found


def test_all_problems_of_a_file_are_reported_together() -> None:
    text = COURSE.replace("edition: 1", "edition: x").replace("code: CP-BOAT", "cod: CP").replace("P60D", "60")
    assert len(sentences(CourseFile, text)) == 4


def test_keys_and_values_are_parsed_as_written() -> None:
    yaml = read_yaml("x.yml", "true: yes\nno: no\na: 'true'\nb: 010\nc: 1_000\nd: 2019-01-01\ne: ~\nf: 1.5\n")
    assert yaml.value == {
        "true": "yes", "no": "no", "a": "true", "b": "010", "c": "1_000", "d": "2019-01-01", "e": None, "f": 1.5,
    }  # fmt: skip
    assert yaml.line("f") == 8
    assert yaml.line("f", "nothing") == 8


def test_statements_become_booleans_and_pairs_get_ids() -> None:
    bank = parse_yaml(BankFile, "x.yml", BANK.replace("{id: a, left", "{left").replace("{id: b, left", "{left")).value
    assert bank is not None
    bodies = {question.id: stored_body(question) for question in bank.questions}
    assert [item["true"] for item in bodies["boat-true"]["statements"]] == [True, False]
    assert [pair["id"] for pair in bodies["boat-match"]["pairs"]] == ["1", "2"]
    assert marking_key("single", True, bodies["boat-full"]) == {
        "type": "single", "red_line": True, "options": {"a": False, "b": True},
    }  # fmt: skip


def test_a_marking_key_has_right_answers_and_no_texts() -> None:
    """Words, feedback and order may change within an edition; what is right may not."""
    before = parse_yaml(BankFile, "x.yml", BANK).value
    after = parse_yaml(BankFile, "x.yml", re.sub(r"(text|feedback|stem|left|right): (\w)", r"\1: So \2", BANK)).value
    assert before and after
    for old, new in zip(before.questions, after.questions, strict=True):
        assert stored_body(old) != stored_body(new)
        assert marking_key(old.type, old.red_line, stored_body(old)) == marking_key(
            new.type, new.red_line, stored_body(new)
        )


def test_front_matter_is_split_from_the_body_with_any_line_ends() -> None:
    for text in ("---\ntitle: A\n---\nBody\n", "\ufeff---\r\ntitle: A\r\n---\r\nBody\r\n"):
        parts = split_front_matter(SourceFile("x.md", text, ""))
        assert parts is not None
        assert (parts[0].strip(), parts[1].strip(), parts[2]) == ("title: A", "Body", 4)
    assert split_front_matter(SourceFile("x.md", "Body", "")) is None
    assert parse_yaml(ModuleFrontMatter, "x.md", "title: A\nfoo: 1\n", 2).yaml.line("foo") == 3


def test_every_field_has_a_description_for_editors() -> None:
    """The JSON Schemas are what an editor shows an author."""
    for name, form in SCHEMAS.items():
        schema = form.model_json_schema()
        json.dumps(schema)
        for part in [schema, *schema.get("$defs", {}).values()]:
            assert part.get("additionalProperties") is False, name
            for key, value in part.get("properties", {}).items():
                assert value.get("description"), (name, key)


def test_bytes_are_preserved_and_non_text_files_rejected() -> None:
    data = "\ufeff---\r\ntitle: \u00e9\r\n".encode()
    file = decode_file("x.md", data)
    assert isinstance(file, SourceFile)
    assert file.text.encode() == data
    for bad, line in ((b"a\nb\xff\xfe", 2), ("é".encode("latin-1"), 1), (b"a\n\n\x00", 3), ("a".encode("utf-16"), 1)):
        problem = decode_file("x.md", bad)
        assert not isinstance(problem, SourceFile)
        assert problem.line == line


def test_links_out_of_the_folder_are_rejected(course_files: CourseFiles, tmp_path: Path) -> None:
    secret = tmp_path / "secret.md"
    secret.write_text("secret")
    (course_files.modules / "boats" / "03-link.md").symlink_to(secret)
    (course_files.modules / "out").symlink_to(tmp_path, target_is_directory=True)
    (course_files.quizzes / "other.yml").symlink_to("../../secret.md")
    folders = read_folders(course_files.modules, course_files.quizzes)
    assert [problem.path for problem in sorted(folders.problems)] == [
        "modules/boats/03-link.md", "modules/out", "quizzes/other.yml",
    ]  # fmt: skip
    assert "secret" not in repr(folders.courses)


def test_sizes_are_checked_before_contents(course_files: CourseFiles) -> None:
    course_files.write("modules/boats/03-long.md", b"x" * 5_000_000)
    course_files.write("quizzes/boats.yml", b"x" * 1_000_001)
    course_files.write("modules/boats/img/large.png", b"x" * 300_001)
    problems = [str(problem) for problem in sorted(read_folders(course_files.modules, course_files.quizzes).problems)]
    assert problems == [
        "modules/boats/03-long.md:1: this file is larger than 200 kB; split it",
        "modules/boats/img/large.png:1: this picture is larger than 300 kB; make it smaller",
        "quizzes/boats.yml:1: this file is larger than 1000 kB; split it",
    ]
