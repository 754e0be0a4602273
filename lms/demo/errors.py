"""Why the demonstration is not loaded."""

from flask_babel import gettext as _

from lms.kernel.errors import Refusal


class RealPeople(Refusal):
    """The database holds people who were not invented."""

    def __init__(self, people: int) -> None:
        super().__init__(
            _(
                "This database holds %(people)s people who are not invented: the demonstration is for an empty one. "
                "Name another folder (LMS_INSTANCE=/path) or another database (LMS_DATABASE_URL).",
                people=people,
            )
        )


class CoursesMissing(Refusal):
    """The courses of the demonstration are not published."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__(
            _("Publish the courses first (flask content publish). Missing: %(courses)s.", courses=", ".join(slugs))
        )


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
