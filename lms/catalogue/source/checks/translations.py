"""Checks of translations: the same blocks, the same ids, and not older than the original."""

from collections.abc import Iterator

from lms.catalogue.source.checks.modules import check_text
from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedCourse, ParsedModule, ParsedSources, question_digest
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.schemas.banks import AnyQuestion, stored_body
from lms.catalogue.source.schemas.courses import TranslatedPart, TranslatedQuestion
from lms.kernel.i18n import gettext as _

REFERENCE_DIGITS = 12
"""Hex digits of a digest that a translation carries."""


def check_translations(course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    """Checks every translated module and bank of a course."""
    declared = course.manifest.languages if course.manifest else []
    seen: dict[tuple[str, str], str] = {}
    for module in course.translations:
        key, path = (module.slug, module.language), module.file.path
        if key in seen:
            yield error(path, 1, _("this translation appears twice, also as %(file)s", file=seen[key]))
        seen.setdefault(key, module.file.name)
        yield from _language(path, module.language, declared)
        yield from _module(module, course, sources)
    for bank in course.bank_translations:
        yield from _language(bank.file.path, bank.language, declared)
        yield from _bank(bank, course)
    for language in declared[1:]:
        for module in course.modules:
            if (module.slug, language) not in seen:
                message = _(
                    "“%(module)s” is not translated into %(language)s yet", module=module.slug, language=language
                )
                yield warning(course.course_path, course.yaml.line("languages"), message)


def _language(path: str, language: str, declared: list[str]) -> Iterator[Problem]:
    if declared and language == declared[0]:
        message = _("%(language)s is the language of the original", language=language)
        yield error(path, 1, message, _("its file has no language in its name"))
    elif declared and language not in declared:
        yield error(path, 1, _("course.yml does not list the language %(language)s", language=language))


def _module(module: ParsedModule, course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    original, path = course.module(module.slug), module.file.path
    if original is None:
        yield error(path, 1, _("there is no original for “%(module)s”", module=module.slug))
        return
    if original.number != module.number:
        message = _(
            "the original has the number %(original)s, this file %(own)s",
            original=f"{original.number:02}",
            own=f"{module.number:02}",
        )
        yield error(path, 1, message)
    yield from check_text(module, course, sources)
    if module.translated:
        line = module.yaml.line("reference")
        yield from _outdated(path, line, module.translated.reference, original.file.sha256)
    if not module.rendered.problems and not original.rendered.problems:
        yield from _structure(module, original)


def _outdated(path: str, line: int, reference: str, digest: str) -> Iterator[Problem]:
    current = digest[:REFERENCE_DIGITS]
    if reference != current:
        message = _("older than its original, which is now %(digest)s", digest=current)
        yield warning(path, line, message, _("compare, then write that as reference"))


def _structure(module: ParsedModule, original: ParsedModule) -> Iterator[Problem]:
    """Checks that a translation has the same sections and blocks in the same order."""
    path = module.file.path
    own, theirs = module.rendered.outline.shape(), original.rendered.outline.shape()
    for (line, block), (_line, expected) in zip(own, theirs, strict=False):
        if block != expected:
            message = _(
                "the original has the block “%(expected)s” here, not “%(block)s”", expected=expected, block=block
            )
            yield error(path, line, message)
            return
    if len(own) != len(theirs):
        line = own[len(theirs)][0] if len(own) > len(theirs) else 1
        message = _(
            "the original has %(original)s blocks, this translation %(own)s", original=len(theirs), own=len(own)
        )
        yield error(path, line, message)
    own_sections, sections = len(module.rendered.sections), len(original.rendered.sections)
    if own_sections != sections:
        message = _(
            "the original has %(original)s sections (##), this translation %(own)s", original=sections, own=own_sections
        )
        yield error(path, 1, message)


def _bank(bank: ParsedBank, course: ParsedCourse) -> Iterator[Problem]:
    if bank.translated is None or course.bank is None or not course.bank.is_whole:
        return
    originals = {question.id: question for question in course.bank.questions.values()}
    path = bank.file.path
    seen: set[str] = set()
    for number, translated in enumerate(bank.translated.questions):
        slug, line = translated.id, bank.yaml.line("questions", number, "id")
        original = originals.get(slug)
        if slug in seen:
            yield error(path, line, _("the question “%(question)s” is translated twice", question=slug))
        elif original is None:
            yield error(path, line, _("the bank has no question “%(question)s”", question=slug))
        else:
            reference = bank.yaml.line("questions", number, "reference")
            yield from _outdated(path, reference, translated.reference, question_digest(original))
            yield from _parts(translated, original, number, bank)
        seen.add(slug)
    for slug in originals.keys() - seen:
        message = _("the question “%(question)s” is not translated yet", question=slug)
        yield warning(path, bank.yaml.line("questions"), message)


def _parts(translated: TranslatedQuestion, original: AnyQuestion, number: int, bank: ParsedBank) -> Iterator[Problem]:
    """Checks that a translated question has the original's options, statements, pairs and nodes."""
    body = stored_body(original)
    for part in ("options", "statements", "pairs"):
        ids = [item["id"] for item in body.get(part, ())]
        yield from _same_ids(ids, getattr(translated, part), bank, ("questions", number, part))
    nodes = body.get("nodes", {})
    if nodes.keys() != translated.nodes.keys():
        names = ", ".join(nodes) or _("none")
        message = _("the nodes of “%(question)s” are %(nodes)s", question=translated.id, nodes=names)
        yield error(bank.file.path, bank.yaml.line("questions", number, "nodes"), message)
        return
    for name, node in translated.nodes.items():
        ids = [option["id"] for option in nodes[name]["options"]]
        yield from _same_ids(ids, node.options, bank, ("questions", number, "nodes", name, "options"))


def _same_ids(
    ids: list[str], items: list[TranslatedPart], bank: ParsedBank, place: tuple[str | int, ...]
) -> Iterator[Problem]:
    if sorted(ids) != sorted(item.id for item in items):
        message = _(
            "the original's %(part)s are %(ids)s; translate these", part=place[-1], ids=", ".join(ids) or _("none")
        )
        yield error(bank.file.path, bank.yaml.line(*place), message)
