"""The forms of feedback."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from lms.authoring.feedback.labels import KIND_LABELS
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, choices_of, offer, text_field


class FeedbackForm(BaseForm):
    """What is wrong, where in the module, and one sentence about it."""

    section = SelectField(_l("Where?"), default="")
    kind = RadioField(
        _l("What is wrong?"),
        choices=choices_of(KIND_LABELS.items()),
        validators=[InputRequired(_l("Choose what is wrong."))],
    )
    text = text_field(
        _l("In one sentence"), 300,
        description=_l(
            "What would be right, or what you do not understand. Never write a name, or anything about a real child, "
            "family, colleague or incident: authors of courses read this, and cannot help."
        ),
        render_kw={"autocomplete": "off", "maxlength": 300},
    )  # fmt: skip
    submit = SubmitField(_l("Send to the authors"))

    def __init__(self, sections: Iterable[Mapping[str, str]], **more: Any) -> None:
        super().__init__(**more)
        offer(self.section, [(each["id"], each["title"]) for each in sections], first=_l("The whole of it"))


class DealtForm(BaseForm):
    """Nothing but the token."""
