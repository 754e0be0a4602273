"""The schemas of course.yml, of modules, and of translations."""

from typing import Annotated, Literal

from pydantic import Field

from lms.catalogue.source.schemas.banks import SourceReference
from lms.catalogue.source.schemas.base import (
    ConsiderationNumber,
    Language,
    LongText,
    Pause,
    Period,
    Reference,
    Schema,
    ShortText,
    Slug,
    Summary,
)


class Objective(Schema):
    """Something a person can do after the course."""

    id: Slug
    """The word that modules and questions use for it."""
    text: ShortText
    """What one can do, beginning with a verb."""


class PassingRules(Schema):
    """The passing rules of a quiz."""

    mark: int = Field(ge=1, le=100)
    """Percent of the points needed; red-line questions must be right besides."""
    draw: int = Field(ge=1, le=60)
    """How many questions an attempt has."""
    tries: int = Field(ge=1, le=20)
    """How many attempts before a pause."""
    pause: Pause
    """The pause after them, such as PT24H."""


class ContentReview(Schema):
    """Who has looked at the content."""

    state: Literal["draft", "reviewed"]
    """draft until an adviser has read it."""
    note: LongText
    """What was reviewed, by which function and when; shown to learners."""


class EditionChange(Schema):
    """What an edition changed, for who knows the edition before."""

    edition: int = Field(ge=2, le=999)
    """The edition that brought the change."""
    modules: list[Slug] = Field(min_length=1)
    """The modules, by their slugs, that somebody with a certificate of the edition before must read."""
    note: LongText | None = None
    """What is new, in a sentence or two; shown to learners."""


class CourseFile(Schema):
    """A course: modules/<course>/course.yml."""

    title: ShortText
    """The course's title, as printed on certificates."""
    summary: Summary
    """What it is for, in one sentence."""
    code: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]
    """A short code for tables and certificates, such as CP-ID."""
    edition: int = Field(ge=1, le=999)
    """A whole number, raised when the meaning changes: module list, passing rules, keys."""
    validity: Period
    """How long a certificate lasts, such as P2Y."""
    renewal: Period
    """How early before its end it can be renewed without losing time, such as P60D."""
    per_sector: bool = False
    """Whether completion, quiz and award are per sector (sector briefs)."""
    languages: list[Language] = Field(default=["en"], min_length=1)
    """The languages it is written in, the original first."""
    considerations: list[ConsiderationNumber] = Field(default=[])
    """Which of the nine key considerations it serves."""
    order: int | None = Field(default=None, ge=1, le=999)
    """Its place in lists of courses; those without one follow, by consideration and title."""
    objectives: list[Objective] = Field(min_length=1, max_length=12)
    """What a person can do afterwards."""
    passing: PassingRules = Field(alias="pass")
    """The passing rules."""
    changes: list[EditionChange] = Field(default=[])
    """What each edition changed, so that who renews reads only that; without a line for an edition, all is read."""
    content_note: LongText | None = None
    """A content warning, shown before the course begins."""
    sources: list[SourceReference] = Field(min_length=1)
    """The sources of its facts."""
    review: ContentReview
    """Who has reviewed it."""
    certificate: Slug = "standard"
    """The certificate's design: a file in certificates/ without its ending."""


class ModuleFrontMatter(Schema):
    """The front matter of a module: modules/<course>/01-<module>.md."""

    title: ShortText
    """The module's title; the text itself begins with sections (##)."""
    minutes: int = Field(ge=1, le=120)
    """How long it takes, in minutes."""
    objectives: list[Slug] = Field(min_length=1)
    """The objectives it serves, by their ids."""
    summary: Summary
    """One sentence for lists."""
    sector: Slug | None = None
    """The sector, in courses that are per sector."""
    considerations: list[ConsiderationNumber] = Field(default=[])
    """Which of the nine key considerations it serves; absent: the first of its course."""


class TranslatedFrontMatter(Schema):
    """The front matter of a translated module: modules/<course>/01-<module>.<language>.md."""

    title: ShortText
    """The translated title."""
    summary: Summary
    """The translated summary."""
    reference: Reference
    """The first 12 hex digits of the original file's SHA-256 at the time of translating."""


class TranslatedPart(Schema):
    """The translated texts of an option, a statement or a pair."""

    id: Slug
    """The id in the original."""
    text: LongText | None = None
    """The translated text."""
    left: LongText | None = None
    """The translated left side of a pair."""
    right: LongText | None = None
    """The translated right side of a pair."""
    feedback: LongText | None = None
    """The translated feedback."""


class TranslatedNode(Schema):
    """The translated texts of a node of a story."""

    stem: LongText
    """What happens, translated."""
    options: list[TranslatedPart]
    """The translated choices."""


class TranslatedQuestion(Schema):
    """The translated texts of a question."""

    id: Slug
    """The id in the original."""
    reference: Reference
    """The first 12 hex digits of the original question's SHA-256 (flask content check prints it)."""
    stem: LongText | None = None
    """The translated stem."""
    options: list[TranslatedPart] = Field(default=[])
    """The translated options."""
    statements: list[TranslatedPart] = Field(default=[])
    """The translated statements."""
    pairs: list[TranslatedPart] = Field(default=[])
    """The translated pairs."""
    nodes: dict[Slug, TranslatedNode] = Field(default={})
    """The translated nodes of a story."""


class BankTranslationFile(Schema):
    """A question bank in another language: quizzes/<course>.<language>.yml."""

    course: Slug
    """The course it belongs to."""
    questions: list[TranslatedQuestion]
    """The translated questions."""
