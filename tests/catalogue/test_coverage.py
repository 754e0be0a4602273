"""The coverage of a curriculum: its tables, what is missing, and the command that prints them."""

from flask import Flask
from flask.testing import FlaskCliRunner

from lms.catalogue.cli import content_cli
from lms.catalogue.source.checks import check_folders
from lms.catalogue.source.coverage import Coverage, cover
from tests.catalogue.course_files import CourseFiles

RED_LINES = "red_lines:\n  - {id: wait, text: Wait for the whole family.}\n"


def coverage_of(course_files: CourseFiles) -> Coverage:
    return cover(check_folders(course_files.modules, course_files.quizzes)[0])


def test_a_small_library_is_counted_and_owes_nothing(course_files: CourseFiles) -> None:
    coverage = coverage_of(course_files)
    assert coverage.missing == ()
    assert (
        coverage.considerations[1] == {"boats": ["at-the-quay", "on-board"]}
        and coverage.considerations[2] == {}
    )
    assert coverage.groups == {"wash": 1, "health": 1} and coverage.questions == {"wash": 1, "health": 0}
    (portion,) = coverage.portions
    assert (portion.modules, portion.minutes, portion.minutes_each) == (2, 22, (10, 12))
    assert (portion.checks, portion.scenarios, portion.groups) == ((0, 1), (0, 0), 1)
    assert (portion.local, portion.pictures) == (0, 1)
    assert portion.grade == portion.sentence == 0, "a short text has no measure"
    course_files.edit("modules/boats/01-at-the-quay.md", "Text with", "You wait here. " * 40 + "Text with")
    (portion,) = coverage_of(course_files).portions
    assert portion.grade < 0 and 2 < portion.sentence < 3
    (bank,) = coverage.banks
    assert bank.questions == 6 and bank.red_lines == 2 and bank.objectives == {"together": 6}
    assert set(bank.kinds.values()) == {1}


def test_a_curriculum_owes_everything(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    said = "\n".join(str(problem) for problem in coverage_of(course_files).missing)
    for words in (
        "no module serves consideration 9",
        "names the nine considerations",
        "there is no brief for the sector “wash”",
        "no red-line question states “wait” word for word",
        "this bank has 6 questions; a whole one has 30",
        "the sector “health” has 0 questions of its own; 2 are needed",
        "2 red-line questions; 6 or more are needed",
        "01-at-the-quay.md:1: warning: this module has no scenario",
        "01-at-the-quay.md:1: warning: 1 knowledge checks; a module has 2 or 3",
        "02-on-board.md:1: warning: no link to /help-now",
    ):
        assert words in said, words
    course_files.edit(
        "quizzes/boats.yml", "feedback: Safe.", 'feedback: "Safe. Wait for the whole family, always."'
    )
    course_files.edit("modules/boats/02-on-board.md", "minutes: 12", "minutes: 16")
    assert coverage_of(course_files).red_lines == {"wait": ["boats/boat-full"]}
    (long,) = [problem for problem in coverage_of(course_files).missing if "16 minutes" in problem.sentence]
    assert long.line == 3 and "a module takes 10 to 15" in long.sentence
    assert any("stand on the page; a module has 600 to 900" in line for line in course_files.check())


def test_a_module_names_its_considerations(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit("modules/boats/02-on-board.md", "minutes: 12", "minutes: 12\nconsiderations: [3, 4]")
    course_files.edit("modules/boats/course.yml", "considerations: [1]", "considerations: [1, 3, 5]")
    coverage = coverage_of(course_files)
    assert coverage.considerations[3] == {"boats": ["on-board"]}
    said = [problem.sentence for problem in coverage.missing]
    assert "no module of this course serves consideration 5" in said
    assert "a module serves consideration 4, which course.yml does not list" in said


def test_the_command_prints_tables_and_a_verdict(course_files: CourseFiles) -> None:
    runner = FlaskCliRunner(Flask("nothing"))
    folders = ["--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes)]
    result = runner.invoke(content_cli, ["coverage", *folders])
    assert result.exit_code == 0 and result.output.splitlines()[-1] == "complete"
    assert "boats: together 6" in result.output
    course_files.write("modules/red-lines.yml", RED_LINES)
    result = runner.invoke(content_cli, ["coverage", *folders])
    assert result.exit_code == 1 and "Missing (" in result.output and "complete" not in result.output


def test_shared_files_are_checked(course_files: CourseFiles) -> None:
    course_files.write(
        "modules/glossary.yml",
        "terms:\n"
        "  - {slug: ferry, term: {en: ferry, fr: bac}, definition: {en: A boat.}}\n"
        "  - {slug: boat, term: {en: Ferry}, forms: [quay], definition: {en: A boat.}, certainty: V}\n"
        "  - {slug: quay, term: {en: quay}, definition: {en: A wall.}, certainty: X}\n",
    )
    assert any(
        "glossary.yml:4: “certainty”" in line or "glossary.yml:4: " in line for line in course_files.check()
    )
    course_files.edit("modules/glossary.yml", ", certainty: X", "")
    found = [line for line in course_files.check() if "glossary" in line]
    assert found == [
        "modules/glossary.yml:2: warning: say how sure the words for “ferry” are (V, G or C): fr",
        "modules/glossary.yml:3: the form “quay” is there twice",
        "modules/glossary.yml:3: warning: the en word “ferry” is there twice",
    ]
    course_files.edit("modules/boats/01-at-the-quay.md", "(/help-now)", "(/glossary#mast)")
    assert any(
        "dead link /glossary#mast: the glossary has no term “mast”" in line for line in course_files.check()
    )
    course_files.write("modules/red-lines.yml", RED_LINES + "  - {id: wait, text: Again.}\n")
    assert any("red-lines.yml:3: the rule “wait” is there twice" in line for line in course_files.check())
