"""What publishing a draft would change, and for whom: read before it is published."""

from collections.abc import Mapping
from dataclasses import dataclass

from lms.authoring.drafts.check import CheckedDraft, check_draft
from lms.authoring.drafts.queries import read_draft
from lms.authoring.models import Draft
from lms.authoring.publishing.queries import PeopleConcerned, count_people_concerned
from lms.catalogue.api import (
    FileDifference,
    Problem,
    PublishedCourse,
    check_files,
    find_edition_problems,
    list_differences,
    read_published_files,
)


@dataclass(frozen=True, slots=True)
class PublicationPreview:
    """What a draft would change: by file, why an edition is needed, and who would be concerned by one.

    ``edition`` is that of the draft, None where its course.yml is not valid; ``modules`` are its modules by slug.
    """

    differences: list[FileDifference]
    checked: CheckedDraft
    edition_problems: list[Problem]
    edition: int | None
    modules: list[tuple[str, str]]
    people: PeopleConcerned | None


def preview_publication(draft: Draft, published: PublishedCourse | None) -> PublicationPreview:
    """Returns what publishing a draft would change, judged as publishing does."""
    files = read_draft(draft)
    sources, _problems = check_files(files, draft.course)
    course = sources.course(draft.course)
    modules = [(each.slug, each.front.title if each.front else each.slug) for each in course.modules] if course else []
    return PublicationPreview(
        list_differences(read_published_files(), files, draft.course),
        check_draft(draft),
        find_edition_problems(files),
        course.manifest.edition if course and course.manifest else None,
        modules,
        count_people_concerned(published.course_id, published.edition_id) if published else None,
    )


def edition_of(files: Mapping[str, bytes], course: str) -> int | None:
    """Returns the edition of a course in some files; None where course.yml is not there or not valid."""
    sources, _problems = check_files(files, course)
    found = sources.course(course)
    return found.manifest.edition if found and found.manifest else None
