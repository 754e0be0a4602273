"""Fifty thousand people in one organisation, written as rows in seconds: for what must not go through all of them.

The rows are such as lists show; they do not follow from one another as those of real people do.
"""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, Integer, String, select, text

from lms.accounts.models import Account
from lms.accounts.registering.models import RegistrationOpening, RegistrationRequest
from lms.audit.models import AuditEntry
from lms.catalogue.models import CourseRevision
from lms.certification.models import Award, AwardName, Recognition, TrainingSession
from lms.compliance.projection.models import PostInterval, StatusInterval
from lms.compliance.requirements.models import Exemption
from lms.kernel.bulk import add_rows, reserve_ids
from lms.kernel.db import Model, session
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.models import CorrectionRequest, DutyStation, Employment, Organisation, Person, Placement
from lms.reminders.models import Reminder, ReminderRun
from tests.factories.compliance import TODAY, a_course, required_course
from tests.factories.people import SECTORS

PEOPLE = 50_000
MOMENT = "2026-01-01 08:00:00+00:00"
SQLITE_MOMENT = "2026-01-01 08:00:00.000000"
LATER = "2999-01-01 08:00:00.000000"
FOREVER = date(9999, 12, 31)
FAMILY_NAMES = ("Haddad", "Okello", "Silva", "Yusuf", "Nasser", "Diallo", "Tesfaye", "Rahman", "Moreno", "Petrov")


def day(number: int) -> date:
    """Returns a day of the three years before today."""
    return TODAY - timedelta(days=1 + number * 7919 % 1000)


