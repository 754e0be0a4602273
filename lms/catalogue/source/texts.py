"""What was read, put together: courses with their modules, banks and translations, each knowing its lines."""

import hashlib
import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from lms.catalogue.source.formats import (
    BankTranslation,
    Considerations,
    CourseFile,
    Figures,
    Glossary,
    ModuleFront,
    RedLines,
    Sectors,
    Term,
    TranslatedFront,
)
from lms.catalogue.source.parsing import F, Parsed, parse_form, split_front
from lms.catalogue.source.pictures import Picture, read_picture
from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.questions import Bank, Question
from lms.catalogue.source.reading import CourseFolder, Library, SourceFile
from lms.catalogue.source.yamltext import YamlText
from lms.kernel.markup import Rendered, Shown, Term as TermForms, Vocabulary, render

LANGUAGE = r"[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?"
MODULE_NAME = re.compile(rf"(\d{{2,3}})-([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.({LANGUAGE}))?\.md")
PICTURE_DIGITS = 12
"""Hex digits of a picture's SHA-256 in its address."""
QUESTION: TypeAdapter[Question] = TypeAdapter(Question)
BANK_NAME = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.({LANGUAGE}))?\.yml")


@dataclass(frozen=True, slots=True)
class ModuleName:
    """What a module's place says: its course, number, slug and language."""

    course: str
    number: int
    slug: str
    language: str

    @property
    def address(self) -> str:
        """Returns the address that the course's pictures are served under."""
        return f"/courses/{self.course}/"


@dataclass(slots=True)
class ModuleText:
    """A module's file: an original has ``front``, a translation ``translated``; either may be faulty."""

    file: SourceFile
    number: int
    slug: str
    language: str
    yaml: YamlText
    rendered: Rendered
    front: ModuleFront | None = None
    translated: TranslatedFront | None = None


@dataclass(slots=True)
class BankText:
    """A bank's file: an original has ``questions``, a translation ``translated``; either may be faulty."""

    file: SourceFile
    language: str
    yaml: YamlText
    # The questions that can be read, each with its place in the file, even where others cannot.
    questions: list[tuple[int, Question]] = field(default_factory=list)
    is_whole: bool = False
    translated: BankTranslation | None = None


@dataclass(slots=True)
class CourseText:
    """A course as its files say: faulty parts are missing, and their problems are known."""

    slug: str
    path: str
    pictures: dict[str, Picture]
    yaml: YamlText = field(default_factory=YamlText)
    form: CourseFile | None = None
    modules: list[ModuleText] = field(default_factory=list)
    translations: list[ModuleText] = field(default_factory=list)
    bank: BankText | None = None
    bank_translations: list[BankText] = field(default_factory=list)

    @property
    def course_path(self) -> str:
        """Returns the path of course.yml."""
        return f"{self.path}/course.yml"

    @property
    def objectives(self) -> frozenset[str] | None:
        """Returns the ids of the objectives, also of a course.yml with faults elsewhere; nothing without a list."""
        if self.form:
            return frozenset(objective.id for objective in self.form.objectives)
        items = self.yaml.value.get("objectives") if isinstance(self.yaml.value, dict) else None
        if not isinstance(items, list):
            return None
        return frozenset(str(item["id"]) for item in items if isinstance(item, dict) and "id" in item)

    def module(self, slug: str) -> ModuleText | None:
        """Returns an original module by its slug."""
        return next((module for module in self.modules if module.slug == slug), None)


@dataclass(slots=True)
class Catalogue:
    """Everything the files say, and the problems found while reading them one by one."""

    courses: list[CourseText] = field(default_factory=list)
    sectors: Parsed[Sectors] | None = None
    glossary: Parsed[Glossary] | None = None
    figures: Parsed[Figures] | None = None
    red_lines: Parsed[RedLines] | None = None
    considerations: Parsed[Considerations] | None = None
    problems: list[Problem] = field(default_factory=list)

    def course(self, slug: str) -> CourseText | None:
        """Returns a course by its slug."""
        return next((course for course in self.courses if course.slug == slug), None)


