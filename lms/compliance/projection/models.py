"""The tables that follow from facts: status intervals of people and posts, and the counts made of them."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, Index, PrimaryKeyConstraint, SmallInteger, String, Text, and_
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class _Interval:
    """What both tables of intervals hold: whose they are, and their days."""

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(BigId)
    organisation_id: Mapped[int] = mapped_column(BigId)
    # First and last day, both included; 9999-12-31 where it never ends.
    from_on: Mapped[date]
    through_on: Mapped[date]

    @classmethod
    def covers(cls, day: date) -> ColumnElement[bool]:
        """Returns the condition that a day is one of them."""
        return and_(cls.from_on <= day, cls.through_on >= day)


class StatusInterval(_Interval, Model):
    """One row: from day to day a person has this status for a requirement in an organisation. Follows from the facts.

    Days on which nothing is required have no row. Rows are replaced whenever a fact about the person is written.
    Personal data: a person's training status; stored as long as the facts it follows from.
    """

    __table_args__ = (
        Index("ix_status_interval_person", "person_id", "organisation_id"),
        # How many people a requirement applies to on a day, from the index alone.
        Index("ix_status_interval_requirement", "organisation_id", "requirement_id", "from_on", "through_on"),
    )

    requirement_id: Mapped[int] = mapped_column(BigId)
    # The index of the status in order of severity, 0 for overdue.
    status: Mapped[int] = mapped_column(SmallInteger)
    # What a list shows beside it, as the six rules say.
    due_on: Mapped[date | None]
    valid_through: Mapped[date | None]
    award_id: Mapped[int | None] = mapped_column(BigId)


class PostInterval(_Interval, Model):
    """One row: from day to day a post (a person in an organisation) has this placement and this overall status.

    Follows from the facts, and is replaced with them.
    Personal data: a person's training status; stored as long as the facts it follows from.
    """

    __table_args__ = (
        Index("ix_post_interval_person", "person_id", "organisation_id"),
        # The list of a report, worst and most urgent first, without sorting an organisation.
        Index("ix_post_interval_list", "organisation_id", "overall", "urgent_on", "person_id"),
        Index("ix_post_interval_station", "station_id", "through_on"),
        Index("ix_post_interval_lapse", "organisation_id", "lapses_on"),
    )

    # The placement the post counts under.
    station_id: Mapped[int] = mapped_column(BigId)
    sector: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(60))
    contract: Mapped[str] = mapped_column(String(30))
    works_with_children: Mapped[bool]
    # The index of the overall status in order of severity; the last where nothing is required.
    overall: Mapped[int] = mapped_column(SmallInteger)
    # The worst status of each required course, as course:index in order, such as "3:7 5:0".
    courses: Mapped[str] = mapped_column(Text)
    # When the overall status was due or ends; 9999-12-31 where neither is.
    urgent_on: Mapped[date]
    # While the post is compliant: the first day on which it no longer is without further training.
    lapses_on: Mapped[date | None]


class _Counted:
    """What every table of counts holds beside a day: how many posts have a status."""

    organisation_id: Mapped[int] = mapped_column(BigId)
    # "overall", or the number of a course.
    subject: Mapped[str] = mapped_column(String(20))
    sector: Mapped[str] = mapped_column(String(40))
    # A training status, or, of the overall status, "lapses_within_30_days" and so on.
    status: Mapped[str] = mapped_column(String(30))
    people: Mapped[int]


class CountDelta(_Counted, Model):
    """One row: from a day on so many more (or fewer) posts have this status; a job compacts the rows.

    Personal data: none, but that one post changed.
    """

    id: Mapped[Id]
    on_day: Mapped[date]


class DailyCount(_Counted, Model):
    """One row: the compacted deltas of a day: by how many posts this status changes on it. Personal data: none."""

    __table_args__ = (PrimaryKeyConstraint("subject", "on_day", "organisation_id", "sector", "status"),)

    on_day: Mapped[date]


class CountSnapshot(_Counted, Model):
    """One row: how many posts have this status before a day begins, of what is compacted; three times a month.

    A row of the sector "(all)" holds the sum of all sectors, which a trend reads.
    Personal data: none.
    """

    __table_args__ = (PrimaryKeyConstraint("subject", "before_on", "sector", "organisation_id", "status"),)

    # The day before which everything is added up: the 1st, 11th or 21st of a month.
    before_on: Mapped[date]


class CountHold(Model):
    """One row: the counts of an organisation are held as they were at a moment, while a list is imported.

    They are in the tables of counts under the organisation's number with a minus sign. Personal data: none.
    """

    organisation_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    held_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ProjectionState(Model):
    """One row: the only one, with the inputs of the intervals beside the facts, and which snapshots exist.

    Personal data: none.
    """

    id: Mapped[Id]
    # The inputs: a digest of settings and time zones, and the kind of each course; empty at first.
    inputs: Mapped[str] = mapped_column(Text)
    # The first and the last that have rows in count_snapshot, none before anything was compacted.
    first_snapshot: Mapped[date | None]
    last_snapshot: Mapped[date | None]
    # Another word whenever days and snapshots are written, at random; empty at first.
    counts_version: Mapped[str] = mapped_column(String(16), default="", server_default="")


class ProjectionJob(Model):
    """One row: a job that refreshes the intervals of many people, batch by batch.

    Personal data: none but the numbers of the persons of a list.
    """

    id: Mapped[Id]
    # Whose people; null for all organisations.
    organisation_id: Mapped[int | None] = mapped_column(BigId, index=True)
    # The person numbers of those on a list, in order; null for everybody.
    persons: Mapped[list[int] | None] = mapped_column(Document)
    # Why: requirement, list, inputs or rebuild.
    cause: Mapped[str] = mapped_column(String(20))
    # The inputs when it began: those of everybody when it is finished.
    inputs: Mapped[str] = mapped_column(Text)
    # Persons in all, persons done, and the greatest person number done.
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    cursor: Mapped[int] = mapped_column(BigId, default=0)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When a batch was last done: a job that stalls was killed.
    moved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
