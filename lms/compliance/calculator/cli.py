"""The commands of the calculator: explain a file of facts and date an award. They load neither database nor pages."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, BinaryIO

import click

from lms.certification.awards.rules import Period, Window, award_dates, parse_period
from lms.compliance.calculator.calculate import MalformedFacts, explain, parse_facts
from lms.compliance.calculator.file_format import read_day, read_known_as_of
from lms.kernel.i18n import gettext as _


def parsed_by(read: Callable[[str], Any]) -> Callable[[click.Context, click.Parameter, str | None], Any]:
    """Returns the callback that reads an option with a function, and reports its ValueError."""

    def callback(_context: click.Context, _option: click.Parameter, text: str | None) -> Any:
        try:
            return None if text is None else read(text)
        except ValueError as error:
            raise click.BadParameter(str(error)) from None

    return callback


known_as_of_option = click.option(
    "--known-as-of",
    metavar="MOMENT",
    callback=parsed_by(read_known_as_of),
    help="What was known then; a day means its end in UTC.",
)


@click.command("explain")
@click.argument("facts", type=click.File("rb"))
@click.option("--as-of", required=True, metavar="DATE", callback=parsed_by(read_day), help="The day asked about.")
@known_as_of_option
def explain_command(facts: BinaryIO, as_of: date, known_as_of: datetime | None) -> None:
    """Explains every status that follows from FACTS, a JSON file; - reads standard input."""
    try:
        answer = explain(parse_facts(facts.read()), as_of, known_as_of)
    except MalformedFacts as malformed:
        click.echo(str(malformed), err=True)
        raise SystemExit(1) from None
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))


@click.command("date")
@click.option("--earned", required=True, metavar="DATE", callback=parsed_by(read_day), help="The day it was earned.")
@click.option(
    "--validity", required=True, metavar="PERIOD", callback=parsed_by(parse_period), help="Such as P2Y or P18M."
)
@click.option("--old-until", metavar="DATE", callback=parsed_by(read_day), help="Last valid day of the previous award.")
@click.option("--window-days", type=click.IntRange(min=0), metavar="N", help="The renewal window before it.")
def date_command(earned: date, validity: Period, old_until: date | None, window_days: int | None) -> None:
    """Prints the first and the last valid day of an award."""
    if window_days is not None and old_until is None:
        raise click.UsageError(_("--window-days needs --old-until, the day the window ends on."))
    window = Window.of(old_until, window_days) if old_until is not None and window_days is not None else None
    try:
        dates = award_dates(earned, validity, old_until=old_until, windows=[window] if window else [])
    except OverflowError:
        raise click.UsageError(_("The award would end past the year 9999.")) from None
    click.echo(f"valid_from: {dates.valid_from}\nvalid_until: {dates.valid_until}")
