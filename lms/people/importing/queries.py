"""Every SELECT of importing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Row, func, or_, select
from sqlalchemy.orm import joinedload

from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import locked, session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.importing import policy
from lms.people.importing.models import PeopleImport, PeopleImportFilePart, PeopleImportRow
from lms.people.importing.parse import ImportVocabulary, comparison_key
from lms.people.importing.plan import KnownEmployee, PlannedPlacement
from lms.people.models import DutyStation, Employment, Person, Placement, Sector
from lms.people.rules import AssignmentDetails

IDS_PER_QUERY = 500
"""How many values one statement carries as parameters."""


def load_import_for(actor: Actor, import_id: int) -> PeopleImport:
    """Loads an import that an actor may see, with its organisation. Raises ``NotThere``."""
    return require_found(
        session.scalar(
            select(PeopleImport)
            .options(joinedload(PeopleImport.organisation))
            .where(PeopleImport.id == import_id, policy.visible_imports(actor))
        )
    )


def lock_import(import_id: int) -> PeopleImport | None:
    """Loads an import and locks it, so that one transaction at a time changes it."""
    return session.scalar(
        locked(select(PeopleImport).where(PeopleImport.id == import_id)).execution_options(populate_existing=True)
    )


def find_import(import_id: int) -> PeopleImport | None:
    """Finds an import by id, for its jobs."""
    return session.get(PeopleImport, import_id)


def list_imports(actor: Actor, page: int = 1) -> Pagination[PeopleImport]:
    """Lists the imports an actor may see with their organisations, latest first. Two queries."""
    found = paginate(
        select(PeopleImport)
        .options(joinedload(PeopleImport.organisation))
        .where(policy.visible_imports(actor))
        .order_by(PeopleImport.id.desc()),
        page,
    )
    return found.with_items([row.PeopleImport for row in found.items])


def last_chosen_columns(organisation_id: int, import_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the headings by field, and the choices, of the organisation's last import whose columns were chosen."""
    last = session.scalars(
        select(PeopleImport)
        .where(PeopleImport.organisation_id == organisation_id, PeopleImport.id != import_id, PeopleImport.checks > 0)
        .order_by(PeopleImport.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return {}, {}
    headings = {field: last.header[index] for field, index in last.columns.items() if index < len(last.header)}
    return headings, dict(last.choices)


def read_file_parts(import_id: int) -> Iterator[bytes]:
    """Reads the parts of a file one after the other."""
    part = 0
    while True:
        data = session.scalar(
            select(PeopleImportFilePart.data).where(
                PeopleImportFilePart.import_id == import_id, PeopleImportFilePart.part == part
            )
        )
        if data is None:
            return
        yield data
        part += 1


def load_vocabulary() -> ImportVocabulary:
    """Returns the names that lists may use: of stations the short name, the name, and the name with the country.

    A name that two stations share names neither.
    """
    stations: dict[str, int] = {}
    shared: set[str] = set()
    all_stations = session.scalars(select(DutyStation)).all()
    for station in all_stations:
        names = {comparison_key(station.name), comparison_key(f"{station.name}, {station.country}")}
        for name in names - {station.slug}:
            if stations.setdefault(name, station.id) != station.id:
                shared.add(name)
    stations = {name: station_id for name, station_id in stations.items() if name not in shared}
    # The short name is unique, so it comes before any name.
    stations |= {station.slug: station.id for station in all_stations}
    sectors: dict[str, str] = {}
    for sector in session.scalars(select(Sector)):
        slug = sector.slug
        for name in (*sector.names.values(), *sector.short.values(), slug.replace("-", " "), slug):
            sectors.setdefault(comparison_key(name), slug)
    return ImportVocabulary(stations, sectors)


def list_known_employees(organisation_id: int, keys: Iterable[str] | None = None) -> dict[str, KnownEmployee]:
    """Returns who has a staff number at an organisation, by that number in lower case, with active placements.

    ``keys`` asks for some numbers only, and locks them for writing.
    """
    employees: dict[int, Row[int, str, int, str]] = {}
    for condition in _number_conditions(keys):
        statement = (
            select(Employment.id, Employment.staff_number, Employment.person_id, Person.name)
            .join(Person, Person.id == Employment.person_id)
            .where(Employment.organisation_id == organisation_id, condition)
            .order_by(Employment.id)
        )
        if keys is not None:
            statement = locked(statement, of=Employment)
        employees |= {row.id: row for row in session.execute(statement)}
    placements = _list_active_placements(organisation_id, None if keys is None else list(employees))
    return {
        row.staff_number.lower(): KnownEmployee(
            row.id, row.person_id, row.name, tuple(placements.get(row.id, ())), row.staff_number
        )
        for row in employees.values()
    }


def _number_conditions(keys: Iterable[str] | None) -> Iterator[ColumnElement[bool]]:
    if keys is None:
        yield Employment.id > 0
        return
    # SQLite folds ASCII letters only, so a number with other letters is also looked for as it is written.
    for some in batched(keys, IDS_PER_QUERY):
        yield or_(func.lower(Employment.staff_number).in_(some), Employment.staff_number.in_(some))


def _list_active_placements(
    organisation_id: int, employment_ids: Sequence[int] | None
) -> dict[int, list[PlannedPlacement]]:
    conditions: Iterable[ColumnElement[bool]]
    if employment_ids is None:
        conditions = [Employment.organisation_id == organisation_id]
    else:
        conditions = [Placement.employment_id.in_(some) for some in batched(employment_ids, IDS_PER_QUERY)]
    found: defaultdict[int, list[PlannedPlacement]] = defaultdict(list)
    for condition in conditions:
        rows = session.execute(
            select(
                Placement.employment_id, Placement.id, Placement.station_id, Placement.sector,
                Placement.role, Placement.contract, Placement.works_with_children, Placement.also_sectors,
                Placement.from_on, Placement.through_on,
            )
            .join(Employment, Employment.id == Placement.employment_id)
            .where(condition, Placement.retracted_at.is_(None))
            .order_by(Placement.from_on)
        )  # fmt: skip
        for row in rows:
            details = AssignmentDetails(
                row.station_id,
                row.sector,
                row.role,
                row.contract,
                row.works_with_children,
                tuple(sorted(row.also_sectors)),
            )
            found[row.employment_id].append(PlannedPlacement(row.id, details, row.from_on, row.through_on))
    return found


def lock_active_placements(employment_ids: Sequence[int]) -> dict[int, list[PlannedPlacement]]:
    """Returns the active placements by employment, and locks the employments for writing."""
    for some in batched(employment_ids, IDS_PER_QUERY):
        session.execute(locked(select(Employment.id).where(Employment.id.in_(some)).order_by(Employment.id)))
    return {each: [] for each in employment_ids} | _list_active_placements(0, employment_ids)


def find_placements(ids: Iterable[int]) -> dict[int, PlannedPlacement]:
    """Returns placements by id, active or withdrawn."""
    return {
        each.id: PlannedPlacement(each.id, each.details, each.from_on, each.through_on)
        for some in batched(ids, IDS_PER_QUERY)
        for each in session.scalars(select(Placement).where(Placement.id.in_(some)))
    }


def list_person_ids(employment_ids: Iterable[int]) -> set[int]:
    """Returns the persons of employments."""
    return {
        person_id
        for some in batched(employment_ids, IDS_PER_QUERY)
        for person_id in session.scalars(select(Employment.person_id).where(Employment.id.in_(some)))
    }


def list_employments_of_rows(rows: Iterable[PeopleImportRow]) -> dict[int, Employment]:
    """Returns the employment with its person by the id of an applied row, for at most a page of rows. One query."""
    row_ids = {row.recorded["employment"][0]: row.id for row in rows if row.recorded}
    found = session.scalars(select(Employment).options(joinedload(Employment.person)).where(Employment.id.in_(row_ids)))
    return {row_ids[employment.id]: employment for employment in found}


def find_emails_in_use(emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails that a recorded person has."""
    return {
        email
        for some in batched(emails, IDS_PER_QUERY)
        for email in session.scalars(select(Person.email).where(Person.email.in_(some)))
        if email
    }


def list_rows(
    import_id: int, outcome: str = "", page: int = 1, *, skipped: bool = False
) -> Pagination[PeopleImportRow]:
    """Lists the rows of an import in the order of the file, of one outcome or all. Two queries."""
    statement = select(PeopleImportRow).where(PeopleImportRow.import_id == import_id)
    if skipped:
        statement = statement.where(PeopleImportRow.skipped)
    if outcome:
        statement = statement.where(PeopleImportRow.outcome == outcome)
    found = paginate(statement.order_by(PeopleImportRow.id), page)
    return found.with_items([row.PeopleImportRow for row in found.items])


def read_all_rows(import_id: int, outcome: str = "") -> Iterator[PeopleImportRow]:
    """Reads the rows of an import in the order of the file, a thousand at a time."""
    last = 0
    while True:
        statement = select(PeopleImportRow).where(PeopleImportRow.import_id == import_id, PeopleImportRow.id > last)
        if outcome:
            statement = statement.where(PeopleImportRow.outcome == outcome)
        rows = session.scalars(statement.order_by(PeopleImportRow.id).limit(1000)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id
        session.expunge_all()


def list_rows_of_batch(import_id: int, batch: int) -> Sequence[PeopleImportRow]:
    """Lists the rows that are applied together."""
    return session.scalars(
        select(PeopleImportRow)
        .where(PeopleImportRow.import_id == import_id, PeopleImportRow.batch == batch)
        .order_by(PeopleImportRow.id)
    ).all()


def count_outcomes(import_id: int) -> dict[str, int]:
    """Counts the rows of an import by outcome.

    ``absent`` counts those that the file does not name, ``skipped`` those that undoing left alone.
    """
    rows = session.execute(
        select(
            PeopleImportRow.outcome,
            func.count().label("rows"),
            func.count().filter(PeopleImportRow.number.is_(None)).label("absent"),
            func.count().filter(PeopleImportRow.skipped).label("skipped"),
        )
        .where(PeopleImportRow.import_id == import_id)
        .group_by(PeopleImportRow.outcome)
    ).all()
    counts = {row.outcome: row.rows for row in rows}
    return counts | {"absent": sum(row.absent for row in rows), "skipped": sum(row.skipped for row in rows)}


def count_employed_on(organisation_id: int, day: date) -> int:
    """Counts who works for an organisation on a day."""
    statement = (
        select(func.count(func.distinct(Placement.employment_id)))
        .join(Employment, Employment.id == Placement.employment_id)
        .where(
            Employment.organisation_id == organisation_id,
            Placement.retracted_at.is_(None),
            Placement.from_on <= day,
            or_(Placement.through_on.is_(None), Placement.through_on >= day),
        )
    )
    return session.scalar(statement) or 0
