"""Collects new rows that refer to one another, and writes all of them in a few statements."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lms.audit.models import AuditEntry
from lms.kernel.bulk import add_mappings, reserve_ids
from lms.kernel.db import Model


@dataclass(slots=True, eq=False)
class NewRow:
    """A row that is to be written. In columns of others it is replaced by its number; ``id`` is known once written."""

    columns: dict[str, Any]
    id: int = 0


class NewRows:
    """Rows that are to be written, by table, each in the order they were added in."""

    def __init__(self) -> None:
        self._rows: defaultdict[type[Model], list[NewRow]] = defaultdict(list)

    def add(self, table: type[Model], **columns: Any) -> NewRow:
        """Adds a row, given by its columns; one that is not named takes its default."""
        row = NewRow(columns)
        self._rows[table].append(row)
        return row

    def audit(
        self,
        at: datetime,
        account_id: int | None,
        action: str,
        subject: str,
        row: NewRow,
        *,
        organisation_id: int | None = None,
        reason: str = "",
        **detail: Any,
    ) -> NewRow:
        """Adds an audit entry about a row, as `lms.audit.operations.record` writes it, and returns it."""
        return self.add(
            AuditEntry, recorded_at=at, account_id=account_id, organisation_id=organisation_id, action=action,
            subject=subject, subject_id=row, reason=reason, detail=detail,
        )  # fmt: skip

    def write(self) -> None:
        """Writes everything that was added since: each table after those it refers to, audit entries last."""
        places = {table.name: place for place, table in enumerate(Model.metadata.sorted_tables)}
        for table in sorted(self._rows, key=lambda table: (table is AuditEntry, places[table.__tablename__])):
            rows = self._rows[table]
            if "id" in table.__table__.columns:
                for row, number in zip(rows, reserve_ids(table, len(rows)), strict=True):
                    row.id = row.columns["id"] = number
            add_mappings(
                table,
                [
                    {name: value.id if type(value) is NewRow else value for name, value in row.columns.items()}
                    for row in rows
                ],
            )
        self._rows.clear()
