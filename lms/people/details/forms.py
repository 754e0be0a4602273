"""The forms that correct who somebody is."""

from flask_babel import gettext as _, lazy_gettext as _l
from wtforms import Field, SelectField, SubmitField, ValidationError

from lms.people.importing.parse import comparison_key
from lms.web.forms import BaseForm, check_printable, choices_of, email_field, reason_field, text_field
from lms.web.language import language_name, languages

FIELD_LABELS = {
    "name": _l("Name"),
    "given_name": _l("Given name"),
    "family_name": _l("Family name"),
    "printed_name": _l("Name on certificates"),
    "email": _l("E-mail"),
    "language": _l("Language for e-mails"),
    "staff_number": _l("Staff number"),
}


def check_part_of_name(form: "DetailsForm", field: Field) -> None:
    """Refuses a part that the name does not have: most often only one of the two was corrected."""
    if not set(comparison_key(field.data).split()) <= set(comparison_key(form.name.data or "").split()):
        raise ValidationError(
            _("“%(part)s” is not part of the name above. Write it as there, or correct the name.", part=field.data)
        )


class DetailsForm(BaseForm):
    """Who somebody is."""

    name = text_field(FIELD_LABELS["name"], 200, required=_l("Write the name."))
    given_name = text_field(FIELD_LABELS["given_name"], 200, check_part_of_name)
    family_name = text_field(FIELD_LABELS["family_name"], 200, check_part_of_name)
    printed_name = text_field(
        FIELD_LABELS["printed_name"],
        200,
        check_printable,
        description=_l("Only where it differs from the name, such as in other letters. Otherwise leave it empty."),
    )
    email = email_field(
        _l(
            "The person signs in with it and is signed out everywhere when it changes. Of somebody who has left, "
            "remove it so that somebody else can use it."
        )
    )
    language = SelectField(FIELD_LABELS["language"])
    reason = reason_field()
    submit = SubmitField(_l("Save the correction"))

    def offer(self, present: str) -> None:
        """Fills the choices; the present language stays possible where it is no longer offered."""
        self.language.choices = choices_of(
            (each, language_name(each)) for each in dict.fromkeys([*languages(), present])
        )


class StaffNumberForm(BaseForm):
    """The staff number of somebody at one organisation."""

    staff_number = text_field(FIELD_LABELS["staff_number"], 40, required=_l("Write the staff number."))
    reason = reason_field()
    submit = SubmitField(_l("Save the correction"))
