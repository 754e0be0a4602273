"""Every SELECT of importing."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.errors import NotThere
from lms.kernel.pagination import Pagination, paginate
from lms.people.importing import policy
from lms.people.importing.models import PeopleImport, PeopleImportPiece, PeopleImportRow
from lms.people.importing.parse import Vocabulary, Work, fold
from lms.people.importing.plan import Held, Known
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector

AT_ONCE = 500
"""How many values one question to the database carries."""


def load_import_for(actor: Actor, import_id: int) -> PeopleImport:
    """Loads an import that an actor may see, with its organisation. Raises ``NotThere``."""
    found = None
    if import_id <= LARGEST_ID:
        found = session.scalar(
            select(PeopleImport)
            .options(joinedload(PeopleImport.organisation))
            .where(PeopleImport.id == import_id, policy.visible_imports(actor))
        )
    if found is None:
        raise NotThere
    return found


def lock_import(import_id: int) -> PeopleImport | None:
    """Loads an import for writing; whoever else writes it waits."""
    return session.scalar(
        locked(select(PeopleImport).where(PeopleImport.id == import_id)).execution_options(
            populate_existing=True
        )
    )


def find_import(import_id: int) -> PeopleImport | None:
    """Finds an import by number, for its jobs."""
    return session.get(PeopleImport, import_id)


def list_imports(actor: Actor, page: int = 1) -> Pagination[tuple[PeopleImport, str]]:
    """Lists the imports an actor may see, latest first, each with its organisation's name. Two queries."""
    found = paginate(
        select(PeopleImport, Organisation.name)
        .join(Organisation, Organisation.id == PeopleImport.organisation_id)
        .where(policy.visible_imports(actor))
        .order_by(PeopleImport.id.desc()),
        page,
    )
    return found.with_items([(row[0], row[1]) for row in found.items])


