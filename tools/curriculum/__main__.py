"""The command line of the curriculum lint: ``python -m tools.curriculum``."""

from pathlib import Path

import click

from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.parsing.sources import ParsedSources
from lms.catalogue.source.problems import has_errors
from lms.catalogue.source.target_state import target_state
from lms.kernel.config import ROOT
from tools.curriculum.coverage import measure_coverage
from tools.curriculum.guessing import MAX_PASSED, STRATEGIES, quizzes_of, simulate
from tools.curriculum.lint import lint
from tools.curriculum.tables import coverage_lines, table

_FOLDER = click.Path(file_okay=False, exists=True, path_type=Path)


@click.group()
@click.option(
    "--modules", type=_FOLDER, default=ROOT / "modules", show_default="modules", help="The courses."
)
@click.option("--quizzes", type=_FOLDER, default=ROOT / "quizzes", show_default="quizzes", help="The banks.")
@click.pass_context
def curriculum(context: click.Context, modules: Path, quizzes: Path) -> None:
    """Checks our own curriculum; needs no database."""
    sources, problems = check_folders(modules, quizzes)
    if has_errors(problems):
        raise click.ClickException("The course files have errors: flask content check lists them.")
    context.obj = sources


@curriculum.command("lint")
@click.pass_obj
def lint_command(sources: ParsedSources) -> None:
    """Prints every problem: reading grade, wording, answer cues, similarity, missing parts."""
    problems = lint(sources)
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{len(sources.courses)} courses, {len(problems)} problems.")
    if problems:
        raise SystemExit(1)


@curriculum.command("coverage")
@click.pass_obj
def coverage_command(sources: ParsedSources) -> None:
    """Prints what the curriculum covers as tables."""
    for line in coverage_lines(measure_coverage(sources)):
        click.echo(line)


@curriculum.command("simulate-guessing")
@click.option("--attempts", default=10_000, show_default=True, help="Attempts at each quiz.")
@click.option("--seed", default="guessing", show_default=True, help="The same seed gives the same figures.")
@click.pass_obj
def simulate_guessing_command(sources: ParsedSources, attempts: int, seed: str) -> None:
    """Tries to pass every quiz by guessing: the longest, the shortest, the first, the last, at random."""
    rows, passed = [], 0
    for course in target_state(sources).courses:
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


if __name__ == "__main__":
    curriculum(prog_name="python -m tools.curriculum")
