"""The courses that are published."""

from datetime import datetime

from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.catalogue.api import list_courses
from lms.rest.endpoints import Shape, endpoint


class CourseEntry(Shape):
    """A published course."""

    course: str = Field(description="Its short name.")
    title: str
    code: str
    edition: int
    validity: str = Field(description="ISO 8601 period for which its certificate is valid.")
    per_sector: bool = Field(description="Whether its certificate is for one sector.")
    minutes: int
    modules: list[str] = Field(description="The short names of its modules.")
    published_at: datetime | None


class CourseList(Shape):
    """All published courses."""

    items: list[CourseEntry]


@endpoint("GET", "/courses", scope=TokenScope.COURSES_READ, answer=CourseList)
def courses(*, caller: TokenHolder) -> CourseList:  # noqa: ARG001 - they are the same for all
    """Courses that are published."""
    return CourseList(
        items=[
            CourseEntry(
                course=each.slug,
                title=each.title,
                code=each.code,
                edition=each.edition,
                validity=each.validity,
                per_sector=each.per_sector,
                minutes=each.minutes,
                modules=[module.slug for module in each.modules],
                published_at=each.published_at,
            )
            for each in list_courses()
        ]
    )