def columns_before(organisation_id: int, import_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """Returns the headings by field, and the choices, of the organisation's last import whose columns were chosen."""
    last = session.scalars(
        select(PeopleImport)
        .where(
            PeopleImport.organisation_id == organisation_id,
            PeopleImport.id != import_id,
            PeopleImport.checks > 0,
        )
        .order_by(PeopleImport.id.desc())
        .limit(1)
    ).one_or_none()
    if last is None:
        return {}, {}
    headings = {
        field: last.header[index] for field, index in last.columns.items() if index < len(last.header)
    }
    return headings, dict(last.choices)


def read_pieces(import_id: int) -> Iterator[bytes]:
    """Reads a file's pieces one after the other."""
    part = 0
    while True:
        data = session.scalar(
            select(PeopleImportPiece.data).where(
                PeopleImportPiece.import_id == import_id, PeopleImportPiece.part == part
            )
        )
        if data is None:
            return
        yield data
        part += 1


def read_vocabulary() -> Vocabulary:
    """Returns the words that lists may use: of stations the short name, the name, and the name with the country.

    A name that two stations share stands for neither.
    """
    stations: dict[str, int] = {}
    shared: set[str] = set()
    for station in session.scalars(select(DutyStation)):
        for word in {fold(station.name), fold(f"{station.name}, {station.country}")} - {station.slug}:
            if stations.setdefault(word, station.id) != station.id:
                shared.add(word)
    stations = {word: number for word, number in stations.items() if word not in shared}
    # The short name is unique, so it comes before any name.
    for slug, number in session.execute(select(DutyStation.slug, DutyStation.id)):
        stations[slug] = number
    sectors: dict[str, str] = {}
    for sector in session.scalars(select(Sector)):
        for word in (
            *sector.names.values(),
            *sector.short.values(),
            sector.slug.replace("-", " "),
            sector.slug,
        ):
            sectors.setdefault(fold(word), sector.slug)
    return Vocabulary(stations, sectors)


def list_known(organisation_id: int, keys: Iterable[str] | None = None) -> dict[str, Known]:
    """Lists who has a staff number at an organisation, by that number in lower case, with their live placements.

    ``keys`` asks for some numbers only, and locks them for writing.
    """
    people: dict[int, tuple[str, int, str]] = {}
    for condition in _number_conditions(keys):
        statement = (
            select(Employment.id, Employment.staff_number, Employment.person_id, Person.name)
            .join(Person, Person.id == Employment.person_id)
            .where(Employment.organisation_id == organisation_id, condition)
            .order_by(Employment.id)
        )
        if keys is not None:
            statement = locked(statement, of=Employment)
        people |= {row[0]: (row[1], row[2], row[3]) for row in session.execute(statement)}
    held: dict[int, list[Held]] = defaultdict(list)
    wanted = None if keys is None else list(people)
    for employment_id, placement in _live_placements(organisation_id, wanted):
        held[employment_id].append(placement)
    return {
        number.lower(): Known(employment_id, person_id, name, tuple(held.get(employment_id, ())), number)
        for employment_id, (number, person_id, name) in people.items()
    }


def _number_conditions(keys: Iterable[str] | None) -> Iterator[ColumnElement[bool]]:
    if keys is None:
        yield Employment.id > 0
        return
    # SQLite folds ASCII letters only, so a number with other letters is also looked for as it is written.
    for some in batched(keys, AT_ONCE):
        yield or_(func.lower(Employment.staff_number).in_(some), Employment.staff_number.in_(some))


def _live_placements(
    organisation_id: int, employment_ids: Sequence[int] | None
) -> Iterator[tuple[int, Held]]:
    conditions: Iterable[ColumnElement[bool]]
    if employment_ids is None:
        conditions = [Employment.organisation_id == organisation_id]
    else:
        conditions = [Placement.employment_id.in_(some) for some in batched(employment_ids, AT_ONCE)]
    for condition in conditions:
        rows = session.execute(
            select(
                Placement.employment_id, Placement.id, Placement.station_id, Placement.sector,
                Placement.also_sectors, Placement.role, Placement.contract, Placement.works_with_children,
                Placement.from_on, Placement.through_on,
            )
            .join(Employment, Employment.id == Placement.employment_id)
            .where(condition, Placement.retracted_at.is_(None))
            .order_by(Placement.from_on)
        )  # fmt: skip
        for (
            employment_id,
            number,
            station,
            sector,
            also,
            role,
            contract,
            children,
            from_on,
            through_on,
        ) in rows:
            work = Work(station, sector, tuple(sorted(also)), role, contract, children)
            yield employment_id, Held(number, work, from_on, through_on)


def live_placements_of(employment_ids: Sequence[int]) -> dict[int, list[Held]]:
    """Lists the live placements of employments and locks the employments for writing."""
    found: dict[int, list[Held]] = {number: [] for number in employment_ids}
    for some in batched(employment_ids, AT_ONCE):
        session.execute(locked(select(Employment.id).where(Employment.id.in_(some)).order_by(Employment.id)))
    for employment_id, held in _live_placements(0, employment_ids):
        found[employment_id].append(held)
    return found


def find_placements(ids: Iterable[int]) -> dict[int, tuple[int, Held]]:
    """Finds placements, live or withdrawn, each with its employment, by number."""
    found: dict[int, tuple[int, Held]] = {}
    for some in batched(ids, AT_ONCE):
        for each in session.scalars(select(Placement).where(Placement.id.in_(some))):
            work = Work(
                each.station_id, each.sector, tuple(sorted(each.also_sectors)), each.role, each.contract,
                each.works_with_children,
            )  # fmt: skip
            found[each.id] = (each.employment_id, Held(each.id, work, each.from_on, each.through_on))
    return found


def persons_of(employment_ids: Iterable[int]) -> set[int]:
    """Returns the persons of employments."""
    found: set[int] = set()
    for some in batched(employment_ids, AT_ONCE):
        found.update(session.scalars(select(Employment.person_id).where(Employment.id.in_(some))))
    return found


@dataclass(frozen=True, slots=True)
class Applied:
    """The person whom an applied row is about."""

    person_id: int
    name: str
    staff_number: str


def people_of_rows(rows: Iterable[PeopleImportRow]) -> dict[int, Applied]:
    """Returns whom applied rows are about, by the number of the row: at most a page of them. One query."""
    employments = {row.recorded["employment"][0]: row.id for row in rows if row.recorded}
    found = session.execute(
        select(Employment.id, Employment.person_id, Person.name, Employment.staff_number)
        .join(Person, Person.id == Employment.person_id)
        .where(Employment.id.in_(employments))
    )
    return {employments[each[0]]: Applied(each[1], each[2], each[3]) for each in found}


def emails_here(emails: Iterable[str]) -> set[str]:
    """Returns those of some e-mails that somebody in the house has."""
    found: set[str] = set()
    for some in batched(emails, AT_ONCE):
        found.update(session.scalars(select(Person.email).where(Person.email.in_(some))))
    return found


def list_rows(
    import_id: int, outcome: str = "", page: int = 1, *, kept: bool = False
) -> Pagination[PeopleImportRow]:
    """Lists the rows of an import in the order of the file, of one outcome or all. Two queries."""
    statement = select(PeopleImportRow).where(PeopleImportRow.import_id == import_id)
    if kept:
        statement = statement.where(PeopleImportRow.kept)
    if outcome:
        statement = statement.where(PeopleImportRow.outcome == outcome)
    found = paginate(statement.order_by(PeopleImportRow.id), page)
    return found.with_items([row[0] for row in found.items])


def read_all_rows(import_id: int, outcome: str = "") -> Iterator[PeopleImportRow]:
    """Reads the rows of an import in the order of the file, a thousand at a time."""
    last = 0
    while True:
        statement = select(PeopleImportRow).where(
            PeopleImportRow.import_id == import_id, PeopleImportRow.id > last
        )
        if outcome:
            statement = statement.where(PeopleImportRow.outcome == outcome)
        rows = session.scalars(statement.order_by(PeopleImportRow.id).limit(1000)).all()
        if not rows:
            return
        yield from rows
        last = rows[-1].id
        session.expunge_all()


def rows_of_batch(import_id: int, batch: int) -> Sequence[PeopleImportRow]:
    """Lists the rows that are applied together."""
    return session.scalars(
        select(PeopleImportRow)
        .where(PeopleImportRow.import_id == import_id, PeopleImportRow.batch == batch)
        .order_by(PeopleImportRow.id)
    ).all()


def count_outcomes(import_id: int) -> dict[str, int]:
    """Counts the rows of an import by outcome.

    ``absent`` counts those that the file does not name, ``kept`` those that taking it back left alone.
    """
    rows = session.execute(
        select(PeopleImportRow.outcome, func.count())
        .where(PeopleImportRow.import_id == import_id)
        .group_by(PeopleImportRow.outcome)
    )
    counts = {row[0]: row[1] for row in rows}
    for name, condition in (
        ("absent", PeopleImportRow.number.is_(None)),
        ("kept", PeopleImportRow.kept),
    ):
        counts[name] = (
            session.scalar(select(func.count()).where(PeopleImportRow.import_id == import_id, condition)) or 0
        )
    return counts


def count_working(organisation_id: int, day: date) -> int:
    """Counts who works for an organisation on a day."""
    return (
        session.scalar(
            select(func.count(func.distinct(Placement.employment_id)))
            .join(Employment, Employment.id == Placement.employment_id)
            .where(
                Employment.organisation_id == organisation_id,
                Placement.retracted_at.is_(None),
                Placement.from_on <= day,
                or_(Placement.through_on.is_(None), Placement.through_on >= day),
            )
        )
        or 0
    )
