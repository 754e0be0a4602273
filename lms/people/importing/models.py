"""The tables of imports: the file as long as it is needed, and what came of each of its rows."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded
from lms.people.models import Organisation


class PeopleImport(Recorded, Model):
    """One row: HR uploaded a list of people of one organisation. Its state follows from its timestamps.

    Personal data: the first rows of the file as samples, emptied with the rows; accounts by id only.
    """

    __table_args__ = (Index("ix_people_import_organisation", "organisation_id", "id"),)

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The file's name as the browser sent it, shown to HR.
    file_name: Mapped[str] = mapped_column(String(120))
    # How the file is read: its kind, encoding and delimiter of CSV, sheets of Excel, the row of headings.
    shape: Mapped[dict[str, Any]] = mapped_column(Document)
    # The headings of its columns, and the first rows below them.
    header: Mapped[list[str]] = mapped_column(Document)
    samples: Mapped[list[list[str]]] = mapped_column(Document)
    # The index of the column of each field; empty until HR has chosen.
    columns: Mapped[dict[str, int]] = mapped_column(Document, default=dict)
    # What HR chose beside the columns: the order of day and month, a first day, the last day of those absent.
    choices: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)
    # How many checks were requested; only the last one counts.
    checks: Mapped[int] = mapped_column(default=0)
    checked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Why the file cannot be read to its end, in one sentence; empty where it can.
    problem: Mapped[str] = mapped_column(String(300), default="")
    # How many rows have which outcome.
    counts: Mapped[dict[str, int]] = mapped_column(Document, default=dict)
    # Why most rows are rejected: a reason, as in a row's notes, and how many rows have it. Emptied with the rows.
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(Document, default=list)
    # Words that are not ours or that HR translated, by field, each with its number of rows. Emptied with the rows.
    words: Mapped[dict[str, list[tuple[str, int]]]] = mapped_column(Document, default=dict)
    # How many batches there are to apply, and how many have been applied and undone.
    batches: Mapped[int] = mapped_column(default=0)
    batches_done: Mapped[int] = mapped_column(default=0)
    batches_undone: Mapped[int] = mapped_column(default=0)
    apply_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    apply_requested_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(500), default="")
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_requested_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undo_requested_by: Mapped[int | None] = mapped_column(BigId)
    undo_reason: Mapped[str] = mapped_column(String(500), default="")
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When the file, the samples and the texts of the rows were removed.
    anonymised_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise")

    @property
    def state(self) -> str:
        """Returns the state: columns, checking, checked, applying, applied, undoing, undone or discarded."""
        moments = (
            (self.undone_at, "undone"),
            (self.undo_requested_at, "undoing"),
            (self.applied_at, "applied"),
            (self.apply_requested_at, "applying"),
            (self.anonymised_at, "discarded"),
            (self.checked_at, "checked"),
        )
        later = next((state for moment, state in moments if moment is not None), None)
        return later or ("checking" if self.checks else "columns")


class PeopleImportFilePart(Model):
    """One row: a part of an uploaded file, in the order of ``part``.

    Personal data: everything the file holds; removed when the import is applied or discarded, after 30 days at most.
    """

    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id"), primary_key=True)
    part: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)


class PeopleImportRow(Model):
    """One row: a row of the file, or somebody the file does not name, and its outcome.

    Personal data: the texts of the chosen columns and the staff number; emptied 30 days after the import was
    applied, and at once when it is discarded or undone. The ids of what was recorded stay.
    """

    __table_args__ = (
        UniqueConstraint("import_id", "number"),
        Index("ix_people_import_row_outcome", "import_id", "outcome", "id"),
        Index("ix_people_import_row_batch", "import_id", "batch"),
    )

    id: Mapped[Id]
    import_id: Mapped[int] = mapped_column(ForeignKey("people_import.id"))
    # The row's number as a spreadsheet shows it; empty for somebody whom the file does not name.
    number: Mapped[int | None]
    # The staff number as it is compared: rows of one person share it.
    key: Mapped[str] = mapped_column(String(200))
    # The texts of the chosen columns, by field.
    cells: Mapped[dict[str, str]] = mapped_column(Document)
    # One of added, moved, ended, corrected, unchanged, rejected.
    outcome: Mapped[str] = mapped_column(String(12))
    # Why, as codes with the days, rows and texts they name.
    notes: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    # The batch it is applied with; empty where nothing would change.
    batch: Mapped[int | None]
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # On a person's first row, by id: the employment, the placements that were added and withdrawn ("taken"), the
    # person where they are new, and what corrected the name.
    recorded: Mapped[dict[str, list[int]]] = mapped_column(Document, default=dict)
    # Whether undoing the import left this person alone, because their placements were changed after it.
    skipped: Mapped[bool] = mapped_column(default=False)
