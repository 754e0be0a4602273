"""What has been learned, told to the rooms above."""

from blinker import Signal

progress_made = Signal()
"""Sent inside the transaction after modules were completed; ``completions`` is the set of their ids."""

course_completed = Signal()
"""Sent inside the transaction after quizzes were passed with all modules of their edition complete.

``attempts`` is the set of the passed attempts' ids.
"""
