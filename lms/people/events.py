"""What has happened to people, told to the rooms above."""

from blinker import Signal

placements_changed = Signal()
"""Sent after placements were recorded or retracted, inside the transaction; ``persons`` is the set of person ids."""

people_added = Signal()
"""Sent after HR added people to an organisation, inside the transaction; ``persons`` is the set of person ids and
``actor`` is who added them. A listener may refuse with ``Invalid``."""
