"""Renders a module's segments as HTML, once for each revision, sector and language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

from flask import current_app, request
from markupsafe import Markup

from lms.catalogue.api import PublishedModule, SectorRow, list_sectors, module_segments
from lms.kernel.caching import cached


@dataclass(frozen=True, slots=True)
class RenderedSegments:
    """A run of segments as HTML; after one that is ``local`` comes the station's referral pathway."""

    html: Markup
    local: bool = False


def sector_labels(language: str) -> tuple[tuple[str, str, str | None], ...]:
    """Returns slug, short name in a language and icon of the sectors in their order."""
    return tuple((row.slug, row.short_name(language), row.icon) for row in list_sectors())


def render_body(module: PublishedModule, own_sector: str | None, language: str) -> tuple[RenderedSegments, ...]:
    """Returns a module's body for a learner of a sector, in the language of the page around it."""
    sectors = list_sectors()
    revision_id = module.module_revision_id
    key = ("learning.body", revision_id, own_sector, language, request.script_root, sector_labels(language))
    return cached(key, lambda: render_segments(module_segments(revision_id), own_sector, sectors, language))


def render_segments(
    segments: Sequence[dict[str, Any]], own_sector: str | None, sectors: Sequence[SectorRow], language: str
) -> tuple[RenderedSegments, ...]:
    """Returns sanitised segments as HTML, whether they are published or not."""
    macros: Any = current_app.jinja_env.get_template("learning/_segments.html").module
    parts: list[RenderedSegments] = []
    run: list[str] = []
    for segment in segments:
        html = macros.segment(_safe(segment), own_sector, sectors, language)
        if segment["kind"] != "local":
            run.append(html)
            continue
        parts += [RenderedSegments(Markup("\n").join(run)), RenderedSegments(html, local=True)]
        run = []
    return (*parts, RenderedSegments(Markup("\n").join(run)))


def shows_pathway(module: PublishedModule) -> bool:
    """Returns whether a module shows the referral pathway of the learner's station."""
    return any(segment["kind"] == "local" for segment in module_segments(module.module_revision_id))


def _safe(value: Any, key: str = "") -> Any:
    """Marks stored HTML as safe; titles are plain text and will be escaped."""
    if isinstance(value, dict):
        return {name: _safe(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [_safe(inner, key) for inner in value]
    # Segments were sanitised when the module was published: lms.kernel.markup.
    if key == "prompt":
        # The legend of a check's choices contains no paragraphs, but lines.
        value = re.sub(r"</p>\s*<p>", "<br>", value.removeprefix("<p>").removesuffix("</p>"))
    plain = not isinstance(value, str) or key in {"kind", "id", "title", "quality", "address"}
    return value if plain else Markup(re.sub(r"<table>.*?</table>", _label_cells, value, flags=re.DOTALL))  # noqa: S704


def _label_cells(table: re.Match[str]) -> str:
    """Returns a table with each column's heading at its cells: with large letters a row becomes a card."""
    html = table.group()
    headings = [re.sub(r"<[^>]+>", "", text).replace('"', "&quot;") for text in re.findall(r"<th>(.*?)</th>", html)]
    places = cycle(headings or [""])
    return re.sub(r"<td>", lambda _cell: f'<td data-label="{next(places)}">', html)
