"""What other packages may use of the catalogue: publishing, and what is published.

Queries return immutable values. What belongs to a revision never changes, so it is cached in the process; which
revision is published now is read from the database every time. Texts come in the given language where they are
translated, else in the language the course was written in.
"""

from lms.catalogue.operations import publish
from lms.catalogue.queries.courses import (
    BankQuestion,
    PublishedCourse,
    PublishedModule,
    bank,
    course_by_id,
    last_publication_id,
    latest_revision_of_edition,
    list_courses,
    load_course_revision,
    module_segments,
    published_course,
    with_course_title,
)
from lms.catalogue.queries.shared_content import SectorRow, considerations, find_picture, glossary, list_sectors
from lms.catalogue.source.read import source_fingerprint

__all__ = [
    "BankQuestion",
    "PublishedCourse",
    "PublishedModule",
    "SectorRow",
    "bank",
    "considerations",
    "course_by_id",
    "find_picture",
    "glossary",
    "last_publication_id",
    "latest_revision_of_edition",
    "list_courses",
    "list_sectors",
    "load_course_revision",
    "module_segments",
    "publish",
    "published_course",
    "source_fingerprint",
    "with_course_title",
]
