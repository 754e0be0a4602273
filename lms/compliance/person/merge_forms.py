"""The forms to find a duplicate record, to merge two records, and to undo a merge."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from lms.web.forms import BaseForm, reason_field, text_field


class OtherRecordForm(BaseForm):
    """The staff number of the other record."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    staff_number = text_field(_l("Staff number of the other record"), 40, required=_l("Write the other staff number."))
    submit = SubmitField(_l("Compare the two"))


class MergeForm(BaseForm):
    """Which of two records survives, and why they are the same person's."""

    surviving = RadioField(
        _l("Which record should be kept?"),
        coerce=int,
        description=_l("Both are shown under its name and address. Nothing of the other one is lost or changed."),
        validators=[InputRequired(_l("Choose the record to keep."))],
    )
    reason = reason_field()
    submit = SubmitField(_l("Merge: same person"))


class UndoMergeForm(BaseForm):
    """Why two records are not the same person's after all."""

    reason = reason_field()
    submit = SubmitField(_l("Undo the merge"))
