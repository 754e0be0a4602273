"""The form of a draft's day."""

from wtforms import SubmitField

from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, day_field, reason_field


class ScheduleForm(BaseForm):
    """On which day a draft is published, and why."""

    publish_on = day_field(_l("Day"), required=_l("Choose a day."))
    reason = reason_field()
    submit = SubmitField(_l("Publish on this day"))
