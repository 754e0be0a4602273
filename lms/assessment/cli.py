"""The command that tries to pass every quiz without knowing anything; it joins those of the catalogue."""

from pathlib import Path

import click

from lms.assessment.blind import MOST, TRICKS, quizzes_of, simulate
from lms.catalogue.cli import content_cli
from lms.catalogue.source.checks import check_folders
from lms.catalogue.source.desired import desired_of
from lms.catalogue.source.problems import has_errors
from lms.catalogue.tables import table
from lms.kernel.config import ROOT


@content_cli.command("blind", with_appcontext=False)
@click.option("--draws", default=10_000, show_default=True, help="Draws of each quiz.")
@click.option("--seed", default="blind", show_default=True, help="The same seed gives the same figures.")
def blind_command(draws: int, seed: str) -> None:
    """Tries to pass every quiz by tricks alone: the longest, the shortest, the first, the last, by chance."""
    catalogue, problems = check_folders(Path(ROOT / "modules"), Path(ROOT / "quizzes"))
    if has_errors(problems):
        raise click.ClickException("The files have errors; flask content check names them.")
    rows, passed = [], 0
    for course in desired_of(catalogue).courses:
        for quiz in quizzes_of(course):
            outcomes = simulate(quiz, draws, seed)
            rows.append((quiz.name, *(f"{it.passed:.2%} ({it.average:.0f})" for it in outcomes)))
            passed += sum(not it.fails for it in outcomes)
    click.echo(f"Passed of {draws} draws, by trick; in brackets the average score in percent")
    for line in table(("quiz", *TRICKS), rows):
        click.echo(line)
    click.echo(
        f"{len(rows)} quizzes: "
        + (f"{passed} tricks pass one" if passed else f"every trick fails (below {MOST:.0%})")
    )
    if passed:
        raise SystemExit(1)
