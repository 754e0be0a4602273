"""What has happened to people, for the packages above. Sent inside the transaction; ``persons`` is a set of ids."""

from blinker import Signal

placements_changed = Signal()
"""Sent after placements were recorded or withdrawn, with the ``persons`` concerned."""

people_added = Signal()
"""Sent after HR added people to an organisation, with the new ``persons`` and the ``actor`` who added them.

A subscriber may refuse with ``Invalid``."""

email_corrected = Signal()
"""Sent before the e-mail of a ``person`` (their id) becomes ``email``, or none where that is ``None``, by an ``actor``.

A subscriber may refuse with ``Invalid``."""

additions_undone = Signal()
"""Sent after an import that added people was undone, with the ``persons`` who have no placement left, the ``actor``
and the ``reason``."""

import_began = Signal()
"""Sent before the first batch of a list is applied or undone, with the ``organisation_id``."""

import_finished = Signal()
"""Sent after the last batch of a list was applied or undone, with the ``organisation_id``."""

people_merged = Signal()
"""Sent after two person records were merged, or a merge undone.

``persons`` are all whose status may have changed: both, and all records merged with either."""

people_erased = Signal()
"""Sent when the names of ``persons`` were erased, by an ``actor`` for a ``reason``; all are records of one human being.

A subscriber may refuse with ``Invalid``."""
