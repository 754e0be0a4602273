"""The blueprint of the learning pages, and the template filters that write moments in the learner's time zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask import Blueprint

from lms.learning.unsaved_answers import seal_unsaved_answers
from lms.web.access import current_actor

bp = Blueprint("learning", "lms.learning", template_folder="templates")
bp.after_request(seal_unsaved_answers)


@bp.app_template_filter("local_time")
def local_time(moment: datetime) -> datetime:
    """Returns a moment in the time zone of the signed-in person's station."""
    return moment.astimezone(ZoneInfo(current_actor().time_zone))


@bp.app_template_filter("local_day")
def local_day(moment: datetime) -> date:
    """Returns the day of a moment in the time zone of the signed-in person's station."""
    return local_time(moment).date()
