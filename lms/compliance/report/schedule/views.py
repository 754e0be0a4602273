"""Pages of scheduled reports: which there are, a new one, stopping one, and no longer getting one."""

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.blueprint import bp
from lms.compliance.report.export.queries import list_views
from lms.compliance.report.query import query_labels
from lms.compliance.report.schedule import operations, queries
from lms.compliance.report.schedule.forms import RHYTHM_LABELS, ScheduleReportForm, StopScheduleForm
from lms.compliance.report.schedule.jobs import latest_day, query_of
from lms.compliance.report.schedule.rules import Rhythm, next_due
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.people.api import list_organisations_of
from lms.web.access import current_actor, role_needed
from lms.web.forms import form_page, redirect_with
from lms.web.language import language_of_page

FILTERS = ("station", "course", "sector", "role", "contract", "works_with_children")
"""What a scheduled report takes from a saved view."""


@bp.get("/compliance/schedules")
@role_needed(Role.HR, Role.ADMIN)
def schedules() -> ResponseReturnValue:
    """Lists the scheduled reports of the actor's organisations, and those that the actor gets."""
    actor, language = current_actor(), language_of_page()
    found = queries.list_schedules_for(actor)
    todays = {schedule.id: query_of(schedule, organisation, language) for schedule, organisation in found}
    return render_template(
        "compliance/schedules.html",
        schedules=found,
        filters={number: None if query is None else list(query_labels(query)) for number, query in todays.items()},
        next_days={each[0].id: next_due(Rhythm(each[0].rhythm), latest_day(*each)) for each in found},
        recipients=queries.list_recipients(todays),
        rhythms=RHYTHM_LABELS,
    )


@bp.route("/compliance/schedules/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def schedule_report() -> ResponseReturnValue:
    """Has a report sent to chosen people by e-mail."""
    actor, views = current_actor(), list_views(current_actor())
    organisations = {each.id: each for each in list_organisations_of(actor, Role.HR)}
    today = clock.today(actor.time_zone)
    form = ScheduleReportForm()
    form.offer_choices(
        organisations.values(), views, (who for each in organisations for who in queries.list_readers(each, today))
    )

    def schedule() -> None:
        saved = next((each.choices for each in views if each.id == form.view.data), {})
        operations.schedule_report(
            actor, organisations[form.organisation.data], {name: saved[name] for name in FILTERS if name in saved},
            Rhythm(form.rhythm.data), form.recipients.data, reason=form.reason.data,
        )  # fmt: skip

    if form.run_on_submit(schedule):
        return redirect_with(_("The report is scheduled."), "compliance.schedules")
    return form_page("compliance/schedule_report.html", form)


@bp.route("/compliance/schedules/<int:schedule_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR)
def stop_schedule(schedule_id: int) -> ResponseReturnValue:
    """Stops a scheduled report for everybody, after a confirmation."""
    actor = current_actor()
    schedule, organisation = queries.load_schedule_for(actor, schedule_id)
    form = StopScheduleForm()
    if form.run_on_submit(lambda: operations.stop_schedule(actor, schedule, reason=form.reason.data)):
        return redirect_with(_("Nobody gets this report by e-mail any more."), "compliance.schedules")
    return form_page(
        "compliance/stop_schedule.html", form, schedule=schedule, organisation=organisation, rhythms=RHYTHM_LABELS
    )


@bp.post("/compliance/schedules/<int:schedule_id>/unsubscribe")
@role_needed(Role.HR, Role.ADMIN)
def unsubscribe(schedule_id: int) -> ResponseReturnValue:
    """Takes the actor off the recipients of a scheduled report."""
    operations.unsubscribe(current_actor(), schedule_id)
    return redirect_with(_("You no longer get this report by e-mail."), "compliance.schedules")
