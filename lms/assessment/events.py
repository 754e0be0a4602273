"""What has happened to attempts, told to the rooms above."""

from blinker import Signal

attempts_changed = Signal()
"""Sent inside the transaction after attempts were started or submitted; ``attempts`` is the set of ids."""
