"""What other packages may use of the catalogue: publishing, and what is published.

Queries return immutable values. What belongs to a revision never changes, so it is cached in the process; which
revision is published now is read from the database every time. Texts come in the given language where they are
translated, else in the language the course was written in.
"""

from typing import TYPE_CHECKING

from lms.catalogue.differences.files import FileDifference, list_differences
from lms.catalogue.differences.merging import MergedPart, list_marked_lines, merge_texts, merged_text
from lms.catalogue.differences.rules import ChangeKind, TextChange, compare_words
from lms.catalogue.file_contents import store_contents
from lms.catalogue.folders.operations import list_withheld, publish, publish_at_start
from lms.catalogue.operations import (
    PublicationResult,
    check_files,
    compose_yaml,
    drafted_question,
    find_edition_problems,
    lock_publishing,
    publish_files,
)
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
from lms.catalogue.queries.files import (
    FileChange,
    list_file_changes,
    list_published_files,
    read_contents,
    read_files_at,
    read_published_files,
)
from lms.catalogue.queries.shared_content import SectorRow, considerations, find_picture, glossary, list_sectors
from lms.catalogue.source.checks.placeholders import placeholder
from lms.catalogue.source.parsing.pictures import MEDIA_TYPES, find_picture_problems
from lms.catalogue.source.problems import Problem
from lms.catalogue.source.read import find_oversize, is_course_file, source_fingerprint

if TYPE_CHECKING:
    # What parses is loaded by those who parse: a tenth of the start.
    from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedModule
    from lms.catalogue.source.schemas.banks import AnyQuestion

__all__ = [
    "MEDIA_TYPES",
    "AnyQuestion",
    "BankQuestion",
    "ChangeKind",
    "FileChange",
    "FileDifference",
    "MergedPart",
    "ParsedCourse",
    "ParsedModule",
    "Problem",
    "PublicationResult",
    "PublishedCourse",
    "PublishedModule",
    "SectorRow",
    "TextChange",
    "bank",
    "check_files",
    "compare_words",
    "compose_yaml",
    "considerations",
    "course_by_id",
    "drafted_question",
    "find_edition_problems",
    "find_oversize",
    "find_picture",
    "find_picture_problems",
    "glossary",
    "is_course_file",
    "last_publication_id",
    "latest_revision_of_edition",
    "list_courses",
    "list_differences",
    "list_file_changes",
    "list_marked_lines",
    "list_published_files",
    "list_sectors",
    "list_withheld",
    "load_course_revision",
    "lock_publishing",
    "merge_texts",
    "merged_text",
    "module_segments",
    "placeholder",
    "publish",
    "publish_at_start",
    "publish_files",
    "published_course",
    "read_contents",
    "read_files_at",
    "read_published_files",
    "source_fingerprint",
    "store_contents",
    "with_course_title",
]
