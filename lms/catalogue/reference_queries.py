"""What all courses share as it is published now, and the pictures of courses."""

from sqlalchemy import select

from lms.catalogue.models import Course, CourseRevision, CourseRevisionPicture, PictureFile, Sheet
from lms.catalogue.published import ConsiderationRow, PublishedPicture, Term
from lms.kernel.db import session
from lms.kernel.kept import keep


def glossary() -> tuple[Term, ...]:
    """Returns the terms of the glossary, in the order of its file."""
    sheet = _latest("glossary")
    return tuple(
        Term(row["slug"], row["term"], row["definition"], row["certainty"], row.get("source"))
        for row in (sheet.body if sheet else ())
    )


def considerations() -> tuple[ConsiderationRow, ...]:
    """Returns the nine considerations in their order."""
    sheet = _latest("considerations")
    rows = (
        ConsiderationRow(row["number"], row["title"], row["text"]) for row in (sheet.body if sheet else ())
    )
    return tuple(sorted(rows, key=lambda row: row.number))


def _latest(name: str) -> Sheet | None:
    return session.scalar(select(Sheet).where(Sheet.name == name).order_by(Sheet.id.desc()).limit(1))


def find_picture(course: str, name: str, digest: str = "") -> PublishedPicture | None:
    """Finds a picture of a course by its name.

    With the first digits of its ``digest`` in any revision that was ever published, else as the course shows it now.
    """
    query = (
        select(CourseRevisionPicture.digest)
        .join(CourseRevision, CourseRevision.id == CourseRevisionPicture.course_revision_id)
        .join(Course, Course.id == CourseRevision.course_id)
        .where(Course.slug == course, CourseRevisionPicture.name == name)
    )
    if digest:
        query = query.where(CourseRevisionPicture.digest.startswith(digest, autoescape=True))
    else:
        query = query.where(Course.current_revision_id == CourseRevision.id)
    found = session.scalar(query.limit(1))
    return keep(("picture", found), lambda: _load_picture(found)) if found else None


def _load_picture(digest: str) -> PublishedPicture | None:
    row = session.get(PictureFile, digest)
    return PublishedPicture(row.digest, row.media_type, row.data) if row else None
