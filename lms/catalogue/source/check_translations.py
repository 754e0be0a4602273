"""Rules for translations: the same blocks, the same ids, and not older than the original."""

from collections.abc import Iterator

from lms.catalogue.source.check_modules import check_text
from lms.catalogue.source.formats import TranslatedPart, TranslatedQuestion
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.questions import Question, body_of
from lms.catalogue.source.texts import BankText, Catalogue, CourseText, ModuleText, question_digest

SHOWN = 12
"""Hex digits of a digest that a translation carries."""


def check_translations(course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks every translated module and bank of a course."""
    declared = course.form.languages if course.form else []
    seen: dict[tuple[str, str], str] = {}
    for module in course.translations:
        place = (module.slug, module.language)
        if place in seen:
            yield error(module.file.path, 1, f"this translation is there twice, also as {seen[place]}")
        seen.setdefault(place, module.file.name)
        yield from _language(module.file.path, module.language, declared)
        yield from _module(module, course, catalogue)
    for text in course.bank_translations:
        yield from _language(text.file.path, text.language, declared)
        yield from _bank(text, course)
    for language in declared[1:]:
        there = {module.slug for module in course.translations if module.language == language}
        for module in course.modules:
            if module.slug not in there:
                sentence = f"“{module.slug}” is not translated into {language} yet"
                yield warning(course.course_path, course.yaml.line("languages"), sentence)


def _language(path: str, language: str, declared: list[str]) -> Iterator[Problem]:
    if declared and language == declared[0]:
        yield error(path, 1, f"{language} is the original's language; its file has no language in its name")
    elif declared and language not in declared:
        yield error(path, 1, f"course.yml does not list the language {language}")


def _module(module: ModuleText, course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    original, path = course.module(module.slug), module.file.path
    if original is None:
        yield error(path, 1, f"there is no original for “{module.slug}”")
        return
    if original.number != module.number:
        yield error(
            path, 1, f"the original has the number {original.number:02}, this file {module.number:02}"
        )
    yield from check_text(module, course, catalogue)
    if module.translated:
        yield from _age(
            path, module.yaml.line("reference"), module.translated.reference, original.file.sha256
        )
    if not module.rendered.problems and not original.rendered.problems:
        yield from _shape(module, original)


def _age(path: str, line: int, reference: str, digest: str) -> Iterator[Problem]:
    if reference != digest[:SHOWN]:
        sentence = (
            f"older than its original, which is now {digest[:SHOWN]}; compare, then write that as reference"
        )
        yield warning(path, line, sentence)


def _shape(module: ModuleText, original: ModuleText) -> Iterator[Problem]:
    """Checks that a translation has the same sections and blocks in the same order."""
    path, first = module.file.path, module.rendered.outline
    mine, theirs = first.shape(), original.rendered.outline.shape()
    for (line, have), (_line, want) in zip(mine, theirs, strict=False):
        if have != want:
            yield error(path, line, f"the original has the block “{want}” here, not “{have}”")
            return
    if len(mine) != len(theirs):
        line = mine[len(theirs)][0] if len(mine) > len(theirs) else 1
        yield error(path, line, f"the original has {len(theirs)} blocks, this translation {len(mine)}")
    have_sections, want_sections = len(module.rendered.sections), len(original.rendered.sections)
    if have_sections != want_sections:
        yield error(
            path, 1, f"the original has {want_sections} sections (##), this translation {have_sections}"
        )


def _bank(text: BankText, course: CourseText) -> Iterator[Problem]:
    if text.translated is None or course.bank is None or not course.bank.is_whole:
        return
    originals = {question.id: question for _number, question in course.bank.questions}
    path, seen = text.file.path, set()
    for number, words in enumerate(text.translated.questions):
        line = text.yaml.line("questions", number, "id")
        original = originals.get(words.id)
        if words.id in seen:
            yield error(path, line, f"the question “{words.id}” is translated twice")
        elif original is None:
            yield error(path, line, f"the bank has no question “{words.id}”")
        else:
            reference = text.yaml.line("questions", number, "reference")
            yield from _age(path, reference, words.reference, question_digest(original))
            yield from _parts(words, original, number, text)
        seen.add(words.id)
    for slug in originals.keys() - seen:
        yield warning(path, text.yaml.line("questions"), f"the question “{slug}” is not translated yet")


def _parts(words: TranslatedQuestion, original: Question, number: int, text: BankText) -> Iterator[Problem]:
    """Checks that a translated question has the original's options, statements, pairs and nodes."""
    body, path = body_of(original), text.file.path
    given: dict[str, list[TranslatedPart]] = {
        "options": words.options,
        "statements": words.statements,
        "pairs": words.pairs,
    }
    for part, items in given.items():
        yield from _same(
            [item["id"] for item in body.get(part, ())], items, path, text, ("questions", number, part)
        )
    nodes = body.get("nodes", {})
    if nodes.keys() != words.nodes.keys():
        line = text.yaml.line("questions", number, "nodes")
        yield error(path, line, f"the nodes of “{words.id}” are {', '.join(nodes) or 'none'}")
        return
    for name, node in words.nodes.items():
        ids = [option["id"] for option in nodes[name]["options"]]
        yield from _same(ids, node.options, path, text, ("questions", number, "nodes", name, "options"))


def _same(
    wanted: list[str], items: list[TranslatedPart], path: str, text: BankText, place: tuple[str | int, ...]
) -> Iterator[Problem]:
    if sorted(wanted) != sorted(item.id for item in items):
        names = ", ".join(wanted) or "none"
        yield error(path, text.yaml.line(*place), f"the original's {place[-1]} are {names}; translate these")
