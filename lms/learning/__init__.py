"""Learning: courses and modules, completions, and the pages of the quiz.

Grading belongs to assessment, awards to certification; this package decides when a course is completed.
"""
