"""What has happened to accounts, for the packages above. Sent inside the transaction."""

from blinker import Signal

administrator_created = Signal()
"""Sent after an administrator was created from the command line, with the new ``account``."""
