"""What compliance does when facts about people were written below: it notes whose statuses are to be prepared anew.

Connected in `lms.app`. The preparing itself is done once for each transaction, just before its commit.
"""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.compliance.projection.update import mark_dirty, mark_dirty_by


def on_persons_changed(_sender: object, *, persons: AbstractSet[int], **_more: Any) -> None:
    """Hears of placements, of awards, and of persons who are one."""
    mark_dirty(persons)


def on_attempts_changed(_sender: object, *, attempts: AbstractSet[int], **_more: Any) -> None:
    """Hears of attempts that were started."""
    mark_dirty_by("attempts", attempts)


def on_progress_made(_sender: object, *, completions: AbstractSet[int], **_more: Any) -> None:
    """Hears of modules that were completed."""
    mark_dirty_by("completions", completions)
