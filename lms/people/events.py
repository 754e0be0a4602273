"""What has happened to people, told to the rooms above."""

from blinker import Signal

placements_changed = Signal()
"""Sent after placements were recorded or retracted, inside the transaction; ``persons`` is the set of person ids."""

people_added = Signal()
"""Sent after HR added people to an organisation, inside the transaction; ``persons`` is the set of person ids and
``actor`` is who added them. A listener may refuse with ``Invalid``."""

people_merged = Signal()
"""Sent after two persons were recorded as one, or that was undone, inside the transaction; ``persons`` is the set of
everybody whose standing may be another now: both, and all who were one with either."""
