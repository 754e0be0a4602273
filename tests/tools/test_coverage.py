"""The coverage of a curriculum: its tables, what is missing, and the commands that print them."""

from click.testing import CliRunner

from lms.catalogue.source.problems import Problem
from tests.catalogue.course_files import CourseFiles
from tools.curriculum.__main__ import main
from tools.curriculum.coverage import CurriculumCoverage, measure_coverage
from tools.curriculum.lint import lint
from tools.curriculum.sources import load_curriculum

RED_LINES = "red_lines:\n  - {id: wait, text: Wait for the whole family.}\n"


def coverage_of(course_files: CourseFiles) -> CurriculumCoverage:
    return measure_coverage(load_curriculum(course_files.modules, course_files.quizzes))


def lint_of(course_files: CourseFiles) -> list[Problem]:
    return lint(load_curriculum(course_files.modules, course_files.quizzes))


def test_coverage_counts_what_there_is(course_files: CourseFiles) -> None:
    coverage = coverage_of(course_files)
    assert coverage.considerations[1] == {"boats": ["at-the-quay", "on-board"]} and coverage.considerations[2] == {}
    assert coverage.groups == {"wash": 1, "health": 1} and coverage.questions == {"wash": 1, "health": 0}
    (course,) = coverage.courses
    assert (course.modules, course.minutes, course.minutes_each) == (2, 22, (10, 12))
    assert (course.checks, course.scenarios, course.groups) == ((0, 1), (0, 0), 1)
    assert (course.local, course.pictures) == (0, 1)
    assert course.grade == course.sentence == 0, "a short text has no measure"
    course_files.edit("modules/boats/01-at-the-quay.md", "Text with", "You wait here. " * 40 + "Text with")
    (course,) = coverage_of(course_files).courses
    assert course.grade < 0 and 2 < course.sentence < 3
    bank = coverage.banks["boats"]
    assert bank.questions == 6 and bank.red_lines == 2 and bank.objectives == {"together": 6}
    assert set(bank.types.values()) == {1}


def test_what_a_curriculum_lacks_is_reported(course_files: CourseFiles) -> None:
    assert any("it lists the red lines" in problem.message for problem in lint_of(course_files))
    course_files.write("modules/red-lines.yml", RED_LINES)
    said = "\n".join(str(problem) for problem in lint_of(course_files))
    for words in (
        "no module serves consideration 9",
        "names the nine considerations",
        "there is no brief for the sector “wash”",
        "no red-line question states “wait” word for word",
        "01-at-the-quay.md:1: warning: this module has no scenario",
        "01-at-the-quay.md:1: warning: 1 knowledge checks; a module has 2 or 3",
        "02-on-board.md:1: warning: no link to /help-now",
        "running words on the page; a module has 600 to 900",
    ):
        assert words in said, words
    course_files.edit("quizzes/boats.yml", "feedback: Safe.", 'feedback: "Safe. Wait for the whole family, always."')
    course_files.edit("modules/boats/02-on-board.md", "minutes: 12", "minutes: 16")
    assert coverage_of(course_files).red_lines == {"wait": ["boats/boat-full"]}
    (long,) = [problem for problem in lint_of(course_files) if "16 minutes" in problem.message]
    assert long.line == 3 and "a module takes 10 to 15" in long.message


def test_considerations_are_counted_by_module(course_files: CourseFiles) -> None:
    course_files.write("modules/red-lines.yml", RED_LINES)
    course_files.edit("modules/boats/02-on-board.md", "minutes: 12", "minutes: 12\nconsiderations: [3, 4]")
    course_files.edit("modules/boats/course.yml", "considerations: [1]", "considerations: [1, 3, 5]")
    coverage = coverage_of(course_files)
    assert coverage.considerations[3] == {"boats": ["on-board"]}
    said = [problem.message for problem in lint_of(course_files)]
    assert "no module of this course serves consideration 5" in said
    assert "a module serves consideration 4, which course.yml does not list" in said


def test_the_commands_print_tables_and_problems(course_files: CourseFiles) -> None:
    runner = CliRunner()
    folders = ["--modules", str(course_files.modules), "--quizzes", str(course_files.quizzes)]
    result = runner.invoke(main, [*folders, "coverage"])
    assert result.exit_code == 0 and "boats: together 6" in result.output
    result = runner.invoke(main, [*folders, "lint"])
    assert result.exit_code == 1 and "no module serves consideration 9" in result.output
    result = runner.invoke(main, [*folders, "simulate-guessing", "--attempts", "20"])
    assert "1 quizzes: " in result.output and "boats" in result.output
    course_files.edit("modules/boats/01-at-the-quay.md", "(/help-now)", "(/help-me)")
    result = runner.invoke(main, [*folders, "coverage"])
    assert result.exit_code == 1 and "The course files have errors" in result.output
