"""What a marked attempt tells its learner: what they know, and what to read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lms.assessment.papers import ReviewedQuestion
from lms.catalogue.api import PublishedCourse, PublishedModule


@dataclass(frozen=True, slots=True)
class Place:
    """A section of a module to read again; without a section, the module's beginning."""

    module: PublishedModule
    section_id: str
    section_title: str


@dataclass(frozen=True, slots=True)
class Learned:
    """One objective: its words, how many of its questions were right, and where to read again."""

    text: str
    right: int
    asked: int
    places: tuple[Place, ...]

    @property
    def known(self) -> bool:
        """Says whether every question about it was right."""
        return self.right == self.asked


def by_objective(course: PublishedCourse, questions: Sequence[ReviewedQuestion]) -> list[Learned]:
    """Sums up a marked attempt by objective, in the course's order; objectives not asked about are left out."""
    learned = []
    for objective in course.meta.get("objectives", ()):
        about = [question for question in questions if question.objective == objective["id"]]
        if about:
            right = sum(question.right for question in about)
            wrong = [question for question in about if not question.right]
            learned.append(Learned(objective["text"], right, len(about), tuple(places(course, wrong))))
    return learned


def places(course: PublishedCourse, questions: Iterable[ReviewedQuestion]) -> list[Place]:
    """Lists where the questions' answers stand, each place once."""
    found: dict[tuple[str, str], Place] = {}
    for question in questions:
        place = place_of(course, question)
        if place is not None:
            found.setdefault((place.module.slug, place.section_id), place)
    return list(found.values())


def place_of(course: PublishedCourse, question: ReviewedQuestion) -> Place | None:
    """Returns where a question's answer stands; nothing where the course no longer has that module."""
    if question.refresh is None:
        return None
    slug, section_id = question.refresh
    module = course.module(slug)
    if module is None:
        return None
    titles = {section["id"]: section["title"] for section in module.sections}
    known = section_id in titles
    return Place(module, section_id if known else "", titles.get(section_id, ""))
