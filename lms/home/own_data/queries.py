"""Every SELECT about what is stored about a person: each table that names a person, found by its columns."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, Table, or_, select

from lms.kernel.db import Model, session

OWNERS = ("person", "account", "employment", "attempt", "award", "correction_request", "quiz_copy")
"""The tables whose rows are one person's, in the order in which they are found; what refers to them is the person's."""

NAMES_A_PERSON = {"person_id": "person", "account_id": "account"}
"""Columns that name a row of those tables also where no foreign key says so."""

NOT_ABOUT_THE_PERSON = frozenset({"record_key"})
"""Tables whose rows would take the noise out of published figures."""

SECRET = re.compile(r"password|uniquifier|token|digest|secret|recovery|handle|seed|_key$|_codes$")
"""Columns that let somebody sign in or foresee a quiz: nobody is shown them, and who asks knows their own password.

Those that end in ``_key`` are copies made for comparing."""

OTHERS = {("sign_in_slips", "people"), ("sign_in_slips", "files"), ("export_job", "result")}
"""Columns about other people."""


def list_tables() -> list[Table]:
    """Lists the tables with rows about people, the owners first."""
    tables = Model.metadata.tables
    others = sorted(tables.keys() - {*OWNERS, *NOT_ABOUT_THE_PERSON})
    return [tables[name] for name in OWNERS] + [tables[name] for name in others if _links(tables[name])]


def shown_columns(table: Table) -> list[Column[Any]]:
    """Lists the columns of a table that its person is shown."""
    return [
        column
        for column in table.columns
        if not SECRET.search(column.name)
        and (table.name, column.name) not in OTHERS
        and not isinstance(column.type, LargeBinary)
    ]


def read_own_data(person_ids: Collection[int]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yields each table's name and its rows about the records of one person, by column. One query a table."""
    ids: dict[str, list[int]] = {"person": sorted(person_ids)}
    for table in list_tables():
        rows = session.execute(select(*table.columns).where(_is_about(table, ids)).order_by(*table.primary_key))
        found = [dict(row) for row in rows.mappings()]
        if table.name in OWNERS:
            ids[table.name] = [row["id"] for row in found]
        shown = [column.name for column in shown_columns(table)]
        yield table.name, [{name: row[name] for name in shown} for row in found]


def _links(table: Table) -> list[tuple[Column[Any], str]]:
    """Returns the columns by which a table's rows belong to somebody, with the table that they refer to.

    Who is named counts before what belongs to them: an award is its person's, not its attempt's.
    """
    by_key = [
        (column, key.column.table.name)
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name in OWNERS and key.column.table is not table
    ]
    by_name = [(table.columns[name], owner) for name, owner in NAMES_A_PERSON.items() if name in table.columns]
    people = [link for link in by_key if link[1] == "person"]
    return people or by_name or by_key


def _is_about(table: Table, ids: dict[str, list[int]]) -> ColumnElement[bool]:
    if table.name == "person":
        return table.columns["id"].in_(ids["person"])
    return or_(*(column.in_(ids[owner]) for column, owner in _links(table)))
