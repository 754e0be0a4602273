"""The commands of status: explain a file of facts and date an award (no database), and print the report."""

import json
import time
from datetime import date, datetime
from typing import Any

import click
from flask.cli import AppGroup, with_appcontext

from lms.compliance.calculator.cli import date_command, explain_command, known_as_of_option, parsed_by
from lms.compliance.calculator.file_format import read_day
from lms.compliance.projection.inputs import is_current
from lms.compliance.projection.rebuild import rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report.count_backends import FactsCounts
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.report import make_report
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import required_courses
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel import clock
from lms.kernel.db import reading
from lms.kernel.i18n import gettext as _
from lms.people.api import find_organisation_by_slug, list_sectors

compliance_cli = AppGroup("compliance", help="Training status: who must have which course, and who has it.")


compliance_cli.add_command(explain_command)
compliance_cli.add_command(date_command)


@compliance_cli.command("report")
@click.option("--organisation", "slug", required=True, metavar="SLUG", help="Whose people.")
@click.option("--as-of", metavar="DATE", callback=parsed_by(read_day), help="The day asked about; today if left out.")
@known_as_of_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_appcontext
def report_command(slug: str, as_of: date | None, known_as_of: datetime | None, as_json: bool) -> None:
    """Prints the per-sector report of an organisation: the figures of its page."""
    with reading():
        organisation = find_organisation_by_slug(slug)
        if organisation is None:
            raise click.BadParameter(_("There is no organisation %(slug)s.", slug=slug), param_hint="--organisation")
        here = frozenset({organisation.id})
        courses = required_courses(here)
        report = make_report(
            FactsCounts(here, Filters(), known_as_of),
            as_of or clock.today(organisation.time_zone),
            sectors=[sector.slug for sector in list_sectors()],
            courses=[each.course_id for each in sorted(courses.values(), key=lambda each: each.title)],
        )
    if as_json:
        document = {
            "organisation": slug,
            "as_of": report.as_of.isoformat(),
            "definitions": DEFINITIONS_VERSION,
            "total": _figures_document(report.total),
            "sectors": {
                line.sector: _figures_document(line.figures)
                | {"courses": {courses[int(id_)].slug: _figures_document(cell) for id_, cell in line.cells.items()}}
                for line in report.lines
            },
        }
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
        return
    for name, figures in (("all sectors", report.total), *((line.sector, line.figures) for line in report.lines)):
        share = "-" if figures.rate is None else f"{float(100 * figures.rate):.1f} %"
        click.echo(f"{name:<28}{figures.people:>7}{share:>9}  in time {figures.in_time:>5}  late {figures.late:>5}")


def _figures_document(figures: StatusCounts) -> dict[str, Any]:
    return {
        "people": figures.people,
        "compliant": figures.compliant,
        "in_time": figures.in_time,
        "late": figures.late,
        "rate": None if figures.rate is None else round(float(figures.rate), 4),
        "statuses": {status.value: count for status, count in sorted(figures.by_status.items())},
    }


@compliance_cli.command("verify")
@with_appcontext
def verify_command() -> None:
    """Compares the stored statuses and counts with the facts; exit code 1 where anything differs."""
    with reading():
        found = verify(lambda done: click.echo(f"\r{done} people compared ...", nl=False, err=True))
        whole = is_current() or not found.persons
    click.echo(err=True)
    click.echo(_("%(people)s people, %(intervals)s intervals compared.", people=found.persons, intervals=found.rows))
    if not whole:
        click.echo(_("Settings, time zones or courses have changed: the stored statuses are based on the old ones."))
    if found.wrong:
        text = _("The stored statuses of %(people)s people differ from their facts. Person numbers: %(ids)s ...")
        click.echo(text % {"people": found.wrong, "ids": ", ".join(map(str, found.differing))})
    if found.days or found.snapshots:
        text = _("%(days)s daily counts and %(snapshots)s snapshots differ from the intervals.")
        click.echo(text % {"days": found.days, "snapshots": found.snapshots})
    if not found.clean or not whole:
        click.echo(_("Repair it with: flask compliance rebuild"))
        raise SystemExit(1)
    click.echo(_("No differences."))


@compliance_cli.command("rebuild")
@click.option("--processes", type=click.IntRange(1, 32), default=2, show_default=True, help="On PostgreSQL.")
@with_appcontext
def rebuild_command(processes: int) -> None:
    """Rebuilds all statuses from the facts; meanwhile the report says that it is being updated."""
    began = time.monotonic()
    persons = rebuild(lambda done, total: click.echo(f"\r{done} of {total} people ...", nl=False, err=True), processes)
    seconds = f"{time.monotonic() - began:.1f}"
    click.echo(err=True)
    click.echo(_("Rebuilt the statuses of %(people)s people (%(seconds)s s).", people=persons, seconds=seconds))