def fill(table: type[Model], count: int, **values: Any) -> None:
    """Adds rows: each value is the same in all of them, or a function of the row's place. Others are empty or 0."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    for column in table.__table__.columns:
        if column.name not in values and not column.nullable and not (column.primary_key and column.name == "id"):
            values[column.name] = _empty(column, SQLITE_MOMENT if on_sqlite else MOMENT)
    rows = [[value(n) if callable(value) else value for value in values.values()] for n in range(count)]
    add_rows(table, list(values), rows)


def _empty(column: Any, moment: str) -> Any:
    if isinstance(column.type, JSON):
        return "{}"
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer):
        return 0
    return "" if isinstance(column.type, String) else moment


def large_organisation(here: Organisation, where: DutyStation, people: int = PEOPLE) -> None:
    """Fills an organisation and all that is listed of its people. Of each sort there are as many rows, or a tenth."""
    course = a_course()
    requirement = required_course(here.id, course)
    revision = session.scalars(select(CourseRevision).where(CourseRevision.course_id == course)).first()
    assert revision is not None
    edition, tenth = revision.edition_id, people // 10
    persons, employments = reserve_ids(Person, people), reserve_ids(Employment, people)
    awards, sessions = reserve_ids(Award, people), reserve_ids(TrainingSession, tenth)
    imports, runs = reserve_ids(PeopleImport, 1), reserve_ids(ReminderRun, 1)
    who: Callable[[int], int] = persons.__getitem__
    at = {"organisation_id": here.id}
    mail = {"email": lambda n: f"person{n}@example.org"}
    fill(Person, people, id=who, name=lambda n: f"{FAMILY_NAMES[n % 10]} {n * 7919 % people}", **mail, language="en")
    number = {"staff_number": lambda n: f"L-{n:05}", "staff_number_key": lambda n: f"l{n:05}"}
    fill(Employment, people, id=employments.__getitem__, person_id=who, **at, **number)
    work = {
        "station_id": where.id,
        "sector": lambda n: SECTORS[n % 9],
        "role": "promoter",
        "contract": "staff",
    }  # fmt: skip
    starts = {"from_on": day, "through_on": lambda n: day(n) + timedelta(days=2) if n % 10 == 0 else None}
    fill(Placement, people, employment_id=employments.__getitem__, **work, **starts, also_sectors="[]")
    past = {"from_on": lambda n: day(n) - timedelta(days=30), "through_on": lambda n: day(n) - timedelta(days=1)}
    fill(Placement, tenth, employment_id=employments.__getitem__, **work, **past, also_sectors="[]")
    spans: dict[str, Any] = {"person_id": who, **at, "from_on": day, "through_on": FOREVER}
    fill(
        PostInterval, people, **spans, **work,
        overall=lambda n: n % 8, courses=lambda n: f" {course}:{n % 8} ", urgent_on=day,
        lapses_on=lambda n: TODAY + timedelta(days=n % 300),
    )  # fmt: skip
    dates = {"earned_on": day, "valid_from": day, "valid_until": lambda n: day(n) + timedelta(days=364)}
    course_values = {"course_id": course, "course_revision_id": revision.id}
    fill(
        Award, people, id=awards.__getitem__, serial=lambda n: f"L{n:012}", person_id=who, **at, **course_values,
        edition_id=edition, how=lambda n: ("session", "prior")[n % 2], zone="UTC", **dates,
    )  # fmt: skip
    fill(
        StatusInterval, people, **spans, requirement_id=requirement.id, status=lambda n: n % 8,
        award_id=awards.__getitem__, valid_through=lambda n: day(n) + timedelta(days=364),
    )  # fmt: skip
    fill(AwardName, people, award_id=awards.__getitem__, name="Somebody")
    fill(
        TrainingSession, tenth, id=sessions.__getitem__, **at, **course_values, held_on=day, station_id=where.id,
        token=lambda n: f"token-{n}",
    )  # fmt: skip
    held = {"session_id": lambda n: sessions[n % tenth] if n % 2 == 0 else None}
    fill(Recognition, people, award_id=awards.__getitem__, **at, **held, checked_by="Tomas")
    free = {"from_on": day, "until_on": TODAY, "kind": "leave", "reason": "Leave"}
    fill(Exemption, tenth, person_id=who, requirement_id=requirement.id, **at, **free)
    fill(Account, people, person_id=who, **mail, fs_uniquifier=lambda n: f"account-{n}", active=True)
    fill(AuditEntry, people, **at, action="people.import_person", subject="employment", subject_id=who, account_id=1)
    lists = {"header": "[]", "samples": "[]", "reasons": "[]"}
    fill(PeopleImport, 1, id=imports[0], **at, file_name="all.csv", checks=1, checked_at=MOMENT[:19], **lists)
    fill(
        PeopleImportRow, people, import_id=imports[0], number=lambda n: n + 2, key=lambda n: f"l{n:05}",
        outcome="added", notes="[]", batch=lambda n: n // 200 + 1,
    )  # fmt: skip
    fill(ReminderRun, 1, id=runs[0], day=TODAY)
    fill(
        Reminder, people, run_id=runs[0], person_id=who, **at, day=day, kind="in_14", about="[]",
        outbox_key=lambda n: f"reminder:{n}",
    )  # fmt: skip
    chosen = {"domains": '["example.org"]', "stations": f"[{where.id}]", "sectors": '["wash"]'}
    fill(RegistrationOpening, 1, **at, **chosen)
    # A third of them has the name of somebody recorded, a third the e-mail, a third the staff number.
    asks = {"station_id": where.id, "sector": "wash", "language": "en", "proved_at": LATER, "expires_at": LATER}
    fill(
        RegistrationRequest, tenth, **at, **asks, staff_number=lambda n: f"L-{n:05}" if n % 3 == 0 else f"N-{n:05}",
        email=lambda n: f"{'person' if n % 3 == 1 else 'new'}{n}@example.org",
        name=lambda n: f"{FAMILY_NAMES[n % 10]} {n * 7919 % people if n % 3 == 2 else -n}",
    )  # fmt: skip
    fill(CorrectionRequest, tenth, person_id=who, **at, kind="name", text="One letter is missing.")
    if session.get_bind().dialect.name == "postgresql":
        # Rows were written with their numbers; and the planner looks at tables that it knows.
        session.execute(text("ANALYZE"))
