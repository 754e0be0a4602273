"""The commands of reminders: send those of a day, look at what would be sent, and ask whether the daily run happens."""

from collections import Counter
from datetime import date, datetime

import click
from flask.cli import AppGroup, with_appcontext

from lms.kernel import clock
from lms.kernel.db import reading
from lms.kernel.errors import Refusal
from lms.reminders import jobs, queries
from lms.reminders.rules import LATE_AFTER_HOURS, Moment, is_late

reminders_cli = AppGroup("reminders", help="Mails that are due.")

WORDS = {
    Moment.IN_1: "due today or tomorrow",
    Moment.AFTER: "newly late",
    Moment.WEEKLY: "late for longer",
    Moment.IN_14: "due within 14 days",
    Moment.IN_30: "due within 30 days",
}


def _day(_context: click.Context, _option: click.Parameter, given: datetime | None) -> date | None:
    return None if given is None else given.date()


@reminders_cli.command("send")
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), callback=_day, help="The day they belong to; today if left out."
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Count what would be sent, and send nothing.")
@with_appcontext
def send_command(day: date | None, *, dry_run: bool) -> None:
    """Sends the reminders of a day; a day that is done is left alone, an interrupted one goes on."""
    wanted = day or jobs.house_day()
    if dry_run:
        _rehearse(wanted)
        return
    try:
        run = jobs.send(wanted, click.echo)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(
        f"{wanted}: {run.people} people, {run.mails} reminders written, {run.on_paper} people to be told on paper, "
        f"{run.digests} weekly mails of figures."
    )


def _rehearse(day: date) -> None:
    planned, on_paper = jobs.rehearse(day)
    mails = Counter(each.moment for each in planned)
    click.echo(f"{day}: {len(planned)} reminders would be written.")
    for moment in Moment:
        click.echo(f"  {WORDS[moment]:<24}{mails[moment]:>6}")
    click.echo(f"  {'to be told on paper':<24}{on_paper:>6}")


@reminders_cli.command("status")
@with_appcontext
def status_command() -> None:
    """Says when the daily run last ended; exits with 1 where that is too long ago or never was."""
    with reading():
        last = queries.find_last_finished()
        finished_at = None if last is None else last.finished_at
    if last is None or finished_at is None:
        click.echo("No run of reminders has ended yet.")
    else:
        click.echo(
            f"The last run, of {last.day}, ended at {finished_at:%Y-%m-%d %H:%M} UTC: "
            f"{last.people} people, {last.mails} reminders written."
        )
    if is_late(finished_at, clock.now()):
        click.echo(
            f"Late: a run is expected every day, and none has ended within {LATE_AFTER_HOURS} hours.",
            err=True,
        )
        raise SystemExit(1)
