"""Rules for the modules of a course."""

from collections.abc import Iterable, Iterator

from lms.catalogue.source.links import dead_link
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.texts import Catalogue, CourseText, ModuleText
from lms.kernel.markup import Segment, count_words

NEAR = 4
"""Lines after a picture within which its description begins."""

MAX_WORDS = 900
"""Words on a module's page before anything is opened: more do not fit into a break."""

RESERVED = ("quiz", "complete")
"""Module slugs that are addresses already."""


def check_modules(course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks the original modules of a course."""
    if not course.modules:
        yield error(course.course_path, 1, "this course has no module yet; add 01-name.md")
    slugs: dict[str, str] = {}
    numbers: dict[int, str] = {}
    for module in course.modules:
        path = module.file.path
        if module.slug in RESERVED:
            yield error(path, 1, f"a module cannot be called “{module.slug}”; that address is taken")
        if module.slug in slugs:
            yield error(path, 1, f"the module “{module.slug}” is there twice, also as {slugs[module.slug]}")
        elif module.number in numbers:
            yield error(path, 1, f"number {module.number:02} is taken by {numbers[module.number]}")
        slugs.setdefault(module.slug, module.file.name)
        numbers.setdefault(module.number, module.file.name)
        yield from _front(module, course, catalogue)
        yield from check_text(module, course, catalogue)
        words = words_on_page(module.rendered.segments)
        if words > MAX_WORDS:
            sentence = f"{words} running words on the page; {MAX_WORDS} at most fit into a break"
            yield warning(path, 1, sentence)


def words_on_page(segments: Iterable[Segment]) -> int:
    """Counts the words on a module's page before anything is opened.

    That is the text, the longest block of each sector group, and of checks and scenarios the question and its
    choices: reasons and descriptions of pictures unfold on request.
    """
    total = 0
    for segment in segments:
        match segment["kind"]:
            case "sectors":
                total += max(map(count_words, segment["blocks"].values()))
            case "check":
                total += count_words(segment["prompt"])
                total += sum(count_words(option["text"]) for option in segment["options"])
            case "scenario":
                total += count_words(segment["title"]) + count_words(segment["intro"])
                total += sum(count_words(option["choice"]) for option in segment["options"])
            case "description":
                pass
            case _:
                total += count_words(segment["html"])
    return total


def _front(module: ModuleText, course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks objectives and sector of a module against its course."""
    front, form, path = module.front, course.form, module.file.path
    if front is None:
        return
    known = course.objectives
    for number, objective in enumerate(front.objectives):
        if known is not None and objective not in known:
            line = module.yaml.line("objectives", number)
            yield error(path, line, f"course.yml has no objective “{objective}”")
    if form is None:
        return
    if form.per_sector and front.sector is None:
        yield error(path, 1, "in a course with per_sector: true every module names its sector")
    if front.sector is not None:
        line = module.yaml.line("sector")
        if not form.per_sector:
            yield error(path, line, "only modules of courses with per_sector: true name a sector")
        elif front.sector not in sector_slugs(catalogue):
            yield error(path, line, f"there is no sector “{front.sector}”")


def check_text(module: ModuleText, course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks the text of a module in any language: sectors, links, pictures."""
    path, rendered = module.file.path, module.rendered
    yield from _sector_runs(module, catalogue)
    for link in rendered.links:
        reason = dead_link(link.target, module, catalogue)
        if reason:
            yield error(path, link.line, f"dead link {link.target}: {reason}")
    described = [block.line for block in rendered.outline.blocks if block.name == "description"]
    for image in rendered.images:
        if image.source.startswith("img/") and image.source not in course.pictures:
            yield error(path, image.line, f"there is no picture {course.path}/{image.source}")
        elif not any(0 < line - image.line <= NEAR for line in described):
            sentence = (
                "this picture is not described; put its words into a block “description” right after it"
            )
            yield warning(path, image.line, sentence)
    if rendered.problems or not (module.front or module.translated):
        return
    if not rendered.sections:
        yield error(path, 1, "a module has at least one section (##)")


def _sector_runs(module: ModuleText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks that each group of sector blocks speaks once to every core sector."""
    path, known = module.file.path, sector_slugs(catalogue)
    if not known:
        return
    core = [sector.slug for sector in catalogue.sectors.value.sectors if sector.core]  # type: ignore[union-attr]
    for run in module.rendered.outline.sector_runs:
        seen: set[str] = set()
        for block in run:
            if block.word not in known:
                yield error(path, block.line, f"there is no sector “{block.word}”")
            elif block.word in seen:
                yield error(path, block.line, f"this group speaks twice to “{block.word}”")
            seen.add(block.word)
        missing = [slug for slug in core if slug not in seen]
        if missing:
            yield error(path, run[0].line, f"this group does not speak to {', '.join(missing)}")


def sector_slugs(catalogue: Catalogue) -> frozenset[str]:
    """Returns the slugs of all sectors, none where sectors.yml cannot be read."""
    if catalogue.sectors is None or catalogue.sectors.value is None:
        return frozenset()
    return frozenset(sector.slug for sector in catalogue.sectors.value.sectors)
