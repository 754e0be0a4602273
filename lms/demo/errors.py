"""Why the demonstration is not loaded."""

from lms.kernel.errors import Refusal


class RealPeople(Refusal):
    """The database holds people who were not invented."""

    def __init__(self, people: int) -> None:
        super().__init__(
            f"This database holds {people} people who are not invented: the demonstration is for an empty one. "
            "Name another folder (LMS_INSTANCE=/path) or another database (LMS_DATABASE_URL)."
        )


class CoursesMissing(Refusal):
    """The courses that the story is about are not published."""

    def __init__(self, slugs: list[str]) -> None:
        super().__init__(f"Publish the courses first (flask content publish): {', '.join(slugs)} missing.")
