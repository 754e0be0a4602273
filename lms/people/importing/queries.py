"""Every SELECT of importing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload

from lms.kernel.actor import Actor
from lms.kernel.batches import batched, execute_in_batches
from lms.kernel.db import locked, read_rows, session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.details.queries import list_working_elsewhere
from lms.people.employers.queries import works_on
from lms.people.importing.models import PeopleImport, PeopleImportFilePart, PeopleImportRow
from lms.people.importing.parse import ImportVocabulary, comparison_key
from lms.people.importing.plan import KnownEmployee, PlannedPlacement
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector
from lms.people.policy import within_scope
from lms.people.queries import list_emails_of_staff

_ACTIVE_PLACEMENTS = (
    select(
        Placement.employment_id, Placement.id, Placement.station_id, Placement.sector, Placement.role,
        Placement.contract, Placement.works_with_children, Placement.also_sectors, Placement.from_on,
        Placement.through_on,
    )
    .join(Employment, Employment.id == Placement.employment_id)
    .where(Placement.retracted_at.is_(None))
    .order_by(Placement.from_on)
)  # fmt: skip


def _imports(actor: Actor) -> Select[PeopleImport]:
    return (
        select(PeopleImport)
        .options(joinedload(PeopleImport.organisation))
        .where(within_scope(actor, PeopleImport.organisation_id))
    )


def load_import_for(actor: Actor, import_id: int) -> PeopleImport:
    """Loads an import that an actor may see, with its organisation. Raises ``NotThere``."""
    return require_found(session.scalar(_imports(actor).where(PeopleImport.id == import_id)))


def lock_import(import_id: int) -> PeopleImport | None:
    """Loads an import and locks it, so that one transaction at a time changes it."""
    return session.scalar(
        locked(select(PeopleImport).where(PeopleImport.id == import_id)).execution_options(populate_existing=True)
    )


def list_imports(actor: Actor, page: int = 1) -> Pagination[PeopleImport]:
    """Lists the imports an actor may see with their organisations, latest first. Two queries."""
    found = paginate(_imports(actor).order_by(PeopleImport.id.desc()), page)
    return found.with_items([row.PeopleImport for row in found.items])


def day_of_upload(people_import: PeopleImport) -> date:
    """Returns the day on which a list was uploaded, in the time zone of the organisation."""
    zone = session.scalar(select(Organisation.time_zone).where(Organisation.id == people_import.organisation_id))
    return people_import.recorded_at.astimezone(ZoneInfo(zone or "UTC")).date()


def last_chosen_columns(organisation_id: int, import_id: int) -> dict[str, str]:
    """Returns the headings by field of the organisation's last import whose columns were chosen."""
    last = session.scalar(
        select(PeopleImport)
        .where(PeopleImport.organisation_id == organisation_id, PeopleImport.id != import_id, PeopleImport.checks > 0)
        .order_by(PeopleImport.id.desc())
        .limit(1)
    )
    if last is None:
        return {}
    return {field: last.header[index] for field, index in last.columns.items() if index < len(last.header)}


def remembered_words(organisation_id: int, header: Sequence[str]) -> dict[str, dict[str, str]]:
    """Returns what words meant in the organisation's last list with the same headings, else in its last list at all."""
    before = session.scalars(
        select(PeopleImport)
        .where(PeopleImport.organisation_id == organisation_id, PeopleImport.checks > 0)
        .order_by(PeopleImport.id.desc())
        .limit(20)
    ).all()
    same = (each for each in before if {each.header[index] for index in each.columns.values()} <= set(header))
    last = next(same, before[0] if before else None)
    return dict(last.choices.get("words", {})) if last else {}


def list_roles(organisation_id: int) -> list[str]:
    """Lists the words for what people of an organisation do, as their placements have them."""
    return sorted(
        session.scalars(
            select(Placement.role)
            .join(Employment, Employment.id == Placement.employment_id)
            .where(Employment.organisation_id == organisation_id, Placement.retracted_at.is_(None))
            .distinct()
        )
    )


def read_file_parts(import_id: int) -> Iterable[bytes]:
    """Reads the parts of a file one after the other."""
    parts = select(PeopleImportFilePart.data).where(PeopleImportFilePart.import_id == import_id)
    return session.scalars(parts.order_by(PeopleImportFilePart.part).execution_options(yield_per=1))


def load_vocabulary() -> ImportVocabulary:
    """Returns the names that lists may use: of stations the short name, the name, and the name with the country.

    A name that two stations share names neither.
    """
    stations: defaultdict[str, set[int]] = defaultdict(set)
    slugs: dict[str, int] = {}
    for station in session.scalars(select(DutyStation)):
        slugs[station.slug] = station.id
        for name in (station.name, f"{station.name}, {station.country}"):
            stations[comparison_key(name)].add(station.id)
    sectors: dict[str, str] = {}
    for sector in session.scalars(select(Sector)):
        for name in (*sector.names.values(), *sector.short.values(), sector.slug.replace("-", " "), sector.slug):
            sectors.setdefault(comparison_key(name), sector.slug)
    # The short name is unique, so it comes before any name.
    return ImportVocabulary({name: min(ids) for name, ids in stations.items() if len(ids) == 1} | slugs, sectors)


