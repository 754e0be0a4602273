"""The pathway of a station within other pages: rendered once for all who are shown the same."""

from dataclasses import dataclass
from datetime import date

from flask import current_app, request
from markupsafe import Markup

from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.caching import cached
from lms.pathways.labels import overdue_pathway
from lms.pathways.queries import find_current_pathway, find_pointer


@dataclass(frozen=True, slots=True)
class ShownPathway:
    """What the shown pathway of a station depends on: its version, decision, last mark, the day and its zone."""

    station_id: int | None
    station_name: str
    version_id: int | None
    decision_id: int | None
    mark_id: int | None
    overdue: bool
    day: date
    zone: str


def find_shown_pathway(actor: Actor) -> ShownPathway:
    """Returns the current pathway of the actor's station, without its contacts, in one query."""
    pointer = find_pointer(actor.station_id) if actor.station_id is not None else None
    return ShownPathway(
        station_id=actor.station_id,
        station_name=actor.station_name,
        version_id=pointer.id if pointer else None,
        decision_id=pointer.decision_id if pointer else None,
        mark_id=pointer.mark_id if pointer else None,
        overdue=pointer is not None and overdue_pathway(pointer),
        # Former numbers are shown until a day.
        day=clock.today(actor.time_zone),
        zone=actor.time_zone,
    )


def render_pathway(template: str, shown: ShownPathway, language: str) -> Markup:
    """Renders a template about a station's pathway, cached by all that it depends on.

    It takes `pathway` (a CurrentPathway or None) and `station_name` (empty for somebody without a station).
    """

    def render() -> Markup:
        pathway = find_current_pathway(shown.station_id) if shown.station_id is not None else None
        html = current_app.jinja_env.get_template(template).render(pathway=pathway, station_name=shown.station_name)
        return Markup(html)  # noqa: S704 - the template escapes

    def render_same() -> Markup | None:
        html = render()
        # What was published meanwhile may be refused again, and this key then be that of the version before it.
        return html if _find_ids(shown.station_id) == (shown.version_id, shown.decision_id, shown.mark_id) else None

    return cached(("pathways.shown", template, shown, language, request.script_root), render_same) or render()


def _find_ids(station_id: int | None) -> tuple[int | None, int | None, int | None]:
    pointer = find_pointer(station_id) if station_id is not None else None
    return (pointer.id, pointer.decision_id, pointer.mark_id) if pointer else (None, None, None)
