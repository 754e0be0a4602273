"""Lists of people for tests: written, sent, checked and applied as HR and the worker would."""

import io
from collections.abc import Iterable, Mapping
from datetime import timedelta

from sqlalchemy import text

from lms.accounts.queries import find_account_by_email
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.tabular import as_csv, preview_table
from lms.people.importing import operations
from lms.people.importing.headings import count_headings, guess_columns
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.parse import FIELDS
from lms.people.queries import find_employment_by_number, list_placements_of
from tests.factories import people as make

Row = Mapping[str, str]


def row(number: str, name: str = "", **changes: str) -> Row:
    """Returns a row that asks for WASH work at the only station since 1 January 2026."""
    values = {
        "staff_number": number, "name": name or f"Person {number}", "station": "North River", "sector": "wash",
        "role": "promoter", "from_on": "2026-01-01",
    }  # fmt: skip
    return values | changes


def the_cast() -> list[Row]:
    """Returns rows that say of everybody in the small organisation what is recorded of them."""
    names = ("Amina Yusuf", "Tomas Silva", "Hana Haddad", "Karim Nasser", "Root Admin")
    sectors = ("wash", "education", "protection", "health", "protection")
    return [
        row(f"W-{index + 1}", name, sector=sector)
        for index, (name, sector) in enumerate(zip(names, sectors, strict=True))
    ]


def csv_of(rows: Iterable[Row], fields: Iterable[str] = FIELDS) -> bytes:
    """Writes rows as CSV."""
    names = list(fields)
    return as_csv(names, ([each.get(name, "") for name in names] for each in rows)).encode()


def hana() -> Actor:
    """Returns the HR officer of the small organisation."""
    with reading():
        account = find_account_by_email("hana@demo.example")
        assert account is not None
        return make.actor_of(account)


def sent(data: bytes, organisation_id: int = 1, **choices: str) -> int:
    """Sends a list, says what its columns hold by their headings, and has it checked."""
    actor, file = hana(), io.BytesIO(data)
    top = preview_table(file, known=count_headings)
    with unit_of_work():
        each = operations.upload(actor, organisation_id, "list.csv", top, [data[:50], data[50:]])
        operations.choose_columns(actor, each, guess_columns(top.header, {}), choices)
        number = each.id
    worked()
    return number


def apply(import_id: int) -> None:
    """Applies a checked list to its end."""
    with unit_of_work():
        operations.request_apply(hana(), load(import_id), reason="November list")
    worked()


def undo(import_id: int) -> None:
    """Takes an import back to its end."""
    with unit_of_work():
        operations.request_undo(hana(), load(import_id), reason="Wrong list")
    worked()


def worked(later: timedelta | None = None) -> None:
    """Lets the worker do everything that is due, at once or some time later."""
    moment = clock.FixedClock(clock.now() + (later or timedelta()))
    with clock.using(moment):
        while outbox.sweep():
            pass


def load(import_id: int) -> PeopleImport:
    """Loads an import."""
    found = session.get(PeopleImport, import_id)
    assert found is not None
    return found


def state(import_id: int) -> str:
    """Returns how far an import has come."""
    with reading():
        return load(import_id).state


def counts(import_id: int) -> dict[str, int]:
    """Returns how many rows came to which outcome; none of an outcome is left out."""
    with reading():
        return {name: count for name, count in load(import_id).counts.items() if count}


def outcomes(import_id: int) -> list[tuple[int | None, str, list[str]]]:
    """Returns row number, outcome and codes of the reasons, in the order of the file."""
    with reading():
        rows = session.query(PeopleImportRow).filter_by(import_id=import_id).order_by(PeopleImportRow.id)
        return [(each.number, each.outcome, [note["code"] for note in each.notes]) for each in rows]


def spans(number: str, organisation_id: int = 1) -> list[tuple[str, str, str]]:
    """Returns the live placements with a staff number: sector, first day, last day."""
    with reading():
        employment = find_employment_by_number(organisation_id, number)
        assert employment is not None
        return [
            (each.sector, each.from_on.isoformat(), each.through_on.isoformat() if each.through_on else "")
            for each in list_placements_of([employment.id])[::-1]
        ]


def everything() -> list[tuple[object, ...]]:
    """Returns every active placement, by its values and not its id."""
    with reading():
        return sorted(
            tuple(str(value) for value in each)
            for each in session.execute(
                text(
                    "SELECT employment_id, station_id, sector, role, contract, works_with_children, from_on, "
                    "through_on FROM placement WHERE retracted_at IS NULL"
                )
            )
        )


def count(table: str) -> int:
    """Counts the rows of a table."""
    with reading():
        return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
