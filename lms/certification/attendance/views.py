"""Attendance sheets: making one, printing it, and recording the session from its QR code."""

from flask import request
from flask.typing import ResponseReturnValue

from lms.audit.downloads import audited_download
from lms.catalogue.api import PublishedCourse, course_by_id, load_course_revision
from lms.certification.attendance import operations
from lms.certification.attendance.document import render_attendance
from lms.certification.attendance.forms import AttendanceForm, PlannedSessionForm
from lms.certification.attendance.queries import list_expected, load_attendance_for
from lms.certification.blueprint import bp
from lms.certification.models import AttendanceSheet
from lms.certification.training.views import build_session_form, check_attendance, render_list
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.people.api import list_stations, load_organisation_names, sector_names
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download
from lms.web.formatting import day
from lms.web.forms import choices_of, form_page, redirect_with
from lms.web.language import language_of_page


@bp.route("/sessions/sheets/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def print_attendance() -> ResponseReturnValue:
    """Makes the attendance sheet of a session."""
    actor, form = current_actor(), build_session_form(PlannedSessionForm)
    if not form.is_submitted():
        form.held_on.data = clock.today(actor.time_zone)
    sheet = form.result_on_submit(
        lambda: operations.print_attendance(
            actor,
            require_found(course_by_id(form.course.data)),
            organisation_id=form.organisation.data,
            sector=form.sector.data or None,
            held_on=form.held_on.data,
            station_id=form.station.data,
            numbers=[each.staff_number for each in form.training_lines()],
            whole_station=form.whole_station.data,
            token=form.token.data or "",
        )
    )
    if sheet is not None:
        message = _("The attendance sheet is ready to be printed.")
        return redirect_with(message, "certification.attendance_sheet", code=sheet.code)
    return form_page("certification/new_attendance.html", form)


@bp.route("/sessions/sheets/<code>", methods=["GET", "POST"])
@role_needed(Role.HR)
def attendance_sheet(code: str) -> ResponseReturnValue:
    """Shows a sheet, which its QR code opens, and what recording its session would do; records nothing."""
    sheet = load_attendance_for(current_actor(), code)
    form = build_attendance_form(sheet)
    checked = form.result_on_submit(lambda: check_attendance(form))
    course = course_of(sheet)
    page = render_list(
        "certification/new_session.html", form, checked, sheet=sheet, facts=[(_("Course"), course.title), *about(sheet)]
    )
    return page, 422 if request.method == "POST" and not checked else 200


@bp.get("/sessions/sheets/<code>.pdf")
@role_needed(Role.HR)
@audited_download
def attendance_pdf(code: str) -> ResponseReturnValue:
    """Sends a sheet to be printed."""
    sheet = load_attendance_for(current_actor(), code)
    return download(render_attendance(sheet, course_of(sheet), about(sheet)), "attendance-sheet.pdf")


def build_attendance_form(sheet: AttendanceSheet) -> AttendanceForm:
    """Returns the form of a sheet: what is printed on it is not typed again, except the day, which may have moved."""
    form = build_session_form(AttendanceForm)
    form.organisation.data, form.course.data = sheet.organisation_id, sheet.course_id
    form.sector.data, form.station.data = sheet.sector or "", sheet.station_id
    form.attended.choices = choices_of(
        (row.staff_number, f"{row.name} ({row.staff_number})") for row in list_expected(sheet)
    )
    if not form.is_submitted():
        form.held_on.data = sheet.held_on
    return form


def course_of(sheet: AttendanceSheet) -> PublishedCourse:
    """Returns the course of a sheet in the language of the page."""
    return load_course_revision(require_found(course_by_id(sheet.course_id)).revision_id, language_of_page())


def about(sheet: AttendanceSheet) -> list[tuple[str, str]]:
    """Returns what is known of the session, with labels."""
    (station,) = (each for each in list_stations() if each.id == sheet.station_id)
    facts = [
        (_("Sector"), sector_names(language_of_page()).get(sheet.sector or "", "")),
        (_("Organisation"), load_organisation_names({sheet.organisation_id})[sheet.organisation_id]),
        (_("Date"), day(sheet.held_on)),
        (_("Place"), f"{station.name}, {station.country}"),
    ]
    return [fact for fact in facts if fact[1]]
