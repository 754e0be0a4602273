"""Makes attendance sheets. Who came is recorded as any session is, see `lms.certification.training.operations`."""

from collections.abc import Sequence
from datetime import date

from lms.audit.api import record
from lms.catalogue.api import PublishedCourse
from lms.certification.attendance import queries
from lms.certification.awards.snapshot import award_sector
from lms.certification.models import AttendanceSheet, ExpectedAttendee
from lms.certification.training.check import require_hr
from lms.certification.training.parser import MOST_LINES
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows, session
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.kernel.paper_codes import draw_paper_code
from lms.people.api import load_canonical_ids
from lms.people.models import DutyStation, Organisation


def print_attendance(
    actor: Actor,
    course: PublishedCourse,
    *,
    organisation_id: int,
    sector: str | None,
    held_on: date,
    station_id: int,
    numbers: Sequence[str],
    whole_station: bool,
    token: str,
) -> AttendanceSheet:
    """Makes a sheet for everybody with one of some staff numbers and, with `whole_station`, who works there that day.

    `token` is random and comes with the form: a form that is sent twice returns the sheet that it made first. Raises
    NotAllowed, SectorMissing, NotThere for an unknown place, and Invalid for numbers that nobody has, and where
    nobody or too many would be listed.
    """
    require_hr(actor, organisation_id)
    lock_rows(Organisation, organisation_id)
    made = queries.find_by_token(token)
    if made is not None:
        require_hr(actor, made.organisation_id)
        return made
    station = require_found(session.get(DutyStation, station_id))
    found = queries.find_employments(organisation_id, numbers, station.id if whole_station else None, held_on)
    known = {each.staff_number_key for each in found}
    unknown = [number for number in numbers if identifier_key(number) not in known]
    # Somebody with two staff numbers, also of merged records, signs once.
    canonical_ids = load_canonical_ids()
    expected = {canonical_ids.get(each.person_id, each.person_id): each.id for each in found}
    if unknown:
        shown = ", ".join(unknown[:10])
        raise Invalid(
            _("Nobody of this organisation has these staff numbers: %(numbers)s.", numbers=shown), field="lines"
        )
    if not expected:
        raise Invalid(_("Nobody of the organisation works there on this day. Write staff numbers."), field="lines")
    if len(expected) > MOST_LINES:
        raise Invalid(
            _("A sheet can list at most %(most)s people; these are %(count)s.", most=MOST_LINES, count=len(expected)),
            field="lines",
        )
    sheet = AttendanceSheet(
        organisation_id=organisation_id,
        course_id=course.course_id,
        sector=award_sector(course, sector),
        held_on=held_on,
        station_id=station.id,
        code=draw_paper_code(),
        token=token,
    )
    records.add(actor, sheet)
    session.add_all(ExpectedAttendee(sheet_id=sheet.id, employment_id=each) for each in expected.values())
    record(
        actor, "certification.print_attendance", "attendance_sheet", sheet.id,
        organisation_id=organisation_id, course=course.course_id, people=len(expected), held_on=held_on.isoformat(),
    )  # fmt: skip
    return sheet
