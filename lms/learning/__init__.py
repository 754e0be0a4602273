"""Learning itself: the module player, completions, and the pages of the quiz.

Marking belongs to assessment, awards to certification; this room says when a course was completed.
"""
