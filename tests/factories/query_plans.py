"""How a database would answer a statement: what of the large tables it goes through from one end to the other."""

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection

LARGE = frozenset((
    "account", "audit_entry", "audit_link", "award", "award_name", "correction_request", "employment", "exemption",
    "people_import_row", "person", "placement", "post_interval", "recognition", "registration_request", "reminder",
    "status_interval", "training_session",
))  # fmt: skip
MOST_COST = 2_000_000
"""The most PostgreSQL may expect a statement to cost: going through all for each of all costs a thousand times that."""


def is_question(statement: str) -> bool:
    """Returns whether a statement reads, and more than the first row of a table, which is found at once."""
    first_rows = statement.startswith("SELECT EXISTS") and "WHERE" not in statement
    return statement.startswith(("SELECT", "WITH")) and "FOR NO KEY UPDATE" not in statement and not first_rows


def scans(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns the steps of this database's plan that go through a large table."""
    of_sqlite = connection.dialect.name == "sqlite"
    return (scans_of_sqlite if of_sqlite else scans_of_postgresql)(connection, statement, values)


def scans_of_sqlite(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns the steps of SQLite's plan that go through a large table."""
    plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    aliases = {alias: table for table, alias in re.findall(r"(?:FROM|JOIN|,) (\w+) AS (\w+)", statement)}
    sorts = any("ORDER BY" in step or "GROUP BY" in step for step in plan if step.startswith("USE TEMP"))
    found = [
        step for step in plan if (scan := re.match(r"SCAN (\w+)", step)) and aliases.get(scan[1], scan[1]) in LARGE
    ]
    if may_scan(statement, found, sorts=sorts) and plan[0] == found[0]:
        found = []
    return found


def scans_of_postgresql(connection: Connection, statement: str, values: Any) -> list[str]:
    """Returns what PostgreSQL reads whole although it may go by indexes only: no index serves there.

    It may go through an index from one end to the other: the organisation is nearly everybody.
    """
    usual = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()[0]["Plan"]
    for kind in ("seqscan", "hashjoin", "mergejoin"):
        connection.exec_driver_sql(f"SET LOCAL enable_{kind} = off")
    plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values).scalar_one()[0]["Plan"]
    found = [
        f"Seq Scan on {node['Relation Name']} {node.get('Filter', '')}"
        for node in nodes_of(plan)
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    ]
    if may_scan(statement, found, sorts=True):
        found = []
    cost = usual["Total Cost"]
    return found + [f"cost {cost:.0f}"] * (cost > MOST_COST)


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yields a plan with all that is below it."""
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes_of(below)


def may_scan(statement: str, scans: list[str], *, sorts: bool) -> bool:
    """Returns whether a statement may go through one table: to count it, or by an index as far as a page goes."""
    if len(scans) != 1:
        return False
    counts = statement.startswith(("SELECT count(", "SELECT (SELECT count("))
    return counts or ("LIMIT" in statement and not sorts)
