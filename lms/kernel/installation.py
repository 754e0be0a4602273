"""What all machines of one installation know together: a row for each fact, such as the fingerprint of the key."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import String, inspect, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.kernel import clock, db
from lms.kernel.db import Model, UtcDateTime
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _

SECRET_KEY, BACKUP = "secret_key", "backup"
CLOCKS_APART = timedelta(minutes=10)
"""How far the clocks of two machines may be apart."""
_ROW_LOCK = 0x1057A11
"""The advisory lock of whoever adds or changes a row."""


class InstallationValue(Model):
    """One row: a fact about the whole installation, such as when it was last backed up. Personal data: none."""

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


def find_value(name: str) -> InstallationValue | None:
    """Returns a fact, or None."""
    return db.session.scalar(select(InstallationValue).where(InstallationValue.name == name))


def store_value(name: str, value: str) -> None:
    """Stores a fact in the present transaction."""
    db.lock_key(_ROW_LOCK)
    db.session.merge(InstallationValue(name=name, value=value, recorded_at=clock.now()))


def remove_value(name: str) -> None:
    """Removes a fact in the present transaction."""
    row = find_value(name)
    if row is not None:
        db.session.delete(row)


def claim_slot(name: str, slot: datetime) -> bool:
    """Returns whether nobody else has begun this job in this slot, and claims it. In a transaction of its own.

    ``slot`` is UTC without a zone. What a machine whose clock was ahead has claimed counts for nothing: the job would
    not be done until then.
    """
    text = slot.isoformat(timespec="minutes")
    latest = (clock.now() + CLOCKS_APART).replace(tzinfo=None).isoformat(timespec="minutes")
    with db.unit_of_work():
        db.lock_key(_ROW_LOCK)
        row = find_value(name)
        if row is not None and text <= row.value <= latest:
            return False
        store_value(name, text)
        return True


def _fingerprint(key: str, salt: str) -> str:
    """Returns what identifies a key and does not reveal it: scrypt with 16 MB, so that guessing short keys is slow."""
    return hashlib.scrypt(key.encode(), salt=salt.encode(), n=2**14, r=8, p=1, dklen=32).hex()


def check_secret_key(key: str) -> None:
    """Raises ``Refusal`` where the other machines on the same PostgreSQL have another key; the first one is recorded.

    SQLite has one machine, which may change its key whenever it likes. Before the first migration nothing is checked.
    """
    if db.db.engine.dialect.name == "sqlite" or not inspect(db.db.engine).has_table(InstallationValue.__tablename__):
        return
    with db.unit_of_work():
        db.lock_key(_ROW_LOCK)
        row = find_value(SECRET_KEY)
        if row is None:
            accept_secret_key(key)
            return
        salt, _colon, known = row.value.partition(":")
    if not hmac.compare_digest(known, _fingerprint(key, salt)):
        raise Refusal(
            _(
                "The other machines on this database have another secret key, so people would be signed out whenever "
                "another machine answers. Set LMS_SECRET_KEY to the same value on all of them. Where it was not set, "
                "the first machine has its key in the file secret_key of its instance folder. "
                "If you have changed the key on all machines: flask secret-key accept"
            )
        )


def accept_secret_key(key: str) -> None:
    """Records a key as the installation's, in the present transaction."""
    salt = secrets.token_hex(16)
    store_value(SECRET_KEY, f"{salt}:{_fingerprint(key, salt)}")
