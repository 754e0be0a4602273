"""The forms of scheduled reports."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from wtforms import SelectField, SubmitField
from wtforms.validators import DataRequired

from lms.compliance.report.export.models import SavedView
from lms.compliance.report.schedule.queries import ReportReader
from lms.compliance.report.schedule.rules import Rhythm
from lms.people.models import Organisation
from lms.web.forms import BaseForm, checkboxes_field, choices_of, offer, reason_field

RHYTHM_LABELS = {Rhythm.WEEKLY: _l("Weekly, on Mondays"), Rhythm.MONTHLY: _l("Monthly, on the first")}


class ScheduleReportForm(BaseForm):
    """Has a report sent by e-mail."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    view = SelectField(
        _l("Which report"),
        coerce=int,
        default=0,
        description=_l("Everybody, or the filters of one of your saved views. The day is always that of the e-mail."),
    )
    rhythm = SelectField(_l("How often"), choices=choices_of(RHYTHM_LABELS.items()))
    recipients = checkboxes_field(
        _l("Recipients"),
        DataRequired(_l("Choose at least one recipient.")),
        description=_l("HR of the organisation and administrators, who may see its report, with an e-mail address."),
        coerce=int,
    )
    reason = reason_field()
    submit = SubmitField(_l("Schedule this report"))

    def offer_choices(
        self, organisations: Iterable[Organisation], views: Iterable[SavedView], readers: Iterable[ReportReader]
    ) -> None:
        """Fills the choices; the only organisation needs no choice."""
        offer(self.organisation, ((each.id, each.name) for each in organisations))
        saved = ((each.id, each.name) for each in views if each.page == "report")
        self.view.choices = choices_of([(0, _l("Everybody")), *saved])
        # No addresses: an administrator may be somebody else's staff.
        self.recipients.choices = choices_of((each.account_id, each.name) for each in dict.fromkeys(readers))


class StopScheduleForm(BaseForm):
    """Stops a scheduled report."""

    reason = reason_field()
    submit = SubmitField(_l("Stop this report"))
