"""Where links inside the platform may lead."""

from lms.catalogue.source.texts import Catalogue, ModuleText

PAGES = frozenset(
    {"/", "/help-now", "/my", "/courses", "/courses/about", "/glossary", "/verify", "/certificates", "/login"}
    | {"/account", "/language"}
)
"""Pages of the house that course texts may name."""


def dead_link(target: str, module: ModuleText, catalogue: Catalogue) -> str | None:
    """Says why a link leads nowhere; nothing where it leads somewhere or out of the house."""
    if not target.startswith(("/", "#")):
        return None
    path, _hash, anchor = target.partition("#")
    path = path.partition("?")[0].rstrip("/") or ("/" if path else "")
    if not path:
        return None if _has_section(module, anchor) else f"this module has no section “{anchor}”"
    if path == "/glossary" and anchor and catalogue.glossary and catalogue.glossary.value:
        known = any(term.slug == anchor for term in catalogue.glossary.value.terms)
        return None if known else f"the glossary has no term “{anchor}”"
    return None if path in PAGES else _dead_page(path, anchor, catalogue)


def _dead_page(path: str, anchor: str, catalogue: Catalogue) -> str | None:
    parts = path.split("/")[1:]
    if parts[0] != "courses" or len(parts) > 3:
        return f"there is no page {path}"
    course = catalogue.course(parts[1])
    if course is None:
        return f"there is no course “{parts[1]}”"
    found = course.module(parts[2]) if len(parts) == 3 and parts[2] != "quiz" else None
    if found is None:
        is_there = len(parts) == 2 or parts[2] == "quiz"
        return None if is_there else f"the course “{parts[1]}” has no module “{parts[2]}”"
    is_there = not anchor or _has_section(found, anchor)
    return None if is_there else f"the module “{parts[2]}” has no section “{anchor}”"


def _has_section(module: ModuleText, name: str) -> bool:
    # A module whose text is broken has no sections yet; its own problems are enough.
    if not module.rendered.sections and module.rendered.problems:
        return True
    return any(section["id"] == name for section in module.rendered.sections)
