"""Parses the course files, each by itself and only where its result is not known."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import astuple
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from lms.catalogue.source.parsing.cache import ParseCache, cache_key
from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedCourse, ParsedModule, ParsedSources
from lms.catalogue.source.parsing.pictures import read_picture
from lms.catalogue.source.parsing.recordings import read_recording
from lms.catalogue.source.parsing.validation import ParsedFile, S, parse_yaml, split_front_matter
from lms.catalogue.source.parsing.yaml_document import YamlDocument
from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.read import CourseFolder, SourceFile, SourceFolders, stray
from lms.catalogue.source.schemas.banks import AnyQuestion, BankFile
from lms.catalogue.source.schemas.courses import (
    BankTranslationFile,
    CourseFile,
    ModuleFrontMatter,
    TranslatedFrontMatter,
)
from lms.catalogue.source.schemas.shared_files import ConsiderationsFile, GlossaryFile, GlossaryTerm, SectorsFile
from lms.kernel.i18n import gettext as _
from lms.kernel.markup import LinkedTerm, Rendered, RenderedPicture, TextSummary, Vocabulary, render

T = TypeVar("T")
LANGUAGE = r"[a-z]{2,3}(?:-[A-Z][A-Za-z]{1,3})?"
MODULE_NAME = re.compile(rf"(\d{{2,3}})-([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.({LANGUAGE}))?\.md")
BANK_NAME = re.compile(rf"([a-z0-9]+(?:-[a-z0-9]+)*)(?:\.({LANGUAGE}))?\.yml")
SUMMARY: TypeAdapter[TextSummary] = TypeAdapter(TextSummary)
PICTURE_DIGITS = 12
"""Hex digits of the SHA-256 of a picture or recording in its URL."""


def parse_sources(folders: SourceFolders, cache: ParseCache | None = None) -> ParsedSources:
    """Parses and renders every file by itself, but those whose results are known, and puts the results together."""
    sources = ParsedSources(problems=list(folders.problems))
    sources.sectors = _shared_file(SectorsFile, folders.sectors, sources.problems, cache)
    sources.considerations = _shared_file(ConsiderationsFile, folders.considerations, sources.problems, cache)
    sources.glossary = _shared_file(GlossaryFile, folders.glossary, sources.problems, cache)
    terms = sources.glossary.value.terms if sources.glossary and sources.glossary.value else []
    for folder in folders.courses:
        sources.courses.append(_course(folder, terms, sources.problems, cache))
    for file in folders.banks:
        _bank(file, sources, cache)
    return sources


def _shared_file(
    schema: type[S], file: SourceFile | None, problems: list[Problem], cache: ParseCache | None
) -> ParsedFile[S] | None:
    if file is None:
        return None
    parsed = parse_yaml(schema, file.path, file.text, cache=cache)
    problems += parsed.problems
    return parsed


def _vocabulary(terms: list[GlossaryTerm], language: str) -> Vocabulary:
    """Returns the terms that are linked to the glossary in a language; in English other forms too.

    “psychological first aid (PFA)” is linked in full and as PFA.
    """
    found = []
    for term in terms:
        if term.linked and language in term.term:
            whole, _bracket, short = term.term[language].rstrip(")").partition(" (")
            forms = (whole, *([short] if short.isupper() else []), *(term.forms if language == "en" else ()))
            found.append(LinkedTerm(term.slug, forms))
    return Vocabulary(found)


def _course(
    folder: CourseFolder, terms: list[GlossaryTerm], problems: list[Problem], cache: ParseCache | None
) -> ParsedCourse:
    pictures = _valid(folder.path, folder.images, read_picture, problems)
    recordings = _valid(folder.path, folder.recordings, lambda _name, data: read_recording(data), problems)
    course = ParsedCourse(folder.slug, folder.path, pictures, recordings)
    if folder.course:
        parsed = parse_yaml(CourseFile, folder.course.path, folder.course.text, cache=cache)
        course.manifest, course.yaml = parsed.value, parsed.yaml
        problems += parsed.problems
    own_language = course.manifest.languages[0] if course.manifest else "en"
    parser = _ModuleParser(course, own_language, terms, problems, cache)
    originals: dict[str, ParsedModule] = {}
    # Originals first, because they give their translations the section ids.
    for file in sorted(folder.modules, key=lambda file: (file.name.count("."), file.name)):
        match = MODULE_NAME.fullmatch(file.name)
        if match is None:
            message = _("a module's file is named 01-name.md or 01-name.ar.md")
            # A module under a wrong name would vanish from its course; notes are only in the way.
            is_module = split_front_matter(file) is not None
            problems.append(error(file.path, 1, message) if is_module else stray(file.path, message))
        elif match[3]:
            course.translations.append(parser.parse(file, match, originals.get(match[2])))
        else:
            module = parser.parse(file, match)
            originals.setdefault(module.slug, module)
            course.modules.append(module)
    return course


def _valid(
    path: str,
    files: Mapping[str, bytes],
    read: Callable[[str, bytes], tuple[T | None, list[str]]],
    problems: list[Problem],
) -> dict[str, T]:
    """Returns the valid pictures or recordings by their names in the course's folder: ``img/two-roads.svg``."""
    valid = {}
    for name, data in files.items():
        found, messages = read(name, data)
        problems += [error(f"{path}/{name}", 1, message) for message in messages]
        if found:
            valid[name] = found
    return valid


