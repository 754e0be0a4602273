"""The forms of feedback."""

from collections.abc import Iterator
from typing import Any

from wtforms import RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from lms.authoring.feedback.labels import KIND_LABELS
from lms.authoring.feedback.queries import FeedbackPlace
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, choices_of, text_field


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

    def __init__(self, place: FeedbackPlace, **more: Any) -> None:
        super().__init__(**more)
        self.section.choices = choices_of([("", _l("The whole of it")), *_list_places(place)])

    @property
    def place(self) -> tuple[str, str]:
        """Returns the chosen section and paragraph, each empty for none."""
        section, _slash, paragraph = (self.section.data or "").partition("/")
        return section, paragraph


def _list_places(place: FeedbackPlace) -> Iterator[tuple[str, Any, dict[str, str], Any]]:
    """Yields the choices of a module: its sections, below each its paragraphs by their first words."""
    for section in ({"id": "", "title": _l("Before the first heading")}, *place.sections):
        name, title = section["id"], section["title"]
        if name:
            yield name, _l("All of this section"), {}, title
        for paragraph in place.paragraphs.get(name, ()):
            yield f"{name}/{paragraph.key}", paragraph.label, {}, title


class DealtForm(BaseForm):
    """Nothing but the token."""
