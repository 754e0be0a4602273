"""Renders a module of a draft as its learners would see it."""

import re
from typing import TYPE_CHECKING

from flask import url_for
from markupsafe import Markup

from lms.authoring.models import Draft
from lms.catalogue.api import list_sectors
from lms.learning.api import RenderedSegments, render_segments

if TYPE_CHECKING:
    from lms.catalogue.api import ParsedModule


def render_drafted(
    draft: Draft, module: "ParsedModule", sector: str | None, language: str
) -> tuple[RenderedSegments, ...]:
    """Returns a module's body for a sector, in the language of the page around it; pictures are those of the draft."""
    published = re.compile(rf'"/courses/{re.escape(draft.course)}/img/([a-z0-9-]+)\.[0-9a-f]+(\.[a-z]+)"')

    def drafted(address: re.Match[str]) -> str:
        name = address[1] + address[2]
        return f'"{url_for("authoring.drafted_picture", course=draft.course, draft_id=draft.id, name=name)}"'

    return tuple(
        # Only addresses of our own change in HTML that is safe already.
        RenderedSegments(Markup(published.sub(drafted, part.html)), part.local)  # noqa: S704
        for part in render_segments(module.segments, sector, list_sectors(), language)
    )
