"""What has been learned, announced to the packages above."""

from blinker import Signal

progress_made = Signal()
"""Sent in the transaction after modules were completed; ``completions`` is the set of their ids.

``persons`` is the set of ids of the people who completed them.
"""

course_completed = Signal()
"""Sent in the transaction after quizzes were passed with all modules of their edition completed.

``attempts`` is the set of the passed attempts' ids.
"""