def picture_address(course: str, name: str, sha256: str) -> str:
    """Returns where one version of a picture is served for ever: its digest stands in its name."""
    stem, _dot, ending = name.rpartition(".")
    return f"/courses/{course}/{stem}.{sha256[:PICTURE_DIGITS]}.{ending}"


def digest_of(value: Any) -> str:
    """Returns the SHA-256 of a plain value: the same value, the same digest, on every machine."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def question_digest(question: Question) -> str:
    """Returns the digest of a question: its first 12 digits are the ``reference`` of its translations."""
    return digest_of(question.model_dump(mode="json"))


def assemble(library: Library) -> Catalogue:
    """Parses and renders every file by itself and puts the results together."""
    catalogue = Catalogue(problems=list(library.problems))
    catalogue.sectors = _shared(Sectors, library.sectors, catalogue.problems)
    catalogue.considerations = _shared(Considerations, library.considerations, catalogue.problems)
    catalogue.glossary = _shared(Glossary, library.glossary, catalogue.problems)
    catalogue.figures = _shared(Figures, library.figures, catalogue.problems)
    catalogue.red_lines = _shared(RedLines, library.red_lines, catalogue.problems)
    terms = catalogue.glossary.value.terms if catalogue.glossary and catalogue.glossary.value else []
    for folder in library.courses:
        catalogue.courses.append(_course(folder, terms, catalogue.problems))
    for file in library.banks:
        _bank(file, catalogue)
    return catalogue


def _shared(form: type[F], file: SourceFile | None, problems: list[Problem]) -> Parsed[F] | None:
    """Reads a file that all courses share, where it is there."""
    if file is None:
        return None
    parsed = parse_form(form, file.path, file.text)
    problems += parsed.problems
    return parsed


def vocabulary_of(terms: list[Term], language: str) -> Vocabulary:
    """Returns what is linked to the glossary in texts of a language; texts in English know other forms too.

    “psychological first aid (PFA)” is linked in full and as PFA.
    """
    found = []
    for term in terms:
        if term.linked and language in term.term:
            whole, _bracket, short = term.term[language].rstrip(")").partition(" (")
            forms = (whole, *([short] if short.isupper() else []), *(term.forms if language == "en" else ()))
            found.append(TermForms(term.slug, forms))
    return Vocabulary(found)


def _course(folder: CourseFolder, terms: list[Term], problems: list[Problem]) -> CourseText:
    course = CourseText(folder.slug, folder.path, _pictures(folder, problems))
    if folder.course:
        parsed = parse_form(CourseFile, folder.course.path, folder.course.text)
        course.form, course.yaml = parsed.value, parsed.yaml
        problems += parsed.problems
    reader = _Reader(course, terms, problems)
    originals: dict[str, ModuleText] = {}
    # Originals first, because they give their translations the section ids.
    for file in sorted(folder.modules, key=lambda file: (file.name.count("."), file.name)):
        match = MODULE_NAME.fullmatch(file.name)
        if match is None:
            problems.append(error(file.path, 1, "a module's file is called 01-name.md or 01-name.ar.md"))
            continue
        own = course.form.languages[0] if course.form else "en"
        name = ModuleName(folder.slug, int(match[1]), match[2], match[3] or own)
        if match[3]:
            course.translations.append(reader.translation(file, name, originals.get(name.slug)))
        else:
            module = reader.original(file, name)
            originals.setdefault(name.slug, module)
            course.modules.append(module)
    return course


def _pictures(folder: CourseFolder, problems: list[Problem]) -> dict[str, Picture]:
    """Returns the pictures that may be shown, by the name that texts use: ``img/two-roads.svg``."""
    found = {}
    for name, data in folder.images.items():
        picture, faults = read_picture(name, data)
        problems += [error(f"{folder.path}/{name}", 1, fault) for fault in faults]
        if picture:
            found[name] = picture
    return found


def _split(file: SourceFile, problems: list[Problem]) -> tuple[str, str, int]:
    parts = split_front(file)
    if parts is None:
        problems.append(error(file.path, 1, "a module begins with its front matter between two lines of ---"))
        return "", "", 1
    return parts


class _Reader:
    """Renders the files of one course with its pictures and the glossary's terms."""

    def __init__(self, course: CourseText, terms: list[Term], problems: list[Problem]) -> None:
        self.problems = problems
        self.terms = terms
        self.pictures = {
            name: Shown(picture_address(course.slug, name, it.sha256), it.width, it.height)
            for name, it in course.pictures.items()
        }
        self.vocabularies: dict[str, Vocabulary] = {}

    def render(
        self, file: SourceFile, name: ModuleName, body: str, line: int, ids: list[str] | None = None
    ) -> Rendered:
        """Renders a text and takes its problems along."""
        vocabulary = self.vocabularies.get(name.language) or vocabulary_of(self.terms, name.language)
        self.vocabularies[name.language] = vocabulary
        rendered = render(
            body,
            language=name.language,
            first_line=line,
            section_ids=ids,
            image_base=name.address,
            pictures=self.pictures,
            vocabulary=vocabulary,
        )
        self.problems += [error(file.path, found.line, found.sentence) for found in rendered.problems]
        return rendered

    def original(self, file: SourceFile, name: ModuleName) -> ModuleText:
        """Reads a module in its first language."""
        front, body, line = _split(file, self.problems)
        rendered = self.render(file, name, body, line)
        module = ModuleText(file, name.number, name.slug, name.language, YamlText(), rendered)
        if front:
            parsed = parse_form(ModuleFront, file.path, front, 2)
            module.front, module.yaml = parsed.value, parsed.yaml
            self.problems += parsed.problems
        return module

    def translation(self, file: SourceFile, name: ModuleName, original: ModuleText | None) -> ModuleText:
        """Reads a module in another language; its sections have the ids of the original's."""
        front, body, line = _split(file, self.problems)
        ids = [section["id"] for section in original.rendered.sections] if original else None
        rendered = self.render(file, name, body, line, ids)
        module = ModuleText(file, name.number, name.slug, name.language, YamlText(), rendered)
        if front:
            parsed = parse_form(TranslatedFront, file.path, front, 2)
            module.translated, module.yaml = parsed.value, parsed.yaml
            self.problems += parsed.problems
        return module


