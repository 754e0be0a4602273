"""What the page for worried people knows of the reader's station: whatever can be reached, and never an error."""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, TimeoutError as NoFreeConnection

from lms.kernel import db
from lms.kernel.actor import NOBODY, Actor
from lms.pathways import queries
from lms.pathways.models import PathwayVersion
from lms.web.access import current_actor


@dataclass(frozen=True, slots=True)
class Reached:
    """Who is reading, their station's pathway, and whether the database could not be asked."""

    actor: Actor
    version: PathwayVersion | None
    away: bool = False


def reach() -> Reached:
    """Returns what can be known of the reader; where the database is away, that nothing is known.

    Even asking who is signed in asks the database, so that both questions stand under one roof here.
    """
    try:
        actor = current_actor()
        version = queries.find_current(actor.station_id) if actor.station_id is not None else None
    except (DBAPIError, NoFreeConnection):
        db.rollback()
        return Reached(NOBODY, None, away=True)
    return Reached(actor, version)
