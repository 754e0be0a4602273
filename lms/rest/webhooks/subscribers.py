"""Tells webhooks of certificates; connected in `lms.app`."""

from collections.abc import Set as AbstractSet
from typing import Any

from lms.rest.webhooks.operations import queue_awards


def on_awards_changed(_sender: object, *, awards: AbstractSet[int], **_more: Any) -> None:
    """Queues the events of issued and revoked certificates, in the transaction that issued or revoked them."""
    queue_awards(awards)
