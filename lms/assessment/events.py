"""What has happened to attempts, announced to the packages above."""

from blinker import Signal

attempts_changed = Signal()
"""Sent in the transaction after attempts were started or submitted; ``attempts`` is the set of their ids.

``persons`` is the set of ids of the people who made them.
"""

attempts_regraded = Signal()
"""Sent in the transaction after attempts that had failed pass, since a question was corrected.

``attempts`` is the set of their ids, ``persons`` that of the people who made them.
"""

correction_applied = Signal()
"""Sent in the transaction after all attempts with a corrected question were graded again, once for each run.

``correction`` is its id, ``run`` which time it was.
"""
