"""The commands of reminders: send those of a day, count what would be sent, and check that the daily run happens."""

from collections import Counter
from datetime import date, datetime

import click
from flask.cli import AppGroup, with_appcontext

from lms.kernel import clock
from lms.kernel.db import reading
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _, ngettext
from lms.reminders import jobs
from lms.reminders.labels import STAGE_LABELS
from lms.reminders.queries.runs import find_last_finished
from lms.reminders.rules import LATE_AFTER_HOURS, ReminderStage, is_late

reminders_cli = AppGroup("reminders", help="Reminders of training that is due.")


@reminders_cli.command("send")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day to send for; today by default.")
@click.option("--dry-run", is_flag=True, help="Count what would be sent, and send nothing.")
@with_appcontext
def send_command(day: datetime | None, *, dry_run: bool) -> None:
    """Sends the reminders of a day; continues an interrupted run, and does nothing for a finished one."""
    chosen = day.date() if day else jobs.installation_day()
    if dry_run:
        _print_dry_run(chosen)
        return

    def progress(people: int) -> None:
        click.echo(ngettext("%(num)s person checked", "%(num)s people checked", people))

    try:
        run = jobs.send(chosen, progress)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from None
    click.echo(
        _(
            "%(day)s: %(people)s people checked, %(mails)s reminders queued, %(without_email)s people on the print "
            "list, %(digests)s e-mails with weekly figures.",
            day=chosen,
            people=run.people,
            mails=run.mails,
            without_email=run.without_email,
            digests=run.digests,
        )
    )


def _print_dry_run(day: date) -> None:
    planned, without_email = jobs.dry_run(day)
    click.echo(
        ngettext(
            "%(day)s: %(num)s reminder would be sent.",
            "%(day)s: %(num)s reminders would be sent.",
            len(planned),
            day=day,
        )
    )
    counts = Counter(each.stage for each in planned)
    rows = [(str(STAGE_LABELS[stage]), counts[stage]) for stage in ReminderStage]
    for label, count in [*rows, (_("On the print list"), without_email)]:
        click.echo(f"  {label:<24}{count:>6}")


@reminders_cli.command("status")
@with_appcontext
def status_command() -> None:
    """Shows when the daily run last ended; exits with 1 if that was too long ago or never."""
    with reading():
        last = find_last_finished()
    finished_at = last.finished_at if last else None
    if last is None:
        click.echo(_("No reminders have been sent yet."))
    else:
        click.echo(
            _(
                "The last run, for %(day)s, ended at %(moment)s UTC: %(people)s people checked, %(mails)s reminders "
                "queued.",
                day=last.day,
                moment=f"{finished_at:%Y-%m-%d %H:%M}",
                people=last.people,
                mails=last.mails,
            )
        )
    if is_late(finished_at, clock.now()):
        click.echo(
            _(
                "Late: reminders should be sent every day, and no run has ended within %(hours)s hours.",
                hours=LATE_AFTER_HOURS,
            ),
            err=True,
        )
        raise SystemExit(1)
