"""The tables of people: what was true of whom, from which day to which day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime


class Organisation(Model):
    """One row: an organisation that employs people here and sees only its own. Personal data: none."""

    __tablename__ = "organisation"

    id: Mapped[Id]
    # The name in addresses and filters.
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    # The name as printed on certificates.
    name: Mapped[str] = mapped_column(String(120))
    # Two or three letters that stand for it where there is no mark.
    initials: Mapped[str] = mapped_column(String(6))
    # IANA name; used where a station names none.
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    # Whether it agreed that coordinators see its counts.
    shares_coverage: Mapped[bool] = mapped_column(default=False)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Sector(Model):
    """One row: a sector of the response, as modules/sectors.yml says. Personal data: none."""

    __tablename__ = "sector"

    # The word used in files, addresses and facts.
    slug: Mapped[str] = mapped_column(String(40), primary_key=True)
    # Its place in lists.
    position: Mapped[int]
    # Full names by language.
    names: Mapped[dict[str, str]] = mapped_column(Document)
    # Short names by language.
    short: Mapped[dict[str, str]] = mapped_column(Document)
    # The icon's name in the sprite.
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

    __tablename__ = "duty_station"

    id: Mapped[Id]
    # The name in addresses and filters.
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(80))
    # IANA name: the day a course is earned is the day here.
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Person(Model):
    """One row: a human being, whoever employs them.

    Personal data: name, e-mail, language; erased on request by blanking the three, the row stays.
    """

    __tablename__ = "person"
    id: Mapped[Id]
    # The name as the person writes it and as certificates print it.
    name: Mapped[str] = mapped_column(String(200))
    # Where reminders go; many people have none.
    email: Mapped[str | None] = mapped_column(String(254), index=True)
    # The language of pages and mails.
    language: Mapped[str] = mapped_column(String(12), default="en")
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Employment(Model):
    """One row: a person has this staff number at this organisation.

    Personal data: the staff number; kept with the facts that hang on it.
    """

    __tablename__ = "employment"
    __table_args__ = (UniqueConstraint("organisation_id", "staff_number"),)

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # The number the organisation knows the person by.
    staff_number: Mapped[str] = mapped_column(String(40), index=True)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The account that recorded it; empty for the house itself.
    recorded_by: Mapped[int | None] = mapped_column(BigId)

    person: Mapped[Person] = relationship(lazy="raise")
    organisation: Mapped[Organisation] = relationship(lazy="raise")


class Placement(Model):
    """One row: under that employment, from day to day inclusive, one station, one main sector, one role.

    Never changed: ending one retracts the open row and adds a closed one.
    Personal data: where someone works and as what; kept with the reports it explains.
    """

    __tablename__ = "placement"
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
    # What the person does, as a lower-case word, such as driver.
    role: Mapped[str] = mapped_column(String(60))
    # The kind of contract, as a lower-case word, such as staff or volunteer.
    contract: Mapped[str] = mapped_column(String(30), default="staff")
    # Whether the work brings regular contact with children.
    works_with_children: Mapped[bool] = mapped_column(default=False)
    # First and last day, both included; no last day while it is open. May start in the future.
    from_on: Mapped[date]
    through_on: Mapped[date | None]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId)
    # When it was withdrawn: set once, by a correction.
    retracted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retracted_by: Mapped[int | None] = mapped_column(BigId)

    employment: Mapped[Employment] = relationship(lazy="raise")
    station: Mapped[DutyStation] = relationship(lazy="raise")


class PersonMerge(Model):
    """One row: two persons are one human being; what is asked of either is answered from the facts of both.

    Never an update of the facts: undoing it sets when it was withdrawn, once.
    Personal data: that two records are one person's; kept with the reports it explains.
    """

    __tablename__ = "person_merge"
    __table_args__ = (
        CheckConstraint("kept_id <> merged_id", name="two_persons"),
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
    # The person under whose number both are shown.
    kept_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # The person whose facts count as the kept one's.
    merged_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # The organisation in whose name it was done.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # Why they are one.
    reason: Mapped[str] = mapped_column(String(500))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by: Mapped[int | None] = mapped_column(BigId)
    # When it was undone: set once.
    retracted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    retracted_by: Mapped[int | None] = mapped_column(BigId)


class RecordQuery(Model):
    """One row: somebody says that their record is wrong, to the HR of one organisation. Never changed.

    Personal data: what the person wrote about their own record; kept with its answer.
    """

    __tablename__ = "record_query"
    __table_args__ = (
        CheckConstraint("kind IN ('placement', 'certificate', 'name', 'other')", name="kind_known"),
        Index("ix_record_query_organisation", "organisation_id", "recorded_at"),
    )

    id: Mapped[Id]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    # Whose HR is asked.
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    # What is wrong: placement, certificate, name or other.
    kind: Mapped[str] = mapped_column(String(20))
    # What is wrong and what is right, in the person's words.
    said: Mapped[str] = mapped_column(String(300))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The account that asked.
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class RecordQueryAnswer(Model):
    """One row: HR has answered what somebody said of their record. One answer each, never changed.

    Personal data: the answer, which the person reads.
    """

    __tablename__ = "record_query_answer"
    __table_args__ = (UniqueConstraint("query_id"),)

    id: Mapped[Id]
    query_id: Mapped[int] = mapped_column(ForeignKey("record_query.id"))
    # What was done, or why nothing is to be done.
    said: Mapped[str] = mapped_column(String(500))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The account that answered.
    recorded_by: Mapped[int | None] = mapped_column(BigId)
