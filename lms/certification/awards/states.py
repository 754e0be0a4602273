"""The state of an award on a day: what somebody who checks a certificate sees. It is not a training status."""

from datetime import date
from enum import StrEnum


class AwardState(StrEnum):
    """What can be said of an award on a day."""

    VALID = "valid"
    ENDED = "ended"
    REVOKED = "revoked"
    REPLACED = "replaced"


def state_on(day: date, *, valid_until: date, revoked_on: date | None, replaced: bool) -> AwardState:
    """Returns the state of an award on a day from its last valid day and what has happened to it since.

    A replaced award says so whatever else is true of it, because its successor carries the dates; a revocation
    counts from its effective day on and is shown even after the award would have expired.
    """
    if replaced:
        return AwardState.REPLACED
    if revoked_on is not None and revoked_on <= day:
        return AwardState.REVOKED
    return AwardState.VALID if day <= valid_until else AwardState.ENDED
