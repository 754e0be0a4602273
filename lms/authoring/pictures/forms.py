"""The form of a picture."""

from typing import Any

from flask_wtf.file import FileField, FileRequired
from wtforms import IntegerField, SelectField, SubmitField, TextAreaField
from wtforms.validators import NumberRange, Optional

from lms.authoring.blocks.rules import list_sections
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, at_most, offer, text_field


def _side(label: Any) -> Any:
    return IntegerField(
        label, default=0, validators=[Optional(), NumberRange(0, 90, _l("Between 0 and 90 percent."))],
        render_kw={"inputmode": "numeric"},
    )  # fmt: skip


class PictureForm(BaseForm):
    """A picture, its alt text, what is cut off, and where it goes."""

    file = FileField(
        _l("Picture"),
        validators=[FileRequired(_l("Choose a picture."))],
        description=_l(
            "PNG, JPEG, WebP, GIF or SVG. No picture of a real child, and nobody who can be recognised. It is made "
            "small, and camera data such as the place are removed."
        ),
        render_kw={"accept": "image/png,image/jpeg,image/webp,image/gif,image/svg+xml"},
    )
    alt = text_field(
        _l("What it shows, in a sentence"), 200,
        required=_l("Say what the picture shows: who does not see it hears this."),
        description=_l("For people who do not see it, and where it does not load."),
    )  # fmt: skip
    description = TextAreaField(
        _l("A longer description"), validators=[Optional(), at_most(2000)], render_kw={"rows": 3},
        description=_l("For drawings that explain something: everything that can be learned from it."),
    )  # fmt: skip
    place = SelectField(_l("Where it goes"), default="")
    left = _side(_l("Cut off at the left, percent"))
    right = _side(_l("Cut off at the right, percent"))
    top = _side(_l("Cut off at the top, percent"))
    bottom = _side(_l("Cut off at the bottom, percent"))
    submit = SubmitField(_l("Add the picture"))

    def __init__(self, modules: dict[str, str], **more: Any) -> None:
        """Offers the sections of modules, whose texts are given by path."""
        super().__init__(**more)
        places = [
            (f"{line}:{path}", f"{path.rpartition('/')[2]}: {title}")
            for path, text in modules.items()
            for line, title in list_sections(text)
        ]
        offer(self.place, places, first=_l("Nowhere yet: I put it into the text myself"))

    @property
    def module_and_section(self) -> tuple[str, int]:
        """Returns the path of the module and the line of the section's heading; an empty path for none."""
        line, _colon, path = str(self.place.data or "").partition(":")
        return path, int(line or 0)
