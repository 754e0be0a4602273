"""What is asked, what an answer is worth, who has passed and who may try: pure functions on plain values."""

from lms.assessment.rules.grading import Outcome, answered, clean, is_right, mark, outcome
from lms.assessment.rules.question_selection import Drawable, Drawn, draw, eligible
from lms.assessment.rules.retakes import MayTry, Try, length_of, may_try

__all__ = [
    "Drawable",
    "Drawn",
    "MayTry",
    "Outcome",
    "Try",
    "answered",
    "clean",
    "draw",
    "eligible",
    "is_right",
    "length_of",
    "mark",
    "may_try",
    "outcome",
]
