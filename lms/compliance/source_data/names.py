"""The names that the pages of compliance write and choose from: stations, roles, courses, people."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select

from lms.catalogue.models import Course, CourseRevision, Edition
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.status.facts import Id
from lms.kernel.db import read_rows
from lms.people.models import DutyStation, Employment, Person, PersonMerge, Placement


@dataclass(frozen=True, slots=True)
class FilterChoices:
    """The values of placements that filters and requirements can choose from, sorted."""

    stations: tuple[tuple[int, str, str], ...]
    roles: tuple[str, ...]
    contracts: tuple[str, ...]


# Every page of figures asks these, so they are built once.
_CHOICES = (
    select(DutyStation.id, DutyStation.slug, DutyStation.name, Placement.role, Placement.contract)
    .select_from(Placement)
    .join(DutyStation, DutyStation.id == Placement.station_id)
    .where(Placement.retracted_at.is_(None))
    .distinct()
)
_CHOICES_IN = _CHOICES.join(Employment, Employment.id == Placement.employment_id).where(
    Employment.organisation_id.in_(bindparam("organisations", expanding=True))
)
_COURSES = (
    select(Course.id, Course.slug, CourseRevision.title, CourseRevision.code, Edition.number, Edition.per_sector)
    .join(CourseRevision, CourseRevision.id == Course.current_revision_id)
    .join(Edition, Edition.id == CourseRevision.edition_id)
    .where(Course.retired_at.is_(None))
    .order_by(CourseRevision.title)
)


def find_choices(organisations: Collection[int] | None) -> FilterChoices:
    """Finds the stations (row number, slug, name), roles and contracts ever used in some organisations.

    None asks for all organisations.
    """
    if organisations is None:
        rows = read_rows(_CHOICES).all()
    else:
        rows = read_rows(_CHOICES_IN, {"organisations": sorted(organisations)}).all()
    stations = {row[:3] for row in rows}
    return FilterChoices(
        stations=tuple(sorted(stations, key=lambda station: station[2])),
        roles=tuple(sorted({row[3] for row in rows})),
        contracts=tuple(sorted({row[4] for row in rows})),
    )


def list_courses() -> list[CourseTitle]:
    """Lists the courses that are published and not retired, by title."""
    return [CourseTitle(*row) for row in read_rows(_COURSES)]


@dataclass(frozen=True, slots=True)
class NamedPerson:
    """How a person is called in an organisation."""

    person_id: int
    organisation_id: int
    name: str
    staff_number: str


def name_people(
    organisations: Collection[int], persons: Collection[int] | None = None
) -> dict[tuple[Id, Id], NamedPerson]:
    """Names the people employed in some organisations, or those with some row numbers, by person and organisation.

    Under the number of somebody with merged records there is also a name where only the other record is employed.
    """
    values = {"organisations": sorted(organisations), "persons": sorted(persons or ())}
    rows = (row for each in _named(of_some=persons is not None) for row in read_rows(each, values).all())
    return {(row[0], row[1]): NamedPerson(*row) for row in rows}


@cache
def _named(*, of_some: bool) -> tuple[Select[*tuple[Any, ...]], ...]:
    """Returns the statements that name merged people, and people, of some organisations: of these some or all."""
    here = Employment.organisation_id.in_(bindparam("organisations", expanding=True))
    merged = (
        select(PersonMerge.surviving_id, Employment.organisation_id, Person.name, Employment.staff_number)
        .join(Employment, Employment.person_id == PersonMerge.merged_id)
        .join(Person, Person.id == PersonMerge.surviving_id)
        .where(here)
        .order_by(PersonMerge.id)
    )
    own = (
        select(Person.id, Employment.organisation_id, Person.name, Employment.staff_number)
        .join(Employment, Employment.person_id == Person.id)
        .where(here)
        .order_by(Person.name, Person.id, Employment.id.desc())
    )
    if of_some:
        some: BindParameter[int] = bindparam("persons", expanding=True)
        return merged.where(PersonMerge.surviving_id.in_(some)), own.where(Person.id.in_(some))
    return merged, own
