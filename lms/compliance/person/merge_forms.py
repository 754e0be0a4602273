"""The forms that say that two records are one person's, and take it back."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from lms.people.models import Organisation
from lms.web.forms import BaseForm, choices_of, reason_field, text_field


class OtherRecordForm(BaseForm):
    """Which other record: by its staff number."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = text_field(
        _l("Staff number of the other record"), 40, required=_l("Write the other staff number.")
    )
    submit = SubmitField(_l("Compare the two"))

    def choose_organisation(self, organisations: Iterable[Organisation]) -> None:
        """Offers the organisations of the actor; the only one needs no choice."""
        known = [(each.id, each.name) for each in organisations]
        self.organisation.choices = choices_of(known)
        if len(known) == 1:
            self.organisation.data = known[0][0]


class MergeForm(BaseForm):
    """Which of two records is kept, and why they are one."""

    keep = RadioField(
        _l("Which record should be kept?"),
        coerce=int,
        description=_l(
            "Both are shown under its name and address. Nothing of the other one is lost or changed."
        ),
        validators=[InputRequired(_l("Choose the record to keep."))],
    )
    reason = reason_field()
    submit = SubmitField(_l("Merge: same person"))

    def offer(self, persons: Iterable[tuple[int, Any]]) -> None:
        """Offers the two to keep."""
        self.keep.choices = choices_of(persons)


class UndoMergeForm(BaseForm):
    """Why two records are not one person's after all."""

    reason = reason_field()
    submit = SubmitField(_l("Undo the merge"))