def _readable(value: Any) -> list[tuple[int, Question]]:
    """Returns the questions of a faulty bank that are sound in themselves."""
    items = value.get("questions") if isinstance(value, dict) else None
    found = []
    for number, item in enumerate(items if isinstance(items, list) else ()):
        with suppress(ValidationError):
            found.append((number, QUESTION.validate_python(item)))
    return found


def _bank(file: SourceFile, catalogue: Catalogue) -> None:
    match = BANK_NAME.fullmatch(file.name)
    if match is None:
        catalogue.problems.append(error(file.path, 1, "a bank's file is called course.yml or course.ar.yml"))
        return
    slug, language = match[1], match[2]
    course = catalogue.course(slug)
    if course is None:
        catalogue.problems.append(error(file.path, 1, f"there is no course “{slug}” in modules/"))
    if language:
        translated = parse_form(BankTranslation, file.path, file.text)
        catalogue.problems += translated.problems
        text = BankText(file, language, translated.yaml, translated=translated.value)
        if course:
            course.bank_translations.append(text)
    else:
        parsed = parse_form(Bank, file.path, file.text)
        catalogue.problems += parsed.problems
        questions = list(enumerate(parsed.value.questions)) if parsed.value else _readable(parsed.yaml.value)
        text = BankText(file, "", parsed.yaml, questions, is_whole=parsed.value is not None)
        if course:
            course.bank = text
    named = text.yaml.value.get("course") if isinstance(text.yaml.value, dict) else None
    if isinstance(named, str) and named != slug:
        line = text.yaml.line("course")
        catalogue.problems.append(error(file.path, line, f"“course” must be {slug}, as the file is called"))
