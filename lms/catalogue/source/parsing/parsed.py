"""What parsing makes of course files: courses with their modules, banks and translations, each part with its lines."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lms.catalogue.source.parsing.pictures import Picture
from lms.catalogue.source.parsing.recordings import Recording
from lms.catalogue.source.parsing.validation import ParsedFile
from lms.catalogue.source.parsing.yaml_document import YamlDocument
from lms.catalogue.source.problems import Problem
from lms.catalogue.source.read import SourceFile
from lms.catalogue.source.schemas.banks import AnyQuestion
from lms.catalogue.source.schemas.courses import (
    BankTranslationFile,
    CourseFile,
    ModuleFrontMatter,
    TranslatedFrontMatter,
)
from lms.catalogue.source.schemas.shared_files import ConsiderationsFile, GlossaryFile, SectorsFile
from lms.kernel.markup import Rendered, Segment, TextSummary


@dataclass(slots=True)
class ParsedModule:
    """A module's file: an original has ``front``, a translation ``translated``; either is None where invalid."""

    file: SourceFile
    number: int
    slug: str
    language: str
    yaml: YamlDocument
    rendered: TextSummary
    render: Callable[[], Rendered]
    front: ModuleFrontMatter | None = None
    translated: TranslatedFrontMatter | None = None

    @property
    def recording_name(self) -> str:
        """Returns the name of the file in which this text is read aloud: ``audio/at-the-quay.fr.opus``."""
        return f"audio/{self.file.name.partition('-')[2].removesuffix('.md')}.opus"

    @property
    def segments(self) -> list[Segment]:
        """Returns the segments; where the text was not rendered because its summary is known, it is rendered now."""
        if not isinstance(self.rendered, Rendered):
            self.rendered = self.render()
        return self.rendered.segments


@dataclass(slots=True)
class ParsedBank:
    """A bank's file: an original has ``questions``, a translation ``translated``; either may have problems."""

    file: SourceFile
    language: str
    yaml: YamlDocument
    # The valid questions by their position in the file, even where others are invalid.
    questions: dict[int, AnyQuestion] = field(default_factory=dict)
    is_whole: bool = False
    translated: BankTranslationFile | None = None


@dataclass(slots=True)
class ParsedCourse:
    """A course's files: ``manifest`` is course.yml; invalid parts are missing, their problems are in the sources'."""

    slug: str
    path: str
    pictures: dict[str, Picture]
    recordings: dict[str, Recording]
    yaml: YamlDocument = field(default_factory=YamlDocument)
    manifest: CourseFile | None = None
    modules: list[ParsedModule] = field(default_factory=list)
    translations: list[ParsedModule] = field(default_factory=list)
    bank: ParsedBank | None = None
    bank_translations: list[ParsedBank] = field(default_factory=list)

    @property
    def course_path(self) -> str:
        """Returns the path of course.yml."""
        return f"{self.path}/course.yml"

    @property
    def objectives(self) -> frozenset[str] | None:
        """Returns the ids of the objectives, also of an otherwise invalid course.yml; None without a list."""
        if self.manifest:
            return frozenset(objective.id for objective in self.manifest.objectives)
        items = self.yaml.value.get("objectives") if isinstance(self.yaml.value, dict) else None
        if not isinstance(items, list):
            return None
        return frozenset(str(item["id"]) for item in items if isinstance(item, dict) and "id" in item)

    def module(self, slug: str) -> ParsedModule | None:
        """Returns an original module by its slug."""
        return next((module for module in self.modules if module.slug == slug), None)


@dataclass(slots=True)
class ParsedSources:
    """All course files, and the problems found while parsing them one by one."""

    courses: list[ParsedCourse] = field(default_factory=list)
    sectors: ParsedFile[SectorsFile] | None = None
    glossary: ParsedFile[GlossaryFile] | None = None
    considerations: ParsedFile[ConsiderationsFile] | None = None
    problems: list[Problem] = field(default_factory=list)

    def course(self, slug: str) -> ParsedCourse | None:
        """Returns a course by its slug."""
        return next((course for course in self.courses if course.slug == slug), None)

    @property
    def sector_slugs(self) -> dict[str, bool]:
        """Returns whether each sector is core, by slug; empty where sectors.yml is missing or invalid."""
        entries = self.sectors.value.sectors if self.sectors and self.sectors.value else []
        return {entry.slug: entry.core for entry in entries}


def json_digest(value: Any) -> str:
    """Returns the SHA-256 of a plain value as canonical JSON."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def question_digest(question: AnyQuestion) -> str:
    """Returns the digest of a question: its first 12 digits are the ``reference`` of its translations."""
    return json_digest(question.model_dump(mode="json"))
