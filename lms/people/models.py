"""The tables of people: who works where, from which day to which day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.identifiers import identifier_key
from lms.kernel.records import Recorded, Retractable
from lms.people.rules import AssignmentDetails


class Organisation(Model):
    """One row: an organisation that employs people here and sees only its own. Personal data: none."""

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    # Two or three letters shown where there is no mark.
    initials: Mapped[str] = mapped_column(String(6))
    # IANA name; used where a station names none.
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    # Whether it agreed that coordinators see its counts.
    shares_coverage: Mapped[bool] = mapped_column(default=False)
    # Whether its people may take a quiz before they have read the modules.
    quiz_without_modules: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Sector(Model):
    """One row: a sector of the response, as modules/sectors.yml says. Personal data: none."""

    # The word used in files, addresses and facts.
    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    position: Mapped[int]
    # Full and short names by language.
    names: Mapped[dict[str, str]] = mapped_column(Document)
    short: Mapped[dict[str, str]] = mapped_column(Document)
    icon: Mapped[str] = mapped_column(String(40))
    # Hues of its band: light and dark.
    hue: Mapped[dict[str, str]] = mapped_column(Document)
    # What it can do first to protect children, by language.
    priority_action: Mapped[dict[str, str]] = mapped_column(Document)
    # Whether it is one of the nine.
    core: Mapped[bool] = mapped_column(default=True)

    def name(self, language: str = "en") -> str:
        """Returns the full name in a language, in English where there is none."""
        return self.names.get(language) or self.names["en"]

    def short_name(self, language: str = "en") -> str:
        """Returns the short name in a language, in English where there is none."""
        return self.short.get(language) or self.short["en"]


class DutyStation(Model):
    """One row: a place where people of several organisations work. Personal data: none."""

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(80))
    # IANA name: the day a course is earned is the day here.
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Person(Model):
    """One row: a human being, whoever employs them.

    Personal data: names, e-mail, language; erased on request or after the retention period, the row stays.
    """

    id: Mapped[Id]
    # As the person writes it.
    name: Mapped[str] = mapped_column(String(200))
    # Its parts, where they are known.
    given_name: Mapped[str | None] = mapped_column(String(200))
    family_name: Mapped[str | None] = mapped_column(String(200))
    # As certificates print it, where that is not the name.
    printed_name: Mapped[str | None] = mapped_column(String(200))
    # Where reminders go; many people have none.
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    language: Mapped[str] = mapped_column(String(12), default="en")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When all of the above was emptied; the name is then # and the record's number.
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def name_on_certificates(self) -> str:
        """Returns the name that the next certificate prints."""
        return self.printed_name or self.name


class PersonCorrection(Recorded, Model):
    """One row: a detail of a person was corrected: what it was before, what it became, and why. Never changed.

    Personal data: both values; erased on request by emptying the two, the row stays.
    """

    __table_args__ = (
        CheckConstraint(
            "field IN ('name', 'given_name', 'family_name', 'printed_name', 'email', 'language', 'staff_number')",
            name="field_known",
        ),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Whose HR corrected it; empty for an administrator.
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    # Whose staff number it was, where it was one.
    employment_id: Mapped[int | None] = mapped_column(ForeignKey("employment.id"))
    field: Mapped[str] = mapped_column(String(20))
    # Empty where there was none, or where it was erased.
    old_value: Mapped[str | None] = mapped_column(String(254))
    new_value: Mapped[str | None] = mapped_column(String(254))
    reason: Mapped[str] = mapped_column(String(500))


def _staff_number_key(context: Any) -> str:
    return identifier_key(context.get_current_parameters()["staff_number"])


LONGEST_STAFF_NUMBER = 40


class Employment(Recorded, Model):
    """One row: a person has this staff number at this organisation.

    Personal data: the staff number; erased with the person's name, the row stays.
    """

    __table_args__ = (
        UniqueConstraint("organisation_id", "staff_number"),
        # All three: SQLite would look for a person's number among all of an organisation.
        Index("ix_employment_person_number", "person_id", "organisation_id", "staff_number"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    staff_number: Mapped[str] = mapped_column(String(LONGEST_STAFF_NUMBER), index=True)
    # The number as it is compared: see identifier_key.
    staff_number_key: Mapped[str] = mapped_column(String(200), default=_staff_number_key, server_default="", index=True)

    person: Mapped[Person] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Placement(Retractable, Model):
    """One row: under that employment, from day to day inclusive, one station, one main sector, one role.

    Never changed: ending one retracts the open row and adds a closed one.
    Personal data: where someone works and as what; stored as long as the reports it explains.
    """

    __table_args__ = (
        CheckConstraint("through_on IS NULL OR through_on >= from_on", name="through_after_from"),
        Index("ix_placement_employment_from", "employment_id", "from_on"),
    )

    id: Mapped[Id]
    employment_id: Mapped[int] = mapped_column(ForeignKey("employment.id"))
    station_id: Mapped[int] = mapped_column(ForeignKey("duty_station.id"), index=True)
    # The main sector: where the person counts in the report.
    sector: Mapped[str] = mapped_column(ForeignKey("sector.slug"), index=True)
    # Further sectors whose requirements also apply.
    also_sectors: Mapped[list[str]] = mapped_column(Document, default=list)
    # What the person does and the kind of contract, as lower-case words, such as driver and volunteer.
    role: Mapped[str] = mapped_column(String(60))
    contract: Mapped[str] = mapped_column(String(30), default="staff")
    works_with_children: Mapped[bool] = mapped_column(default=False)
    # First and last day, both included; no last day while it is open. May start in the future.
    from_on: Mapped[date]
    through_on: Mapped[date | None]

    employment: Mapped[Employment] = relationship(lazy="raise")
    station: Mapped[DutyStation] = relationship(lazy="raise")

    @property
    def details(self) -> AssignmentDetails:
        """Returns where somebody works and as what."""
        return AssignmentDetails.of(self)


class PersonMerge(Retractable, Model):
    """One row: two person records are one human being; facts of both count for either.

    Never an update of the facts: undoing it sets when it was withdrawn, once.
    Personal data: that two records are one person's; stored as long as the reports it explains.
    """

    __table_args__ = (
        CheckConstraint("surviving_id <> merged_id", name="two_persons"),
        # A person is merged into one other at most at a time.
        Index(
            "uq_person_merge_merged_id_standing",
            "merged_id",
            unique=True,
            sqlite_where=text("retracted_at IS NULL"),
            postgresql_where=text("retracted_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    # The person record that both are shown under.
    surviving_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # The person record whose facts count for the surviving one.
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The organisation in whose name it was done.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    reason: Mapped[str] = mapped_column(String(500))

    merged: Mapped[Person] = relationship(foreign_keys=[merged_id], lazy="raise")


class CorrectionRequest(Recorded, Model):
    """One row: a person asks HR of one organisation to correct their record. Never changed.

    Personal data: what the person wrote about their own record; emptied when the person is erased.
    """

    __table_args__ = (
        CheckConstraint("kind IN ('placement', 'certificate', 'name', 'other')", name="kind_known"),
        Index("ix_correction_request_organisation", "organisation_id", "recorded_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Whose HR should correct it.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(20))
    # What is wrong and what is right, in the person's words.
    text: Mapped[str] = mapped_column(String(300))


class CorrectionRequestAnswer(Recorded, Model):
    """One row: HR's answer to a correction request. One answer each, never changed.

    Personal data: the answer, which the person reads; emptied when the person is erased.
    """

    # A constraint keeps the name it was created with: SQLite cannot rename it.
    __table_args__ = (UniqueConstraint("request_id", name="uq_record_query_answer_query_id"),)

    id: Mapped[Id]
    request_id: Mapped[int] = mapped_column(ForeignKey("correction_request.id"))
    # What was corrected, or why nothing was.
    text: Mapped[str] = mapped_column(String(500))