def versioned(slug: str, name: str, sha256: str) -> str:
    """Returns the address of one version of a picture or recording, which never changes: it contains the digest."""
    stem, _dot, ending = name.rpartition(".")
    return f"/courses/{slug}/{stem}.{sha256[:PICTURE_DIGITS]}.{ending}"


class _ModuleParser:
    """Parses and renders the modules of one course with its pictures and the glossary's terms."""

    def __init__(
        self,
        course: ParsedCourse,
        language: str,
        terms: list[GlossaryTerm],
        problems: list[Problem],
        cache: ParseCache | None,
    ) -> None:
        self.cache = cache
        self.language = language
        self.problems = problems
        self.terms = terms
        self.image_base = f"/courses/{course.slug}/"
        self.pictures = {}
        for name, picture in course.pictures.items():
            address = versioned(course.slug, name, picture.sha256)
            self.pictures[name] = RenderedPicture(address, picture.width, picture.height)
        self.vocabularies: dict[str, Vocabulary] = {}

    def parse(self, file: SourceFile, name: re.Match[str], original: ParsedModule | None = None) -> ParsedModule:
        """Parses a module; a translation, with a language in its name, has the section ids of its original."""
        language = name[3] or self.language
        parts = split_front_matter(file)
        if parts is None:
            message = _("a module begins with its front matter between two lines of ---")
            self.problems.append(error(file.path, 1, message))
        front, body, line = parts or ("", "", 1)
        if language not in self.vocabularies:
            self.vocabularies[language] = _vocabulary(self.terms, language)
        rendering = partial(
            render,
            body,
            language=language,
            first_line=line,
            section_ids=[section["id"] for section in original.rendered.sections] if original else None,
            image_base=self.image_base,
            pictures=self.pictures,
            vocabulary=self.vocabularies[language],
        )
        rendered = self.summary(rendering)
        self.problems += [error(file.path, found.line, found.message) for found in rendered.problems]
        module = ParsedModule(file, int(name[1]), name[2], language, YamlDocument(), rendered, rendering)
        if front:
            parsed = parse_yaml(
                TranslatedFrontMatter if name[3] else ModuleFrontMatter, file.path, front, 2, self.cache
            )
            module.yaml = parsed.yaml
            self.problems += parsed.problems
            if isinstance(parsed.value, ModuleFrontMatter):
                module.front = parsed.value
            elif isinstance(parsed.value, TranslatedFrontMatter):
                module.translated = parsed.value
        return module

    def summary(self, rendering: "partial[Rendered]") -> TextSummary:
        """Returns what is in a text: as it was found with the same arguments before, or else by rendering it."""
        if self.cache is None:
            return rendering()
        (text,) = rendering.args
        key = cache_key(text, rendering.keywords, _plain)
        stored = self.cache.find(key)
        if stored:
            return SUMMARY.validate_json(stored)
        rendered = rendering()
        if not rendered.problems:
            self.cache.add(key, SUMMARY.dump_json(rendered))
        return rendered


def _plain(argument: Vocabulary | RenderedPicture) -> object:
    """Returns all that rendering takes from an argument, as plain values."""
    return argument.slugs if isinstance(argument, Vocabulary) else astuple(argument)


def _bank(file: SourceFile, sources: ParsedSources, cache: ParseCache | None) -> None:
    match = BANK_NAME.fullmatch(file.name)
    if match is None:
        sources.problems.append(stray(file.path, _("a bank's file is named course.yml or course.ar.yml")))
        return
    slug, language = match[1], match[2]
    course = sources.course(slug)
    if course is None:
        sources.problems.append(stray(file.path, _("there is no course “%(slug)s” in modules/", slug=slug)))
        return
    parsed = parse_yaml(BankTranslationFile if language else BankFile, file.path, file.text, cache=cache)
    sources.problems += parsed.problems
    bank = ParsedBank(file, language or "", parsed.yaml)
    if isinstance(parsed.value, BankTranslationFile):
        bank.translated = parsed.value
    elif isinstance(parsed.value, BankFile):
        bank.questions, bank.is_whole = dict(enumerate(parsed.value.questions)), True
    elif not language:
        bank.questions = _valid_questions(parsed.yaml.value)
    if language:
        course.bank_translations.append(bank)
    else:
        course.bank = bank
    named = bank.yaml.value.get("course") if isinstance(bank.yaml.value, dict) else None
    if isinstance(named, str) and named != slug:
        message = _("“course” must be %(slug)s, as in the file's name", slug=slug)
        sources.problems.append(error(file.path, bank.yaml.line("course"), message))


def _valid_questions(value: Any) -> dict[int, AnyQuestion]:
    """Returns the questions of an invalid bank that are valid in themselves, by position."""
    items = value.get("questions") if isinstance(value, dict) else None
    schema: TypeAdapter[AnyQuestion] = TypeAdapter(AnyQuestion)
    found = {}
    for number, item in enumerate(items if isinstance(items, list) else ()):
        with suppress(ValidationError):
            found[number] = schema.validate_python(item)
    return found
