"""What all courses share: sectors, glossary, considerations, pictures."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.catalogue.models import Course, CourseRevision, CourseRevisionPicture, PictureFile, SharedContent
from lms.catalogue.queries.courses import last_publication_id
from lms.kernel.caching import cached
from lms.kernel.db import read_rows, session
from lms.people.models import Sector


@dataclass(frozen=True, slots=True)
class SectorRow:
    """A sector; words by language."""

    slug: str
    position: int
    names: dict[str, str]
    short: dict[str, str]
    icon: str
    hue: dict[str, str]
    priority_action: dict[str, str]
    core: bool

    def name(self, language: str = "en") -> str:
        """Returns the full name in a language, in English where there is none."""
        return self.names.get(language) or self.names["en"]

    def short_name(self, language: str = "en") -> str:
        """Returns the short name in a language, in English where there is none."""
        return self.short.get(language) or self.short["en"]


@dataclass(frozen=True, slots=True)
class GlossaryEntry:
    """A term of the glossary: words and meanings by language; ``certainty`` is V, G or C by language."""

    slug: str
    term: dict[str, str]
    definition: dict[str, str]
    certainty: dict[str, str]
    source: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class ConsiderationRow:
    """One of the nine considerations; words by language."""

    number: int
    title: dict[str, str]
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class PublishedPicture:
    """The bytes of a picture or recording, and their type; ``digest`` is their SHA-256."""

    digest: str
    media_type: str
    data: bytes


def list_sectors() -> tuple[SectorRow, ...]:
    """Lists the sectors in their order; they change only with a publication."""

    def load() -> tuple[SectorRow, ...]:
        columns = [getattr(Sector, name) for name in SectorRow.__dataclass_fields__]
        return tuple(SectorRow(*row) for row in read_rows(select(*columns).order_by(Sector.position)))

    return cached(("sectors", last_publication_id()), load)


def glossary() -> tuple[GlossaryEntry, ...]:
    """Returns the terms of the glossary, in the order of its file."""
    return tuple(GlossaryEntry(**entry) for entry in _latest("glossary"))


def considerations() -> tuple[ConsiderationRow, ...]:
    """Returns the nine considerations in their order."""
    rows = [ConsiderationRow(**entry) for entry in _latest("considerations")]
    return tuple(sorted(rows, key=lambda row: row.number))


def _latest(name: str) -> list[dict[str, Any]]:
    """Returns the entries of a shared file as it was published last."""
    latest = select(SharedContent.body).where(SharedContent.name == name)
    return session.scalar(latest.order_by(SharedContent.id.desc()).limit(1)) or []


def find_picture(course: str, name: str, digest: str = "") -> PublishedPicture | None:
    """Finds a picture or recording of a course by its name.

    With the first digits of its ``digest`` in any revision that was ever published, else as it is published now.
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
    if found is None:
        return None
    stored = select(PictureFile.digest, PictureFile.media_type, PictureFile.data).where(PictureFile.digest == found)

    def load() -> PublishedPicture:
        return PublishedPicture(**session.execute(stored).one()._mapping)

    # The cache counts entries, whatever their size: megabytes of sound do not belong there.
    return load() if name.endswith(".opus") else cached(("picture", found), load)
