"""The forms of saved views and of files that take long."""

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField, StringField, SubmitField
from wtforms.validators import DataRequired, Length

from lms.web.forms import BaseForm

WORDS = (
    "organisation", "station", "course", "sector", "role", "contract", "works_with_children", "as_of", "known_as_of",
    "compare_with", "status", "lapses_before", "sort", "what",
)  # fmt: skip
"""The parameters of an address that are saved with a view or a file."""

MOST_CHARACTERS = 200


def saved_filters(address: "MultiDict[str, str]") -> dict[str, str]:
    """Returns the parameters of an address that may be saved, without values that are too long."""
    return {name: address[name] for name in WORDS if address.get(name) and len(address[name]) <= MOST_CHARACTERS}


class SaveViewForm(BaseForm):
    """Saves the filters of a page under a name."""

    name = StringField(
        _l("Name of this view"),
        description=_l("Only you see it. For example “WASH in the north, overdue”. No names of people, no cases."),
        validators=[DataRequired(_l("Write a name.")), Length(max=60, message=_l("Use at most 60 characters."))],
        render_kw={"autocomplete": "off"},
    )
    page = HiddenField()
    submit = SubmitField(_l("Save this view"))
