"""The form of a text from elsewhere."""

from flask_wtf.file import FileField
from wtforms import SubmitField, TextAreaField
from wtforms.validators import Optional

from lms.authoring.drafts.forms import NO_CASES
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, at_most, text_field

MOST_CHARACTERS = 200_000


class DocumentForm(BaseForm):
    """A Word document, or a text; it is shown as a module before it is added."""

    file = FileField(
        _l("Word document"),
        validators=[Optional()],
        description=_l("A .docx file: words, headings, lists, tables and links are carried over, pictures are not."),
        render_kw={"accept": ".docx"},
    )
    text = TextAreaField(
        _l("Or a text"),
        validators=[Optional(), at_most(MOST_CHARACTERS)],
        description=_l("Markdown of another system, or plain text."),
        render_kw={"rows": 12, "dir": "auto"},
    )
    convert = SubmitField(_l("Convert"))


class ConvertedForm(BaseForm):
    """The converted text, to be added as a module."""

    title = text_field(_l("Title of the new module"), 200, required=_l("Write the title of the module."))
    converted = TextAreaField(
        _l("Text"), validators=[at_most(MOST_CHARACTERS)], description=NO_CASES, render_kw={"rows": 20, "dir": "auto"}
    )
    add = SubmitField(_l("Add the module"))
