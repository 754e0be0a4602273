"""The tables of the interface for programs."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import BigId, Document, Id, Model, UtcDateTime
from lms.kernel.records import Retractable
from lms.people.models import DutyStation, Organisation


class Webhook(Retractable, Model):
    """One row: what happens at an organisation is sent to this address, until it is retracted.

    Personal data: none but the account that made it.
    """

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    address: Mapped[str] = mapped_column(String(500))
    # Words of `EventKind`.
    kinds: Mapped[list[str]] = mapped_column(Document)
    # What the signing secret is derived from, with the installation's key; random.
    token: Mapped[str] = mapped_column(String(40), unique=True)
    # Until when nothing is sent, since the address did not answer.
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    organisation: Mapped[Organisation] = relationship(lazy="raise")


class WebhookDelivery(Model):
    """One row: one event for one webhook, and how sending it last ended.

    Personal data: the staff number and what happened; removed 30 days later.
    """

    __table_args__ = (
        Index("ix_webhook_delivery_list", "webhook_id", "id"),
        CheckConstraint("delivered_at IS NULL OR answer BETWEEN 200 AND 299", name="delivered_when_answered"),
    )

    id: Mapped[Id]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    # A word of `EventKind`, or `test`.
    kind: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    # How often it was sent; the code that was answered last, or why there was no answer.
    tries: Mapped[int] = mapped_column(default=0)
    answer: Mapped[int | None]
    problem: Mapped[str] = mapped_column(String(20), default="")
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SentStatus(Model):
    """One row: the training status of somebody at an organisation, as its webhooks were last told.

    Personal data: a person's training status; removed when the organisation has no webhook for it any more.
    """

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    # The worst status of each required course, as in `PostInterval`.
    courses: Mapped[str] = mapped_column(Text)


class DirectoryEntry(Model):
    """One row: how an organisation's own directory knows somebody who has a staff number there.

    Personal data: the name the directory uses for the person, and its own number of them; removed when the person is
    erased.
    """

    __table_args__ = (
        # Of those the directory has not removed.
        Index(
            "uq_directory_entry_user_name",
            "organisation_id",
            "user_name_key",
            unique=True,
            sqlite_where=text("removed_at IS NULL"),
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_directory_entry_external", "organisation_id", "external_id"),
    )

    employment_id: Mapped[int] = mapped_column(ForeignKey("employment.id"), primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    user_name: Mapped[str] = mapped_column(String(254))
    # The same in lower case, as it is compared.
    user_name_key: Mapped[str] = mapped_column(String(300))
    external_id: Mapped[str | None] = mapped_column(String(254))
    # Where the directory says somebody works who does not work here: they begin there once it says they do.
    station_id: Mapped[int | None] = mapped_column(ForeignKey("duty_station.id"))
    sector: Mapped[str | None] = mapped_column(ForeignKey("sector.slug"))
    role: Mapped[str | None] = mapped_column(String(60))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # When the directory removed the person from its list: nobody finds the entry until it adds them again.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    station: Mapped[DutyStation | None] = relationship(lazy="raise")


class DirectoryGroup(Model):
    """One row: a group of an organisation's directory stands for a sector or a role. Personal data: none."""

    __table_args__ = (
        CheckConstraint("(sector IS NULL) <> (role IS NULL)", name="sector_or_role"),
        UniqueConstraint("organisation_id", "role"),
    )

    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    sector: Mapped[str | None] = mapped_column(ForeignKey("sector.slug"))
    # A word of `Role`: whoever has it in the organisation is in the group.
    role: Mapped[str | None] = mapped_column(String(20))
    # As the directory writes the sector or role.
    name: Mapped[str] = mapped_column(String(200))
    external_id: Mapped[str | None] = mapped_column(String(254))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DirectoryGroupMember(Model):
    """One row: the directory lists somebody in one of its groups that are sectors.

    Personal data: that it does; removed when the directory takes them out of the group, and when the person is erased.
    """

    group_id: Mapped[int] = mapped_column(ForeignKey("directory_group.id"), primary_key=True)
    employment_id: Mapped[int] = mapped_column(ForeignKey("employment.id"), primary_key=True, index=True)
