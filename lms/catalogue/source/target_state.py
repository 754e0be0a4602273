"""The target state: what the files say should be published, as plain values that can be compared with what is."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedModule, ParsedSources, json_digest, question_digest
from lms.catalogue.source.parsing.pictures import Picture
from lms.catalogue.source.parsing.recordings import Recording
from lms.catalogue.source.parsing.sources import versioned
from lms.catalogue.source.schemas.banks import AnyQuestion, marking_key, stored_body
from lms.catalogue.source.schemas.courses import TranslatedQuestion
from lms.catalogue.source.schemas.shared_files import GlossaryTerm
from lms.kernel.markup import RENDERER


@dataclass(frozen=True, slots=True)
class TargetPart:
    """A module or question in one language, as it should be published.

    ``values`` returns the columns of its revision: they are made only where something has changed.
    """

    slug: str
    language: str
    digest: str
    values: Callable[[], dict[str, Any]] = field(compare=False, repr=False)

    @property
    def key(self) -> str:
        """Returns the digest of a question's marking key."""
        values = self.values()
        return json_digest(marking_key(values["kind"], values["red_line"], values["body"]))


@dataclass(frozen=True, slots=True)
class TargetSharedContent:
    """A file that all courses share and pages show, as it should be published: glossary or considerations."""

    name: str
    digest: str
    body: list[dict[str, Any]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class TargetCourse:
    """A course as it should be published; ``path`` and ``edition_line`` say where its edition is written."""

    slug: str
    path: str
    edition_line: int
    edition: int
    # per_sector, pass_mark, draw, tries, pause: fixed within an edition.
    rules: dict[str, Any]
    words: dict[str, Any]
    modules: tuple[TargetPart, ...]
    questions: tuple[TargetPart, ...]
    # By the name in the course's folder: img/two-roads.svg, audio/at-the-quay.opus.
    pictures: dict[str, Picture] = field(compare=False)
    recordings: dict[str, Recording] = field(compare=False)
    digest: str

    @property
    def module_slugs(self) -> list[str]:
        """Returns the modules' slugs in order, each once."""
        return list(dict.fromkeys(module.slug for module in self.modules))

    @property
    def digests(self) -> dict[str, dict[Any, str]]:
        """Returns the digests of modules and questions by (slug, language), of pictures and recordings by name."""
        return {
            "module": {(part.slug, part.language): part.digest for part in self.modules},
            "question": {(part.slug, part.language): part.digest for part in self.questions},
            "picture": {name: picture.sha256 for name, picture in self.pictures.items()},
            "recording": {name: recording.sha256 for name, recording in self.recordings.items()},
        }

    @property
    def keys(self) -> dict[str, str]:
        """Returns the digest of each question's marking key."""
        return {question.slug: question.key for question in self.questions}


@dataclass(frozen=True, slots=True)
class TargetState:
    """Everything that should be published; ``sectors`` are rows of the sector table in order."""

    courses: tuple[TargetCourse, ...]
    sectors: tuple[dict[str, Any], ...]
    shared: tuple[TargetSharedContent, ...] = ()


def target_state(sources: ParsedSources) -> TargetState:
    """Returns the target state of sources without errors."""
    sectors = sources.sectors.value.sectors if sources.sectors and sources.sectors.value else []
    rows = tuple(
        {"position": number, **sector.model_dump(mode="json")} for number, sector in enumerate(sectors, start=1)
    )
    # Of the shared files, those that pages show; a missing file has no entries.
    glossary = sources.glossary.value if sources.glossary else None
    listed = sources.considerations.value if sources.considerations else None
    bodies = {
        "glossary": [_term(term) for term in glossary.terms] if glossary else [],
        "considerations": [one.model_dump(mode="json") for one in listed.considerations] if listed else [],
    }
    shared = tuple(TargetSharedContent(name, json_digest(body), body) for name, body in bodies.items())
    return TargetState(tuple(map(_course, sources.courses)), rows, shared)


def _term(term: GlossaryTerm) -> dict[str, Any]:
    """Returns a term as pages show it, with a mark of certainty for each language but English."""
    entry = term.model_dump(mode="json", exclude_none=True, exclude={"linked", "forms"})
    if not isinstance(term.certainty, dict):
        entry["certainty"] = {language: term.certainty for language in term.term if language != "en"}
    return entry


def _course(course: ParsedCourse) -> TargetCourse:
    manifest = course.manifest
    assert manifest is not None  # noqa: S101 - the checks found no error
    rules = {"per_sector": manifest.per_sector, **manifest.passing.model_dump(mode="json")}
    rules["pass_mark"] = rules.pop("mark")
    words = manifest.model_dump(mode="json", include={"title", "summary", "code", "validity", "renewal", "certificate"})
    words["meta"] = manifest.model_dump(
        mode="json", include={"considerations", "objectives", "sources", "review", "content_note", "languages"}
    )
    # Only where they are given, so that the digests of courses without them stay what they were.
    if manifest.order is not None:
        words["meta"]["order"] = manifest.order
    if manifest.changes:
        words["meta"]["changes"] = [each.model_dump(mode="json") for each in manifest.changes]
    # Originals in their order, each followed by its translations.
    modules = tuple(
        _module(module, original, course)
        for original in sorted(course.modules, key=lambda module: module.number)
        for module in (original, *sorted(course.translations, key=lambda module: module.language))
        if module.slug == original.slug
    )
    questions = tuple(_questions(course, manifest.languages[0]))
    pictures = dict(sorted(course.pictures.items()))
    digest = json_digest(
        {
            "edition": manifest.edition,
            "rules": rules,
            "words": words,
            "modules": [[module.slug, module.language, module.digest] for module in modules],
            "questions": [[question.slug, question.language, question.digest] for question in questions],
            "pictures": [[name, picture.sha256] for name, picture in pictures.items()],
        }
    )
    return TargetCourse(
        slug=course.slug,
        path=course.course_path,
        edition_line=course.yaml.line("edition"),
        edition=manifest.edition,
        rules=rules,
        words=words,
        modules=modules,
        questions=questions,
        pictures=pictures,
        recordings=course.recordings,
        digest=digest,
    )


def _module(module: ParsedModule, original: ParsedModule, course: ParsedCourse) -> TargetPart:
    front, words = original.front, module.front or module.translated
    assert front is not None and words is not None  # noqa: S101 - the checks found no error
    rendered, recording = module.rendered, course.recordings.get(module.recording_name)
    shown = []
    if recording:
        address = versioned(course.slug, module.recording_name, recording.sha256)
        shown = [{"kind": "recording", "address": address, "seconds": recording.seconds, "bytes": len(recording.data)}]

    def values() -> dict[str, Any]:
        return {
            **front.model_dump(mode="json"),
            **words.model_dump(mode="json", include={"title", "summary"}),
            "source": module.file.text,
            "words": rendered.words,
            "sections": rendered.sections,
            "segments": [*shown, *module.segments],
        }

    # What rendering adds from other files: pictures, whose digest is in their URL, and glossary links.
    digests = {name: picture.sha256 for name, picture in course.pictures.items()}
    pictures = [f"{it.source} {digests[it.source]}" for it in rendered.images if it.source in digests]
    terms = [f"{slug} {form}" for slug, form in rendered.terms]
    parts = [RENDERER, module.file.sha256, *pictures, *terms]
    if module is not original:
        # Section ids come from the original, so a renamed section is a new revision of both.
        parts.append(" ".join(section["id"] for section in rendered.sections))
        parts += [str(front.minutes), *front.objectives, front.sector or ""]
        parts += map(str, front.considerations)
    if recording:
        parts.append(recording.sha256)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return TargetPart(module.slug, module.language, digest, values)


def _questions(course: ParsedCourse, language: str) -> Iterator[TargetPart]:
    """Yields originals in their order, each followed by its translations."""
    banks = sorted(course.bank_translations, key=lambda bank: bank.language)
    for question in course.bank.questions.values() if course.bank else ():
        yield _question(question, language, None)
        for bank in banks:
            for translated in bank.translated.questions if bank.translated else ():
                if translated.id == question.id:
                    yield _question(question, bank.language, translated)


def _question(question: AnyQuestion, language: str, translated: TranslatedQuestion | None) -> TargetPart:
    def values() -> dict[str, Any]:
        body = stored_body(question)
        columns = question.model_dump(mode="json", include={"objective", "red_line", "sectors"})
        return {"kind": question.type, "body": translated_body(body, translated) if translated else body, **columns}

    digest = question_digest(question)
    if translated is not None:
        digest = json_digest([digest, values()["body"]])
    return TargetPart(question.id, language, digest, values)


def translated_body(body: dict[str, Any], translated: TranslatedQuestion) -> dict[str, Any]:
    """Returns a question's body with a translation's texts; what is right is never changed."""
    given = translated.model_dump(mode="json", exclude_none=True)
    result = {**body, "stem": given.get("stem", body["stem"])}
    for part in ("options", "statements", "pairs"):
        if part in body:
            result[part] = _with_texts(body[part], given[part])
    if "nodes" in body:
        result["nodes"] = {
            name: {
                **node,
                "stem": given["nodes"].get(name, node)["stem"],
                "options": _with_texts(node["options"], given["nodes"].get(name, {"options": []})["options"]),
            }
            for name, node in body["nodes"].items()
        }
    return result


def _with_texts(items: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    texts = {item["id"]: item for item in given}
    return [{**item, **texts.get(item["id"], {})} for item in items]
