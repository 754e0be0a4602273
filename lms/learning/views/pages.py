"""The blueprint that all views of the room hang on, and how days are written in the learner's own zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint

from lms.web.access import current_actor

bp = Blueprint("learning", __name__, template_folder="../templates")


@bp.app_template_filter("here")
def here(moment: datetime) -> datetime:
    """Returns a moment on the clocks where the person who is signed in works."""
    return moment.astimezone(ZoneInfo(current_actor().time_zone))


@bp.app_template_filter("day_here")
def day_here(moment: datetime) -> date:
    """Returns the day of a moment where the person who is signed in works."""
    return here(moment).date()
