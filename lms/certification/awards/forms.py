"""The forms that revoke a certificate or correct the name on it."""

from wtforms.validators import InputRequired

from lms.certification.awards.operations import LONGEST_NAME, LONGEST_REASON
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import (
    BaseForm,
    check_printable,
    checkboxes_field,
    day_field,
    reason_field,
    sentences_field,
    text_field,
)


class RevokeForm(BaseForm):
    """Revokes a certificate from a day on."""

    effective_on = day_field(
        _l("First day on which it is not valid"),
        required=_l("Choose the first day on which it is not valid."),
        description=_l("Today or earlier. If it should never have been valid, choose the day it was earned."),
    )
    reason = sentences_field(
        _l("Why it is revoked"),
        LONGEST_REASON,
        required=_l("Say why, in a sentence."),
        description=_l(
            "For your organisation's records, not for the public page. Do not write about a real child, family or "
            "incident."
        ),
    )


class RenameForm(BaseForm):
    """Replaces certificates that show another name than their holder's."""

    serials = checkboxes_field(_l("Certificates to replace"), InputRequired(_l("Choose at least one certificate.")))
    reason = reason_field()


class CorrectForm(BaseForm):
    """Corrects the name on a certificate."""

    name = text_field(
        _l("Name to print"),
        LONGEST_NAME,
        required=_l("Type the name."),
        render_kw={"autocomplete": "off", "dir": "auto"},
    )
    reason = sentences_field(
        _l("Why it is corrected"),
        LONGEST_REASON,
        required=_l("Say why, in a sentence."),
        description=_l("Do not write about a real child, family or incident."),
    )

    validate_name = staticmethod(check_printable)
