"""The note that an installation is a demonstration."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model, UtcDateTime


class Demonstration(Model):
    """One row: everybody in this installation is invented. There is one at most. Personal data: none."""

    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[Id]
    # The day after the last record, and the seed of serials and questions: the same two give the same facts.
    anchor_on: Mapped[date]
    seed: Mapped[int]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
