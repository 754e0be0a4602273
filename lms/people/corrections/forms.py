"""The forms in which people ask for a correction of their record, and HR answers."""

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from lms.web.forms import BaseForm, choices_of, sentences_field

KIND_LABELS = {
    "placement": _l("Where I work or worked, since when, or as what"),
    "certificate": _l("A certificate: missing, or with a wrong day or name"),
    "name": _l("My name or e-mail address"),
    "other": _l("Something else"),
}


class CorrectionRequestForm(BaseForm):
    """What is wrong in one's own record, and whose HR should correct it."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    kind = RadioField(
        _l("What is wrong?"),
        choices=choices_of(KIND_LABELS.items()),
        validators=[InputRequired(_l("Choose what is wrong."))],
    )
    text = sentences_field(
        _l("What should be corrected?"),
        300,
        required=_l("Say which line is wrong and what is right."),
        description=_l(
            "One or two sentences: which line is wrong, and what is right. Do not write about a real child, family or "
            "incident."
        ),
    )
    submit = SubmitField(_l("Send to HR"))


class CorrectionAnswerForm(BaseForm):
    """HR's answer, for the person to read."""

    text = sentences_field(
        _l("Your answer"),
        500,
        required=_l("Write what you corrected, or why nothing needs to be corrected."),
        description=_l(
            "One or two sentences, shown on the person's own page: what you corrected, or why the record is right. Do "
            "not write about a real child, family or incident."
        ),
    )
    submit = SubmitField(_l("Send the answer"))
