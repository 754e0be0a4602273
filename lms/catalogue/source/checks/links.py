"""Checks of links inside the platform."""

from lms.catalogue.source.parsing.sources import ParsedModule, ParsedSources
from lms.kernel.i18n import gettext as _

_PAGES = """
/ /help-now /my /courses /courses/about /glossary /verify /certificates /login /account /language
"""
PAGES = frozenset(_PAGES.split())
"""Pages that course texts may link to, beside courses and modules."""


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
