"""The table of answers to writes."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel.db import Id, Model, UtcDateTime


class AnsweredWrite(Model):
    """One row: a program wrote something under a key, and this was the answer; removed seven days later.

    Personal data: the answer, with a name, an e-mail and a staff number.
    """

    __table_args__ = (UniqueConstraint("token_id", "key"),)

    id: Mapped[Id]
    token_id: Mapped[int] = mapped_column(ForeignKey("access_token.id"))
    # The program's own word for the act.
    key: Mapped[str] = mapped_column(String(100))
    # SHA-256 of the method, the address and the body: the same key is not for another act.
    digest: Mapped[str] = mapped_column(String(64))
    answer: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
