"""What the files ask for, as plain values that can be compared with what is published."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from lms.catalogue.source.formats import CourseFile, Term, TranslatedQuestion
from lms.catalogue.source.pictures import Picture
from lms.catalogue.source.questions import Question, body_of, marking_key
from lms.catalogue.source.texts import Catalogue, CourseText, ModuleText, digest_of, question_digest
from lms.kernel.markup import RENDERER


@dataclass(frozen=True, slots=True)
class DesiredModule:
    """A module in one language, as it should be published."""

    slug: str
    language: str
    digest: str
    values: dict[str, Any] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DesiredQuestion:
    """A question in one language, as it should be published; ``key`` is the digest of its marking key."""

    slug: str
    language: str
    digest: str
    key: str
    values: dict[str, Any] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DesiredPicture:
    """A picture of a course, as it should be published; its digest is that of its bytes."""

    name: str
    picture: Picture = field(compare=False, repr=False)

    @property
    def digest(self) -> str:
        """Returns the SHA-256 of its bytes."""
        return self.picture.sha256


@dataclass(frozen=True, slots=True)
class DesiredSheet:
    """A file that all courses share, as it should be published: glossary or considerations."""

    name: str
    digest: str
    body: list[dict[str, Any]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class DesiredCourse:
    """A course as it should be published; ``path`` and ``edition_line`` say where its edition is written."""

    slug: str
    path: str
    edition_line: int
    edition: int
    # per_sector, pass_mark, draw, tries, pause: fixed within an edition.
    rules: dict[str, Any]
    words: dict[str, Any]
    modules: tuple[DesiredModule, ...]
    questions: tuple[DesiredQuestion, ...]
    pictures: tuple[DesiredPicture, ...]
    digest: str

    @property
    def module_slugs(self) -> list[str]:
        """Returns the modules' slugs in order, each once."""
        return list(dict.fromkeys(module.slug for module in self.modules))

    @property
    def keys(self) -> dict[str, str]:
        """Returns the digest of each question's marking key."""
        return {question.slug: question.key for question in self.questions}


@dataclass(frozen=True, slots=True)
class Desired:
    """Everything that should be published."""

    courses: tuple[DesiredCourse, ...]
    # Rows of the sector table in order.
    sectors: tuple[dict[str, Any], ...]
    sheets: tuple[DesiredSheet, ...] = ()


def desired_of(catalogue: Catalogue) -> Desired:
    """Returns what the files ask for. Call it only where the checks found no error."""
    sectors = catalogue.sectors.value.sectors if catalogue.sectors and catalogue.sectors.value else []
    rows = tuple(
        {"position": number, **sector.model_dump(mode="json")}
        for number, sector in enumerate(sectors, start=1)
    )
    courses = tuple(desired_course(course) for course in catalogue.courses)
    return Desired(courses, rows, tuple(_sheets(catalogue)))


def _sheets(catalogue: Catalogue) -> list[DesiredSheet]:
    """Returns the shared files that pages show; a file that is not there is an empty sheet."""
    glossary = catalogue.glossary.value if catalogue.glossary else None
    terms = [_term(term) for term in glossary.terms] if glossary else []
    listed = catalogue.considerations.value if catalogue.considerations else None
    considerations = [one.model_dump(mode="json") for one in listed.considerations] if listed else []
    bodies = {"glossary": terms, "considerations": considerations}
    return [DesiredSheet(name, digest_of(body), body) for name, body in bodies.items()]


def _term(term: Term) -> dict[str, Any]:
    """Returns a term as it is shown, with a mark of certainty for each language but English."""
    said = term.model_dump(mode="json", exclude_none=True, exclude={"linked", "forms"})
    mark = term.certainty
    others = [language for language in term.term if language != "en"]
    said["certainty"] = mark if isinstance(mark, dict) else dict.fromkeys(others, mark)
    return said


def desired_course(course: CourseText) -> DesiredCourse:
    """Returns what one course's files ask for."""
    form = course.form
    assert form is not None  # noqa: S101 - promised by the checks
    rules = {"per_sector": form.per_sector, **form.passing.model_dump(mode="json")}
    rules["pass_mark"] = rules.pop("mark")
    words = _words(form)
    modules = tuple(_modules(course))
    questions = tuple(_questions(course))
    pictures = tuple(DesiredPicture(name, picture) for name, picture in sorted(course.pictures.items()))
    digest = digest_of(
        {
            "edition": form.edition,
            "rules": rules,
            "words": words,
            "modules": [[module.slug, module.language, module.digest] for module in modules],
            "questions": [[question.slug, question.language, question.digest] for question in questions],
            "pictures": [[picture.name, picture.digest] for picture in pictures],
        }
    )
    line = course.yaml.line("edition")
    return DesiredCourse(
        course.slug,
        course.course_path,
        line,
        form.edition,
        rules,
        words,
        modules,
        questions,
        pictures,
        digest,
    )


