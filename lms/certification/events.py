"""What has happened to awards, told to the rooms above."""

from blinker import Signal

awards_changed = Signal()
"""Sent after awards were issued, superseded or revoked, inside the transaction; ``awards`` is the set of award ids,
``persons`` the set of those who hold them. For a superseding award the set holds both, the old and the new.
"""
