"""The forms with which people say that their record is wrong, and HR answers."""

from collections.abc import Iterable
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from lms.people.forms import RefusableForm, choices_of
from lms.people.rules import tidy

KIND_WORDS = (
    ("placement", _l("Where I work or worked, since when, or as what")),
    ("certificate", _l("A certificate: missing, or with a wrong day or name")),
    ("name", _l("My name or e-mail address")),
    ("other", _l("Something else")),
)
MOST_SAID, MOST_ANSWERED = 300, 500


def _sentences(label: Any, description: Any, needed: Any, most: int) -> Any:
    return TextAreaField(
        label,
        description=description,
        filters=[tidy],
        validators=[
            DataRequired(needed),
            Length(max=most, message=_l("This is too long: at most %(most)s characters fit.", most=most)),
        ],
        render_kw={"rows": 3, "maxlength": most},
    )


class WrongRecordForm(RefusableForm):
    """What is wrong in one's own record, and who is to put it right."""

    organisation = SelectField(_l("Whom do you tell?"), coerce=int)
    kind = RadioField(
        _l("What is wrong?"),
        choices=choices_of(KIND_WORDS),
        validators=[InputRequired(_l("Choose what is wrong."))],
    )
    said = _sentences(
        _l("Which line, and what is right?"),
        _l(
            "One or two sentences about your own record. Do not write about a real child, family or incident."
        ),
        _l("Say which line is wrong and what is right."),
        MOST_SAID,
    )
    submit = SubmitField(_l("Send to HR"))

    def offer(self, organisations: Iterable[tuple[int, str]]) -> None:
        """Offers the organisations one worked for; the only one needs no choice."""
        known = list(organisations)
        self.organisation.choices = choices_of(known)
        if len(known) == 1:
            self.organisation.data = known[0][0]


class AnswerForm(RefusableForm):
    """What HR has done, for the person to read."""

    said = _sentences(
        _l("Your answer"),
        _l(
            "One or two sentences that the person reads on their own page: what you corrected, or why it is right as "
            "it stands. Do not write about a real child, family or incident."
        ),
        _l("Write what you did, or why nothing is to be done."),
        MOST_ANSWERED,
    )
    submit = SubmitField(_l("Send the answer"))