def _words(form: CourseFile) -> dict[str, Any]:
    """Returns the columns of a course revision."""
    meta = form.model_dump(
        mode="json",
        include={"considerations", "objectives", "sources", "review", "content_note", "languages"},
    )
    # Only where it is given: a course without a place keeps the digest it has always had.
    if form.order is not None:
        meta["order"] = form.order
    return {
        "title": form.title,
        "summary": form.summary,
        "code": form.code,
        "validity": form.validity,
        "renewal": form.renewal,
        "certificate": form.certificate,
        "meta": meta,
    }


def _modules(course: CourseText) -> list[DesiredModule]:
    """Returns originals in their order, each followed by its translations."""
    found = []
    for original in sorted(course.modules, key=lambda module: module.number):
        found.append(_module(original, original, course))
        translations = [module for module in course.translations if module.slug == original.slug]
        found += [
            _module(module, original, course)
            for module in sorted(translations, key=lambda module: module.language)
        ]
    return found


def _module(module: ModuleText, original: ModuleText, course: CourseText) -> DesiredModule:
    front, words = original.front, module.front or module.translated
    assert front is not None and words is not None  # noqa: S101 - promised by the checks
    rendered = module.rendered
    # A translation's section ids come from its original, so a renamed section is a new revision of both.
    ids = " ".join(section["id"] for section in rendered.sections)
    values = {
        "source": module.file.text,
        "title": words.title,
        "summary": words.summary,
        "minutes": front.minutes,
        "words": rendered.words,
        "objectives": list(front.objectives),
        "sector": front.sector,
        "considerations": list(front.considerations),
        "sections": [dict(section) for section in rendered.sections],
        "segments": rendered.segments,
    }
    # What the renderer adds from other files: pictures, whose digest stands in their address, and glossary links.
    shown = {name: picture.sha256 for name, picture in course.pictures.items()}
    pictures = [f"{image.source} {shown[image.source]}" for image in rendered.images if image.source in shown]
    terms = [f"{slug} {words}" for slug, words in rendered.terms]
    parts = [RENDERER, module.file.sha256, *pictures, *terms]
    if module is not original:
        parts += [ids, str(front.minutes), *front.objectives, front.sector or ""]
        parts += map(str, front.considerations)
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    return DesiredModule(module.slug, module.language, digest, values)


def _questions(course: CourseText) -> list[DesiredQuestion]:
    """Returns originals in their order, each followed by its translations."""
    assert course.form and course.bank  # noqa: S101 - promised by the checks
    translations = {
        (text.language, question.id): question
        for text in sorted(course.bank_translations, key=lambda text: text.language)
        if text.translated
        for question in text.translated.questions
    }
    found = []
    for _number, question in course.bank.questions:
        found.append(_question(question, course.form.languages[0], None))
        found += [
            _question(question, language, words)
            for (language, slug), words in translations.items()
            if slug == question.id
        ]
    return found


def _question(question: Question, language: str, words: TranslatedQuestion | None) -> DesiredQuestion:
    body, digest = body_of(question), question_digest(question)
    if words is not None:
        body = translated_body(body, words)
        digest = digest_of([digest, body])
    values = {
        "kind": question.type,
        "objective": question.objective,
        "red_line": question.red_line,
        "sectors": list(question.sectors),
        "body": body,
    }
    key = digest_of(marking_key(question.type, question.red_line, body))
    return DesiredQuestion(question.id, language, digest, key, values)


def translated_body(body: dict[str, Any], words: TranslatedQuestion) -> dict[str, Any]:
    """Returns a question's body with a translation's words laid over it; keys are never touched."""
    given = words.model_dump(mode="json", exclude_none=True)
    result = {**body, "stem": given.get("stem", body["stem"])}
    for part in ("options", "statements", "pairs"):
        if part in body:
            result[part] = _over(body[part], given[part])
    if "nodes" in body:
        result["nodes"] = {
            name: {
                **node,
                "stem": given["nodes"].get(name, node)["stem"],
                "options": _over(node["options"], given["nodes"].get(name, {"options": []})["options"]),
            }
            for name, node in body["nodes"].items()
        }
    return result


def _over(items: list[dict[str, Any]], given: list[dict[str, Any]]) -> list[dict[str, Any]]:
    words = {item["id"]: item for item in given}
    return [{**item, **words.get(item["id"], {})} for item in items]
