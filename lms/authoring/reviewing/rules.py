"""How far a draft is on its way to learners. Pure."""

from enum import StrEnum


class ReviewState(StrEnum):
    """The state of an open draft."""

    DRAFTED = "drafted"
    IN_REVIEW = "in_review"
    CHANGED = "changed"
    SIGNED_OFF = "signed_off"


WAITING = (ReviewState.IN_REVIEW, ReviewState.CHANGED)
"""The states in which a draft waits for a reviewer."""


def review_state(requested: str | None, present: str, *, signed_off: bool) -> ReviewState:
    """Returns a draft's state from the digest of the text for which a review was asked (None: for none) and its own."""
    if signed_off:
        return ReviewState.SIGNED_OFF
    if requested is None:
        return ReviewState.DRAFTED
    return ReviewState.IN_REVIEW if requested == present else ReviewState.CHANGED
