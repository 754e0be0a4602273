"""A module's segments as the HTML of its page, put together once for each revision, sector and language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from lms.catalogue.api import PublishedModule, SectorRow, list_sectors, module_segments
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.caching import cached
from lms.pathways.api import find_pointer, load_version, overdue_pathway

SECTORS_KEPT_SECONDS = 60
"""Names of sectors may change at any time; pages may say the old one for so long."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of segments as HTML, or (``local``) the place where a station's pathway is shown after it."""

    html: Markup
    local: bool = False


def sectors_now() -> tuple[SectorRow, ...]:
    """Returns the sectors in their order, as they were at most a minute ago."""
    minute = int(clock.now().timestamp()) // SECTORS_KEPT_SECONDS
    return cached(("learning.sectors", minute), list_sectors) or ()


def names_now(language: str) -> tuple[tuple[str, str, str | None], ...]:
    """Returns how the sectors are called and drawn on a page in a language."""
    return tuple((row.slug, row.short_name(language), row.icon) for row in sectors_now())


def body_of(module: PublishedModule, own: str | None, language: str) -> tuple[Piece, ...]:
    """Returns a module's body for a learner of a sector, in the language of the page around it."""
    sectors = sectors_now()
    key = (
        "learning.body",
        module.module_revision_id,
        own,
        language,
        request.script_root,
        names_now(language),
    )
    segments = module_segments(module.module_revision_id)
    return cached(key, lambda: _body(segments, own, sectors, language)) or ()


def _body(
    segments: Sequence[dict[str, Any]], own: str | None, sectors: Sequence[SectorRow], language: str
) -> tuple[Piece, ...]:
    macros: Any = current_app.jinja_env.get_template("learning/_segments.html").module
    pieces: list[Piece] = []
    run: list[str] = []
    for segment in segments:
        html = macros.segment(_safe(segment), own, sectors, language)
        if segment["kind"] != "local":
            run.append(html)
            continue
        pieces += [Piece(Markup("\n").join(run)), Piece(html, local=True)]
        run = []
    return (*pieces, Piece(Markup("\n").join(run)))


def names_the_station(module: PublishedModule) -> bool:
    """Says whether a module has a place where the learner's station is shown."""
    return any(segment["kind"] == "local" for segment in module_segments(module.module_revision_id))


@dataclass(frozen=True, slots=True)
class Pathway:
    """What is shown of a station's pathway: a version, whether its review is overdue, and the station's name."""

    version_id: int | None
    overdue: bool
    station_name: str


def pathway_now(actor: Actor) -> Pathway:
    """Asks which version of the pathway of the actor's station is current."""
    pointer = find_pointer(actor.station_id) if actor.station_id is not None else None
    overdue = pointer is not None and overdue_pathway(pointer)
    return Pathway(pointer.version_id if pointer else None, overdue, actor.station_name)


def pathway_card(pathway: Pathway, language: str) -> Markup:
    """Returns the contacts of a station, with the warning where they are overdue.

    A version never changes, so the card of each is written once.
    """
    key = ("learning.pathway", pathway, language, request.script_root)
    return cached(key, lambda: _card(pathway.version_id, pathway.station_name)) or Markup()


def _card(version_id: int | None, station_name: str) -> Markup:
    template = current_app.jinja_env.get_template("pathways/_card.html")
    version = load_version(version_id) if version_id is not None else None
    return Markup(template.render(version=version, station_name=station_name))  # noqa: S704 - a template escapes


def _legend(prompt: str) -> str:
    """Returns the question of a check as a legend may hold it: its paragraphs as lines."""
    inner = prompt.removeprefix("<p>").removesuffix("</p>")
    return re.sub(r"</p>\s*<p>", "<br>", inner)


def _safe(value: Any, key: str = "") -> Any:
    """Marks stored HTML as what it is; titles are plain text and stay to be escaped."""
    if isinstance(value, dict):
        return {name: _safe(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_safe(inner, key) for inner in value]
    # Segments were sanitised when the module was published: lms.kernel.markup.
    if key == "prompt":
        value = _legend(value)
    plain = not isinstance(value, str) or key in {"kind", "id", "title", "quality"}
    return value if plain else Markup(value)  # noqa: S704
