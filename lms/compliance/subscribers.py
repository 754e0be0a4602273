"""Notes whose training status is to be updated when lower packages write facts about people; connected in `lms.app`.

The update itself is done once for each transaction, just before its commit.
"""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.compliance.projection.counts import held
from lms.compliance.projection.update import mark_dirty
from lms.kernel.transaction_memo import clear_memo


def on_people_changed(_sender: object, *, persons: AbstractSet[int], **_more: Any) -> None:
    """Handles changed placements and merged records."""
    clear_memo()
    mark_dirty(persons)


def on_import_began(_sender: object, *, organisation_id: int) -> None:
    """Handles that a list of people begins to be recorded, batch by batch."""
    held.hold(organisation_id)


def on_import_finished(_sender: object, *, organisation_id: int) -> None:
    """Handles that the last batch of a list is recorded: figures follow it from the commit on."""
    held.release(organisation_id)


def on_learning_changed(_sender: object, *, persons: AbstractSet[int], **_more: Any) -> None:
    """Handles changed awards, attempts and completions."""
    mark_dirty(persons)
