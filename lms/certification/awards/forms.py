"""The forms that revoke a certificate or correct the name on it."""

from flask_wtf import FlaskForm
from wtforms import DateField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length

from lms.certification.awards.operations import LONGEST_NAME, LONGEST_REASON
from lms.kernel.i18n import gettext, lazy_gettext as _
from lms.kernel.pdf import unprintable

NO_CASES = _("Do not write about a real child, family or incident.")


class RevokeForm(FlaskForm):  # type: ignore[misc]
    """Ending a certificate from a day on."""

    effective_on = DateField(
        _("First day on which it is not valid"),
        description=_("Today or earlier. If it should never have been valid, choose the day it was earned."),
        validators=[InputRequired(_("Choose the first day on which it is not valid."))],
    )
    reason = TextAreaField(
        _("Why it is revoked"),
        description=_(
            "For your organisation's records, not for the public page. %(no_cases)s", no_cases=NO_CASES
        ),
        validators=[
            InputRequired(_("Say why, in a sentence.")),
            Length(max=LONGEST_REASON, message=_("Shorten this to 500 characters.")),
        ],
        render_kw={"rows": 3},
    )


class CorrectForm(FlaskForm):  # type: ignore[misc]
    """Correcting the name on a certificate."""

    name = StringField(
        _("Name to print"),
        validators=[
            InputRequired(_("Type the name.")),
            Length(max=LONGEST_NAME, message=_("Shorten the name to 200 characters.")),
        ],
        render_kw={"autocomplete": "off", "dir": "auto"},
    )
    reason = TextAreaField(
        _("Why it is corrected"),
        description=NO_CASES,
        validators=[
            InputRequired(_("Say why, in a sentence.")),
            Length(max=LONGEST_REASON, message=_("Shorten this to 500 characters.")),
        ],
        render_kw={"rows": 3},
    )

    def validate_name(self, field: StringField) -> None:
        """Refuses letters that the certificate's fonts do not have, before they are printed as question marks."""
        unknown = "".join(sorted(unprintable(field.data or "")))
        if unknown:
            raise ValidationError(
                gettext(
                    "The certificate cannot print %(letters)s. Write the name in other letters.",
                    letters=unknown,
                )
            )
