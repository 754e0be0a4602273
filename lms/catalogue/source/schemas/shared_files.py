"""The schemas of the files that all courses share, and the registry of all schemas."""

from typing import Annotated, Literal

from pydantic import Field

from lms.catalogue.source.schemas.banks import BankFile, SourceReference
from lms.catalogue.source.schemas.base import Language, Schema, ShortText, Slug, TextByLanguage
from lms.catalogue.source.schemas.courses import (
    BankTranslationFile,
    CourseFile,
    ModuleFrontMatter,
    TranslatedFrontMatter,
)


class SectorHue(Schema):
    """The colour of a sector."""

    light: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    """On light pages."""
    dark: Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
    """On dark pages."""


class SectorEntry(Schema):
    """A sector of the response."""

    slug: Annotated[Slug, Field(max_length=40)]
    """The id used in files and URLs."""
    names: TextByLanguage
    """The full names by language."""
    short: TextByLanguage
    """The short names by language."""
    icon: Annotated[Slug, Field(max_length=40)]
    """The icon's name."""
    hue: SectorHue
    """Its colours."""
    priority_action: TextByLanguage
    """Its priority action to protect children, by language."""
    core: bool = True
    """Whether it is one of the nine that every sector group speaks to."""


class SectorsFile(Schema):
    """The sectors: modules/sectors.yml."""

    sectors: list[SectorEntry] = Field(min_length=1)
    """The sectors in the order in which they are shown."""


Certainty = Literal["V", "G", "C"]
"""How sure a translation of a term is: V verified in an official source, G in general use, C to be confirmed."""


class GlossaryTerm(Schema):
    """A term and what it means."""

    slug: Slug
    """The id used in URLs: /glossary#slug."""
    term: TextByLanguage
    """The term by language; its first use in a module of that language becomes a link."""
    forms: list[ShortText] = Field(default=[])
    """Other English forms that are linked too, such as a plural that is not made with s."""
    linked: bool = True
    """Whether its first use in a module becomes a link; false for everyday words, such as case."""
    definition: TextByLanguage
    """What it means, in plain words, by language."""
    certainty: Certainty | dict[Language, Certainty] = Field(default={})
    """How sure the translations are: one mark for all, or one for each language."""
    source: SourceReference | None = None
    """Where the meaning comes from."""


class GlossaryFile(Schema):
    """The glossary: modules/glossary.yml."""

    terms: list[GlossaryTerm] = Field(min_length=1)
    """The terms, in any order."""


class ConsiderationEntry(Schema):
    """One of the nine key considerations of a response."""

    number: int = Field(ge=1, le=9)
    """Its number; courses and modules name it."""
    title: TextByLanguage
    """Its title in our words, by language."""
    text: TextByLanguage
    """What it means for people who work in a response, by language."""


class ConsiderationsFile(Schema):
    """The nine considerations: modules/considerations.yml."""

    considerations: list[ConsiderationEntry] = Field(min_length=1, max_length=9)
    """The considerations in their order."""


SCHEMAS: dict[str, type[Schema]] = {
    "course": CourseFile,
    "module": ModuleFrontMatter,
    "module-translation": TranslatedFrontMatter,
    "bank": BankFile,
    "bank-translation": BankTranslationFile,
    "sectors": SectorsFile,
    "glossary": GlossaryFile,
    "considerations": ConsiderationsFile,
}
"""Every schema by the name of its JSON Schema."""
