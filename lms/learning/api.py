"""What other packages may use of learning: somebody's progress in courses. Moments are UTC."""

from lms.learning.course_progress import CourseProgress, list_course_progress
from lms.learning.events import course_completed, progress_made
from lms.learning.forms import read_responses
from lms.learning.hooks import SignedOff
from lms.learning.module_renderer import RenderedSegments, render_segments
from lms.learning.rules import NextStep

__all__ = [
    "CourseProgress",
    "NextStep",
    "RenderedSegments",
    "SignedOff",
    "course_completed",
    "list_course_progress",
    "progress_made",
    "read_responses",
    "render_segments",
]
