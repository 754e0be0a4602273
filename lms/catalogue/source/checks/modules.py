"""Checks of the modules of a course, and of the links in them."""

from collections.abc import Iterator

from lms.catalogue.source.parsing.parsed import ParsedCourse, ParsedModule, ParsedSources
from lms.catalogue.source.problems import Problem, error, warning
from lms.kernel.i18n import gettext as _

DESCRIPTION_DISTANCE = 4
"""Lines after a picture within which its description begins."""

MAX_WORDS = 900
"""Words on a module's page before anything is opened: more do not fit into a break."""

RESERVED = ("quiz", "complete")
"""Module slugs that are URLs already."""

_PAGES = """
/ /help-now /support /my /courses /courses/about /glossary /verify /certificates /login /account /language
"""
PAGES = frozenset(_PAGES.split())
"""Pages that course texts may link to, beside courses and modules."""


def check_modules(course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    """Checks the original modules of a course."""
    if not course.modules:
        yield error(course.course_path, 1, _("this course has no module yet"), _("add 01-name.md"))
    slugs: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for module in course.modules:
        path, slug, number = module.file.path, module.slug, module.number
        if slug in RESERVED:
            yield error(path, 1, _("a module cannot be named “%(slug)s”: the address is in use", slug=slug))
        if slug in slugs:
            message = _("the module “%(slug)s” appears twice, also as %(file)s", slug=slug, file=slugs[slug])
            yield error(path, 1, message)
        elif number in numbers:
            taken = numbers[number]
            yield error(path, 1, _("number %(number)s is already that of %(file)s", number=f"{number:02}", file=taken))
        slugs.setdefault(slug, module.file.name)
        numbers.setdefault(number, module.file.name)
        yield from _front_matter(module, course, sources)
        yield from check_text(module, course, sources)
        words = module.rendered.words_on_page
        if words > MAX_WORDS:
            message = _("%(words)s running words on the page; %(max)s at most", words=words, max=MAX_WORDS)
            yield warning(path, 1, message)


def _front_matter(module: ParsedModule, course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    front, manifest, path = module.front, course.manifest, module.file.path
    if front is None:
        return
    known = course.objectives
    for number, objective in enumerate(front.objectives):
        if known is not None and objective not in known:
            message = _("course.yml has no objective “%(objective)s”", objective=objective)
            yield error(path, module.yaml.line("objectives", number), message)
    if manifest is None:
        return
    if manifest.per_sector and front.sector is None:
        yield error(path, 1, _("in a course with per_sector: true every module names its sector"))
    if front.sector is not None:
        line = module.yaml.line("sector")
        if not manifest.per_sector:
            yield error(path, line, _("only modules of courses with per_sector: true name a sector"))
        elif front.sector not in sources.sector_slugs:
            yield error(path, line, _("there is no sector “%(sector)s”", sector=front.sector))


def check_text(module: ParsedModule, course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    """Checks the text of a module in any language: sectors, links, pictures."""
    path, rendered = module.file.path, module.rendered
    yield from _sector_groups(module, sources.sector_slugs)
    for link in rendered.links:
        reason = dead_link(link.target, module, sources)
        if reason:
            yield error(path, link.line, _("dead link %(target)s: %(reason)s", target=link.target, reason=reason))
    described = [block.line for block in rendered.outline.blocks if block.name == "description"]
    for image in rendered.images:
        if image.source.startswith("img/") and image.source not in course.pictures:
            yield error(path, image.line, _("there is no picture %(path)s", path=f"{course.path}/{image.source}"))
        elif not any(0 < line - image.line <= DESCRIPTION_DISTANCE for line in described):
            remedy = _("put its content in words into a block “description” right after it")
            yield warning(path, image.line, _("this picture has no description"), remedy)
    if not rendered.problems and (module.front or module.translated) and not rendered.sections:
        yield error(path, 1, _("a module has at least one section (##)"))


def dead_link(target: str, module: ParsedModule, sources: ParsedSources) -> str | None:
    """Says why a link leads nowhere; None where it works or leads to another site."""
    if not target.startswith(("/", "#")):
        return None
    path, _hash, anchor = target.partition("#")
    path = path.partition("?")[0].rstrip("/") or ("/" if path else "")
    if not path:
        found = _has_section(module, anchor)
        return None if found else _("this module has no section “%(section)s”", section=anchor)
    if path == "/glossary" and anchor and sources.glossary and sources.glossary.value:
        known = any(term.slug == anchor for term in sources.glossary.value.terms)
        return None if known else _("the glossary has no term “%(term)s”", term=anchor)
    return None if path in PAGES else _dead_page(path, anchor, sources)


def _dead_page(path: str, anchor: str, sources: ParsedSources) -> str | None:
    parts = path.split("/")[1:]
    if parts[0] != "courses" or len(parts) > 3:
        return _("there is no page %(path)s", path=path)
    course = sources.course(parts[1])
    if course is None:
        return _("there is no course “%(slug)s”", slug=parts[1])
    if len(parts) == 2 or parts[2] == "quiz":
        return None
    module = course.module(parts[2])
    if module is None:
        return _("the course “%(course)s” has no module “%(module)s”", course=parts[1], module=parts[2])
    if not anchor or _has_section(module, anchor):
        return None
    return _("the module “%(module)s” has no section “%(section)s”", module=parts[2], section=anchor)


def _has_section(module: ParsedModule, name: str) -> bool:
    # A module that could not be rendered has no sections yet; its own problems are enough.
    if not module.rendered.sections and module.rendered.problems:
        return True
    return any(section["id"] == name for section in module.rendered.sections)


def _sector_groups(module: ParsedModule, is_core: dict[str, bool]) -> Iterator[Problem]:
    """Checks that each group of sector blocks has one block for every core sector."""
    if not is_core:
        return
    path = module.file.path
    for run in module.rendered.outline.sector_runs:
        seen: set[str] = set()
        for block in run:
            if block.word not in is_core:
                yield error(path, block.line, _("there is no sector “%(sector)s”", sector=block.word))
            elif block.word in seen:
                yield error(path, block.line, _("this sector group has two blocks for “%(sector)s”", sector=block.word))
            seen.add(block.word)
        missing = ", ".join(slug for slug, core in is_core.items() if core and slug not in seen)
        if missing:
            yield error(path, run[0].line, _("this sector group has no block for %(sectors)s", sectors=missing))
