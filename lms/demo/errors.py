"""Why the demonstration is not loaded."""

from flask_babel import gettext as _

from lms.kernel.errors import Refusal


class CourseUnfit(Refusal):
    """A course has changed so much that the demonstration cannot be loaded with it."""

    def __init__(self, slug: str) -> None:
        super().__init__(
            _(
                "The demonstration does not fit the course %(course)s as it is published now: its quiz cannot be "
                "passed and failed as the data file says, or whether it is learned sector by sector has changed.",
                course=slug,
            )
        )