def list_known_employees(organisation_id: int, keys: Iterable[str] | None = None) -> dict[str, KnownEmployee]:
    """Returns who has a staff number at an organisation, by the key of that number, with active placements.

    ``keys`` asks for some numbers only, and locks them for writing.
    """
    number = Employment.staff_number
    statement = (
        select(Employment.id, number, Employment.staff_number_key, Employment.person_id, Person.name)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.organisation_id == organisation_id)
        .order_by(Employment.id)
    )
    if keys is None:
        employees = session.execute(statement).all()
        placements = _by_employment(
            session.execute(_ACTIVE_PLACEMENTS.where(Employment.organisation_id == organisation_id))
        )
    else:
        employees = [
            row
            for some in batched(keys)
            for row in session.execute(locked(statement.where(Employment.staff_number_key.in_(some)), of=Employment))
        ]
        placements = _list_active_placements(row.id for row in employees)
    person_ids = None if keys is None else [row.person_id for row in employees]
    elsewhere = list_working_elsewhere(organisation_id, person_ids)
    return {
        row.staff_number_key: KnownEmployee(
            row.id, row.person_id, row.name, tuple(placements[row.id]), row.staff_number, row.person_id in elsewhere
        )
        for row in employees
    }


def _list_active_placements(employment_ids: Iterable[int]) -> defaultdict[int, list[PlannedPlacement]]:
    return _by_employment(execute_in_batches(_ACTIVE_PLACEMENTS, Placement.employment_id, employment_ids))


def _by_employment(rows: Iterable[Row[*tuple[Any, ...]]]) -> defaultdict[int, list[PlannedPlacement]]:
    found: defaultdict[int, list[PlannedPlacement]] = defaultdict(list)
    for row in rows:
        found[row.employment_id].append(PlannedPlacement.of(row))
    return found


def lock_active_placements(employment_ids: Sequence[int]) -> defaultdict[int, list[PlannedPlacement]]:
    """Returns the active placements by employment, and locks the employments for writing."""
    list(execute_in_batches(locked(select(Employment.id).order_by(Employment.id)), Employment.id, employment_ids))
    return _list_active_placements(employment_ids)


def find_placements(ids: Iterable[int]) -> dict[int, PlannedPlacement]:
    """Returns placements by id, active or withdrawn."""
    rows = execute_in_batches(select(Placement), Placement.id, ids)
    return {row.Placement.id: PlannedPlacement.of(row.Placement) for row in rows}


def list_person_ids(employment_ids: Iterable[int]) -> set[int]:
    """Returns the persons of employments."""
    rows = execute_in_batches(select(Employment.person_id), Employment.id, employment_ids)
    return {row.person_id for row in rows}


def list_employments_of_rows(rows: Iterable[PeopleImportRow]) -> dict[int, Employment]:
    """Returns the employment with its person by the id of an applied row, for at most a page of rows. One query."""
    row_ids = {row.recorded["employment"][0]: row.id for row in rows if row.recorded}
    found = session.scalars(select(Employment).options(joinedload(Employment.person)).where(Employment.id.in_(row_ids)))
    return {row_ids[employment.id]: employment for employment in found}


def find_emails_in_use(organisation_id: int, emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails that a person of an organisation has, present or former.

    Nobody there learns whether anybody else has them (docs/decisions/0046): what an import says is seen by all HR of
    the organisation.
    """
    return list_emails_of_staff(Employment.organisation_id == organisation_id, emails)


def _rows(import_id: int, outcome: str = "") -> Select[PeopleImportRow]:
    statement = select(PeopleImportRow).where(PeopleImportRow.import_id == import_id).order_by(PeopleImportRow.id)
    if outcome == "skipped":
        return statement.where(PeopleImportRow.skipped)
    return statement.where(PeopleImportRow.outcome == outcome) if outcome else statement


def list_rows(import_id: int, outcome: str = "", page: int = 1) -> Pagination[PeopleImportRow]:
    """Lists the rows of an import in the order of the file: of one outcome, ``skipped`` ones, or all. Two queries."""
    found = paginate(_rows(import_id, outcome), page)
    return found.with_items([row.PeopleImportRow for row in found.items])


def read_all_rows(import_id: int, outcome: str = "") -> Iterable[PeopleImportRow]:
    """Reads the rows of an import in the order of the file, a thousand at a time."""
    return session.scalars(_rows(import_id, outcome).execution_options(yield_per=1000))


def list_rows_of_batches(import_id: int, first: int, last: int) -> Sequence[PeopleImportRow]:
    """Lists the rows of some batches that are applied together."""
    return session.scalars(_rows(import_id).where(PeopleImportRow.batch.between(first, last))).all()


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
        .where(Employment.organisation_id == organisation_id, works_on(day))
    )
    return session.scalar(statement) or 0


@dataclass(frozen=True, slots=True)
class RunningImport:
    """An import that is being applied or undone: figures of its organisation are incomplete until it is done."""

    organisation_id: int
    organisation: str
    done: int
    total: int


_UNDOING = PeopleImport.undo_requested_at.is_not(None)
# Every page of figures asks this, so it is built once.
_RUNNING = (
    select(
        PeopleImport.organisation_id,
        Organisation.name.label("organisation"),
        case((_UNDOING, PeopleImport.batches_undone), else_=PeopleImport.batches_done).label("done"),
        case((_UNDOING, PeopleImport.batches_done), else_=PeopleImport.batches).label("total"),
    )
    .join(Organisation, Organisation.id == PeopleImport.organisation_id)
    .where(
        PeopleImport.apply_requested_at.is_not(None),
        PeopleImport.undone_at.is_(None),
        or_(PeopleImport.applied_at.is_(None), _UNDOING),
    )
    .order_by(PeopleImport.id)
)
_RUNNING_IN = _RUNNING.where(PeopleImport.organisation_id.in_(bindparam("organisations", expanding=True)))


def list_running_imports(organisation_ids: Iterable[int] | None = None) -> list[RunningImport]:
    """Lists the running imports of some organisations, or of all, with the batches done and in all."""
    if organisation_ids is None:
        rows = read_rows(_RUNNING)
    else:
        rows = read_rows(_RUNNING_IN, {"organisations": list(organisation_ids)})
    return [RunningImport(**row._mapping) for row in rows]
