"""What packages above say on pages of learning; filled in ``lms/app.py``."""

from collections.abc import Callable

from lms.catalogue.api import PublishedCourse
from lms.kernel.actor import Actor
from lms.kernel.hooks import Hook

quiz_notes: Hook[Callable[[Actor, PublishedCourse, str | None], str | None]] = Hook()
"""Returns a sentence for the page before a course's quiz, such as what renewing today would give, or None.

The third argument is the sector, for courses that are awarded for each sector.
"""
