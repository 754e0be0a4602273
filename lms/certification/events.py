"""Events of awards, for the packages above."""

from blinker import Signal

awards_changed = Signal()
"""Sent after awards were issued, superseded or revoked, inside the transaction; ``awards`` is the set of award ids,
``persons`` the set of their holders. For a corrected award the set has both, the old and the new one.
"""
