"""The result of a submitted attempt for its learner: what they know, and what to read again."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.assessment.api import ReviewedQuestion
from lms.catalogue.api import PublishedCourse, PublishedModule


@dataclass(frozen=True, slots=True)
class ReadAgainLink:
    """A section of a module to read again; without a section, the module's beginning."""

    module: PublishedModule
    section_id: str
    section_title: str


@dataclass(frozen=True, slots=True)
class ObjectiveResult:
    """One objective: its text, how many of its questions were right, and what to read again."""

    text: str
    right: int
    question_count: int
    links: tuple[ReadAgainLink, ...]

    @property
    def known(self) -> bool:
        """Returns whether every question about it was right."""
        return self.right == self.question_count


def results_by_objective(course: PublishedCourse, questions: Sequence[ReviewedQuestion]) -> list[ObjectiveResult]:
    """Returns an attempt's results by objective, in the course's order; objectives without a question are left out."""
    results = []
    for objective in course.meta.get("objectives", ()):
        about = [question for question in questions if question.objective == objective["id"]]
        if about:
            found = (read_again_link(course, question) for question in about if not question.right)
            # Each section once.
            links = {(link.module.slug, link.section_id): link for link in found if link}
            right = sum(question.right for question in about)
            results.append(ObjectiveResult(objective["text"], right, len(about), tuple(links.values())))
    return results


def read_again_link(course: PublishedCourse, question: ReviewedQuestion) -> ReadAgainLink | None:
    """Returns the section that explains a question; None where the course no longer has that module."""
    if question.refresh is None:
        return None
    slug, section_id = question.refresh
    module = course.module(slug)
    if module is None:
        return None
    titles = {section["id"]: section["title"] for section in module.sections}
    known = section_id in titles
    return ReadAgainLink(module, section_id if known else "", titles.get(section_id, ""))
