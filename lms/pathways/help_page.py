"""What the page for people worried about a child shows of the reader's station; never an error."""

from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError, TimeoutError as NoFreeConnection

from lms.kernel import db
from lms.kernel.actor import NOBODY, Actor
from lms.pathways import queries
from lms.pathways.models import PathwayVersion
from lms.web.access import current_actor


@dataclass(frozen=True, slots=True)
class HelpPageReader:
    """Who reads the page, the pathway of their station, and whether the database could not be reached."""

    actor: Actor
    version: PathwayVersion | None
    database_down: bool = False


def load_reader() -> HelpPageReader:
    """Returns the reader and their pathway; without a database, an unknown reader.

    Both are read here, because even who is signed in is a query.
    """
    try:
        actor = current_actor()
        version = queries.find_current(actor.station_id) if actor.station_id is not None else None
    except (DBAPIError, NoFreeConnection):
        db.rollback()
        return HelpPageReader(NOBODY, None, database_down=True)
    return HelpPageReader(actor, version)
