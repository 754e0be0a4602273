"""Has another implementation of QTI 3 mark our exported questions, and says where it differs from ours.

Usage: python -m tools.qti [--most 4] [BANK …]

The player is qti3-item-player (MIT; certified by 1EdTech) from npm, installed once: npm ci --prefix tools/qti. It runs
in Chromium, which is found, or named by CHROMIUM. All banks take some minutes.
"""

from collections import Counter
from pathlib import Path
from random import Random

import click

from tools.qti import playing
from tools.qti.banks import FILES, load_bank


@click.command()
@click.argument("banks", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--most", default=4, show_default=True, help="Responses to each question, the right one among them.")
def main(banks: tuple[Path, ...], most: int) -> None:
    """Compares the marks of exported questions in another player; BANKS are files, without any those of quizzes/."""
    if not playing.is_installed():
        raise click.ClickException(playing.MISSING)
    random, counts, different = Random(1), Counter[str](), 0
    with playing.player() as page:
        for path in banks or FILES:
            questions = [each for each in load_bank(path) if each["type"] != "branching"]
            for marked in playing.compare(page, questions, most, random):
                counts[marked.question["type"]] += 1
                if marked.ours != marked.theirs:
                    different += 1
                    click.echo(f"{path.name} {marked.question['id']} {marked.response}: {marked.ours}, {marked.theirs}")
    click.echo(", ".join(f"{kind} {count}" for kind, count in sorted(counts.items())))
    click.echo(f"{counts.total()} responses, {different} marked otherwise")
    raise SystemExit(bool(different))


if __name__ == "__main__":
    main()
