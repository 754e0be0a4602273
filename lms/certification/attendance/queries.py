"""Every SELECT of attendance sheets."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, or_, select

from lms.certification.models import AttendanceSheet, ExpectedAttendee
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import NotThere, require_found
from lms.kernel.identifiers import identifier_key
from lms.kernel.paper_codes import read_paper_code
from lms.people.api import may_act_for, works_on
from lms.people.models import Employment, Person, Placement


def load_attendance_for(actor: Actor, code: str) -> AttendanceSheet:
    """Loads a sheet by its code; raises NotThere where it is unknown or another organisation's."""
    by_code = select(AttendanceSheet).where(AttendanceSheet.code == read_paper_code(code))
    found = require_found(session.scalar(by_code))
    if not may_act_for(actor, found.organisation_id):
        raise NotThere
    return found


def find_by_token(token: str) -> AttendanceSheet | None:
    """Finds the sheet that a form has already made."""
    return session.scalar(select(AttendanceSheet).where(AttendanceSheet.token == token))


def find_employments(
    organisation_id: int, numbers: Collection[str], station_id: int | None, day: date
) -> Sequence[Row[int, int, str]]:
    """Finds the employments with some staff numbers, and those who work at a station on a day.

    Rows have id, person_id and staff_number_key.
    """
    belongs: ColumnElement[bool] = Employment.staff_number_key.in_({identifier_key(number) for number in numbers})
    if station_id is not None:
        there = select(Placement.employment_id).where(works_on(day), Placement.station_id == station_id)
        belongs = or_(belongs, Employment.id.in_(there))
    columns = (Employment.id, Employment.person_id, Employment.staff_number_key)
    here = Employment.organisation_id == organisation_id
    return session.execute(select(*columns).where(here, belongs).order_by(Employment.id)).all()


def list_expected(sheet: AttendanceSheet) -> Sequence[Row[str, str]]:
    """Lists the people on a sheet by name: name and staff_number, as they are called today."""
    return session.execute(
        select(Person.name, Employment.staff_number)
        .join(Employment, Employment.person_id == Person.id)
        .join(ExpectedAttendee, ExpectedAttendee.employment_id == Employment.id)
        .where(ExpectedAttendee.sheet_id == sheet.id)
        .order_by(Person.name, Employment.id)
    ).all()
