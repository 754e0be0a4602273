"""The command line of the curriculum lint: ``python -m tools.curriculum``."""

import json
import shutil
from pathlib import Path

import click

from lms.catalogue.source.problems import has_errors
from lms.catalogue.source.schemas.base import Schema
from lms.catalogue.source.target_state import target_state
from lms.kernel.config import Settings
from tools.curriculum.coverage import measure_coverage
from tools.curriculum.guessing import MAX_PASSED, STRATEGIES, quizzes_of, simulate
from tools.curriculum.lint import lint
from tools.curriculum.recordings import encode, script
from tools.curriculum.retakes import PAIRS, shared_questions
from tools.curriculum.sources import Curriculum, FiguresFile, RedLinesFile, load_curriculum
from tools.curriculum.tables import coverage_lines, table
from tools.curriculum.word_list import telling_words

_FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)


@click.group()
@click.option(
    "--modules",
    type=_FOLDER,
    default=lambda: Settings().modules,
    show_default="LMS_MODULES, or modules",
    help="The courses.",
)
@click.option(
    "--quizzes",
    type=_FOLDER,
    default=lambda: Settings().quizzes,
    show_default="LMS_QUIZZES, or quizzes",
    help="The banks.",
)
@click.pass_context
def main(context: click.Context, modules: Path, quizzes: Path) -> None:
    """Checks our own curriculum; needs no database."""
    context.obj = load_curriculum(modules, quizzes)
    if has_errors(context.obj.problems):
        errors = "\n".join(map(str, context.obj.problems))
        raise click.ClickException(f"The course files have errors.\n{errors}")


@main.command("lint")
@click.pass_obj
def lint_command(curriculum: Curriculum) -> None:
    """Prints every problem: reading grade, wording, answer cues, similarity, missing parts."""
    problems = lint(curriculum)
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{len(curriculum.sources.courses)} courses, {len(problems)} problems.")
    if problems:
        raise SystemExit(1)


@main.command("coverage")
@click.pass_obj
def coverage_command(curriculum: Curriculum) -> None:
    """Prints what the curriculum covers as tables."""
    for line in coverage_lines(measure_coverage(curriculum)):
        click.echo(line)


@main.command("simulate-guessing")
@click.option("--attempts", default=10_000, show_default=True, help="Attempts at each quiz.")
@click.option("--seed", default="guessing", show_default=True, help="The same seed gives the same figures.")
@click.pass_obj
def simulate_guessing_command(curriculum: Curriculum, attempts: int, seed: str) -> None:
    """Tries to pass every quiz by guessing: the longest, the shortest, the first, the last, at random."""
    rows, passed = [], 0
    for course in target_state(curriculum.sources).courses:
        for quiz in quizzes_of(course):
            results = simulate(quiz, attempts, seed)
            rows.append((quiz.name, *(f"{it.passed:.2%} ({it.average:.0f})" for it in results)))
            passed += sum(not it.fails for it in results)
    click.echo(f"Passed of {attempts} attempts, by strategy; in brackets the average score in percent")
    for line in table(("quiz", *STRATEGIES), rows):
        click.echo(line)
    verdict = f"{passed} strategies pass" if passed else f"every strategy fails (below {MAX_PASSED:.0%})"
    click.echo(f"{len(rows)} quizzes: {verdict}")
    if passed:
        raise SystemExit(1)


@main.command("retakes")
@click.option("--pairs", default=PAIRS, show_default=True, help="Pairs of attempts for each sector.")
@click.pass_obj
def retakes_command(curriculum: Curriculum, pairs: int) -> None:
    """Prints how many questions two attempts by the same person share, by course and sector."""
    found = [
        shared
        for course in target_state(curriculum.sources).courses
        for quiz in quizzes_of(course)
        for shared in shared_questions(quiz, curriculum.core_sectors, pairs)
    ]
    click.echo(f"Questions that two attempts share, of {pairs} pairs")
    rows = [
        (it.quiz, it.sector, it.size, f"{it.mean:.1f}", it.percentile_95, it.most, it.limit if it.fails else "")
        for it in found
    ]
    head = ("quiz", "sector", "questions", "mean", "95th percentile", "most", "more than")
    for line in table(head, rows):
        click.echo(line)
    failed = len({it.quiz for it in found if it.fails})
    click.echo(f"{failed} quizzes share too many" if failed else "no quiz shares too many")
    if failed:
        raise SystemExit(1)


@main.command("words")
@click.argument("course")
@click.option("--count", default=30, show_default=True, help="Words to print.")
@click.pass_obj
def words_command(curriculum: Curriculum, course: str, count: int) -> None:
    """Prints the words of a bank's options that tell most whether one is right, with how many of each have them."""
    found = curriculum.sources.course(course)
    if found is None or found.bank is None:
        raise click.BadParameter(f"no course with a bank is called {course}")
    for line in table(("word", "right", "wrong"), telling_words(found.bank.questions.values())[:count]):
        click.echo(line)


@main.command("script")
@click.argument("module", metavar="COURSE/MODULE")
@click.option("--language", help="That of a translation; else the original.")
@click.pass_obj
def script_command(curriculum: Curriculum, module: str, language: str | None) -> None:
    """Prints the text that a speaker reads aloud for the recording of a module."""
    slug, _slash, name = module.partition("/")
    found = curriculum.sources.course(slug)
    texts = (found.translations if language else found.modules) if found else []
    chosen = next((text for text in texts if text.slug == name and language in {None, text.language}), None)
    if chosen is None:
        raise click.BadParameter(f"no module is called {module}" + (f" in {language}" if language else ""))
    click.echo(script(chosen))


@main.command("encode")
@click.pass_context
def encode_command(context: click.Context) -> None:
    """Encodes recordings, modules/*/audio/*.wav, as the Opus files that are published."""
    program = shutil.which("opusenc")
    if program is None:
        raise click.ClickException("There is no opusenc here. Get it: apt-get install opus-tools")
    assert context.parent is not None  # noqa: S101 - this is a command of main
    for course in context.obj.sources.courses:
        for line in encode(program, course, context.parent.params["modules"] / course.slug):
            click.echo(line)


@main.command("schema")
def schema_command() -> None:
    """Prints the JSON Schemas of figures.yml and red-lines.yml, for completion in an editor."""
    schemas: dict[str, type[Schema]] = {"figures": FiguresFile, "red-lines": RedLinesFile}
    found = {name: schema.model_json_schema() for name, schema in schemas.items()}
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main(prog_name="python -m tools.curriculum")
