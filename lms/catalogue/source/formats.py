"""The forms of course files. Each field's sentence is the author's handbook and the help in an editor."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from lms.catalogue.source.fields import (
    Form,
    Language,
    Line,
    Pause,
    Period,
    Reference,
    Slug,
    Summary,
    Text,
    Words,
    in_english,
)
from lms.catalogue.source.questions import Bank, Source


class Objective(Form):
    """Something a person can do after the course."""

    id: Slug
    """The word that modules and questions use for it."""
    text: Line
    """What one can do, beginning with a verb."""


class Passing(Form):
    """What it takes to pass the quiz."""

    mark: int = Field(ge=1, le=100)
    """Percent of the points needed; red-line questions must be right besides."""
    draw: int = Field(ge=1, le=60)
    """How many questions one attempt asks."""
    tries: int = Field(ge=1, le=20)
    """How many attempts before a pause."""
    pause: Pause
    """The pause after them, such as PT24H."""


class Review(Form):
    """Who has looked at the content."""

    state: Literal["draft", "reviewed"]
    """draft until an adviser has read it."""
    note: Text
    """What was reviewed, by which function and when; shown to learners."""


class CourseFile(Form):
    """A course: modules/<course>/course.yml."""

    title: Line
    """The course's title, as printed on certificates."""
    summary: Summary
    """What it is good for, in one sentence."""
    code: Annotated[str, Field(pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$", max_length=20)]
    """A short code for tables and certificates, such as CP-ID."""
    edition: int = Field(ge=1, le=999)
    """A whole number, raised when the meaning changes: module list, passing rules, keys."""
    validity: Period
    """How long a certificate lasts, such as P2Y."""
    renewal: Period
    """How early before its end it can be renewed without losing time, such as P60D."""
    per_sector: bool = False
    """Whether each sector is learned, examined and awarded by itself (sector briefs)."""
    languages: list[Language] = Field(default=["en"], min_length=1)
    """The languages it is written in, the original first."""
    considerations: list[Annotated[int, Field(ge=1, le=9)]] = Field(default=[])
    """Which of the nine key considerations it serves."""
    order: int | None = Field(default=None, ge=1, le=999)
    """Its place in lists of courses; those without one follow, by consideration and title."""
    objectives: list[Objective] = Field(min_length=1, max_length=12)
    """What a person can do afterwards."""
    passing: Passing = Field(alias="pass")
    """What it takes to pass."""
    content_note: Text | None = None
    """What hard things it speaks of; shown before the course begins."""
    sources: list[Source] = Field(min_length=1)
    """Every source that its facts come from."""
    review: Review
    """Who has reviewed it."""
    certificate: Slug = "standard"
    """The certificate's design: a file in certificates/ without its ending."""


class ModuleFront(Form):
    """The front matter of a module: modules/<course>/01-<module>.md."""

    title: Line
    """The module's title; the text itself begins with sections (##)."""
    minutes: int = Field(ge=1, le=120)
    """How long it takes, in minutes."""
    objectives: list[Slug] = Field(min_length=1)
    """The objectives it serves, by their ids."""
    summary: Summary
    """One sentence for lists."""
    sector: Slug | None = None
    """The sector, in courses that are per sector."""
    considerations: list[Annotated[int, Field(ge=1, le=9)]] = Field(default=[])
    """Which of the nine key considerations it serves; absent: the first of its course."""


class TranslatedFront(Form):
    """The front matter of a translated module: modules/<course>/01-<module>.<language>.md."""

    title: Line
    """The translated title."""
    summary: Summary
    """The translated summary."""
    reference: Reference
    """The first 12 hex digits of the original file's SHA-256 at the time of translating."""


class TranslatedPart(Form):
    """The words of an option, a statement or a pair."""

    id: Slug
    """The id in the original."""
    text: Text | None = None
    """The translated text."""
    left: Text | None = None
    """The translated left side of a pair."""
    right: Text | None = None
    """The translated right side of a pair."""
    feedback: Text | None = None
    """The translated feedback."""


class TranslatedNode(Form):
    """The words of a moment in a story."""

    stem: Text
    """What happens, translated."""
    options: list[TranslatedPart]
    """The translated choices."""


class TranslatedQuestion(Form):
    """The words of a question."""

    id: Slug
    """The id in the original."""
    reference: Reference
    """The first 12 hex digits of the original question's SHA-256 (flask content check prints it)."""
    stem: Text | None = None
    """The translated stem."""
    options: list[TranslatedPart] = Field(default=[])
    """The translated options."""
    statements: list[TranslatedPart] = Field(default=[])
    """The translated statements."""
    pairs: list[TranslatedPart] = Field(default=[])
    """The translated pairs."""
    nodes: dict[Slug, TranslatedNode] = Field(default={})
    """The translated moments of a story."""


class BankTranslation(Form):
    """The words of a question bank in another language: quizzes/<course>.<language>.yml."""

    course: Slug
    """The course it belongs to."""
    questions: list[TranslatedQuestion]
    """The translated questions."""


class Hue(Form):
    """The colour of a sector's band."""

    light: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    """On light pages."""
    dark: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    """On dark pages."""


class SectorEntry(Form):
    """A sector of the response."""

    slug: Annotated[Slug, Field(max_length=40)]
    """The word used in files and addresses."""
    names: Annotated[Words, AfterValidator(in_english)]
    """The full names by language."""
    short: Annotated[Words, AfterValidator(in_english)]
    """The short names by language."""
    icon: Annotated[Slug, Field(max_length=40)]
    """The icon's name."""
    hue: Hue
    """The colours of its band."""
    priority_action: Annotated[Words, AfterValidator(in_english)]
    """What it can do first to protect children, by language."""
    core: bool = True
    """Whether it is one of the nine that every sector group speaks to."""


class Sectors(Form):
    """The sectors: modules/sectors.yml."""

    sectors: list[SectorEntry] = Field(min_length=1)
    """The sectors in the order in which they are shown."""


Certainty = Literal["V", "G", "C"]
"""How sure a translation of a term is: V verified in an official source, G in general use, C to be confirmed."""


class Term(Form):
    """A word and what it means."""

    slug: Slug
    """The word used in addresses: /glossary#slug."""
    term: Annotated[Words, AfterValidator(in_english)]
    """The word by language; its first use in a module of that language becomes a link."""
    forms: list[Line] = Field(default=[])
    """Other English forms that are linked too, such as a plural that is not made with s."""
    linked: bool = True
    """Whether its first use in a module becomes a link; false for everyday words, such as case."""
    definition: Annotated[Words, AfterValidator(in_english)]
    """What it means, in plain words, by language."""
    certainty: Certainty | dict[Language, Certainty] = Field(default={})
    """How sure the translations are: one mark for all, or one for each language."""
    source: Source | None = None
    """Where the meaning comes from."""


class Glossary(Form):
    """The glossary: modules/glossary.yml."""

    terms: list[Term] = Field(min_length=1)
    """The terms, in any order."""


class Figure(Form):
    """A figure that course texts may use."""

    id: Slug
    """A name for it."""
    says: Text
    """The fact in one sentence, in our words."""
    written: list[Line] = Field(min_length=1)
    """The ways it is written, such as “6 in 10” and “400 million”."""
    publishers: list[Line] = Field(min_length=1)
    """Who published it: one of them is named beside the figure."""
    year: int = Field(ge=1945, le=2100)
    """The year it was published in: named beside the figure."""


class Figures(Form):
    """The only figures that course texts may use: modules/figures.yml."""

    figures: list[Figure] = Field(min_length=1)
    """The approved figures."""


class RedLine(Form):
    """A rule that is stated everywhere in the same words."""

    id: Slug
    """A name for it."""
    text: Line
    """The rule, word for word."""


class RedLines(Form):
    """The red lines: modules/red-lines.yml."""

    red_lines: list[RedLine] = Field(min_length=1)
    """The rules, in their order."""


class Consideration(Form):
    """One of the nine key considerations of a response."""

    number: int = Field(ge=1, le=9)
    """Its number; courses and modules name it."""
    title: Annotated[Words, AfterValidator(in_english)]
    """What it asks for, in a few of our words, by language."""
    text: Annotated[Words, AfterValidator(in_english)]
    """What it means for people who work in a response, by language."""


class Considerations(Form):
    """The nine considerations: modules/considerations.yml."""

    considerations: list[Consideration] = Field(min_length=1, max_length=9)
    """The considerations in their order."""


FORMS: dict[str, type[Form]] = {
    "course": CourseFile,
    "module": ModuleFront,
    "module-translation": TranslatedFront,
    "bank": Bank,
    "bank-translation": BankTranslation,
    "sectors": Sectors,
    "glossary": Glossary,
    "considerations": Considerations,
    "figures": Figures,
    "red-lines": RedLines,
}
"""Every form by the name of its JSON Schema."""
