"""The pages of learning: courses and modules, quizzes and their results."""

from lms.learning.views import examining, reading, reference
from lms.learning.views.pages import bp

__all__ = ["bp", "examining", "reading", "reference"]
