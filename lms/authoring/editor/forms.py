"""The forms of the editor: a text, how to preview it, which version to restore."""

from wtforms import HiddenField, IntegerField, SelectField, SubmitField, TextAreaField
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from lms.authoring.drafts.forms import NO_CASES
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, PlainForm, choices_of


class TextForm(BaseForm):
    """A course file as text, and the version that it was opened at.

    ``base`` is the SHA-256 of what somebody else has published since, once the author has seen it. ``author`` is the
    account of who began to write: a script sends it, which saves when somebody else may have signed in beside.
    ``mine`` and ``opened`` are what an author had written, and from which version, where it was merged since.
    """

    text = TextAreaField(_l("Text"), description=NO_CASES, render_kw={"rows": 24, "dir": "auto", "spellcheck": "true"})
    version = IntegerField(widget=HiddenInput(), default=0)
    base = HiddenField()
    author = IntegerField(widget=HiddenInput())
    opened = IntegerField(widget=HiddenInput(), validators=[Optional()])
    mine = TextAreaField(render_kw={"hidden": True, "readonly": True, "aria-label": _l("Your text")})
    save = SubmitField(_l("Save"))
    preview = SubmitField(_l("Save and preview"))


class PreviewForm(PlainForm):
    """For whom a module is previewed, and on what."""

    sector = SelectField(_l("As somebody of"))
    width = SelectField(
        _l("Width"), choices=choices_of([("", _l("As here")), ("320", _l("Phone, 320")), ("768", _l("Tablet, 768"))])
    )
    look = SelectField(
        _l("Colours"), choices=choices_of([("", _l("As here")), ("light", _l("Light")), ("dark", _l("Dark"))])
    )
    direction = SelectField(_l("Direction"), choices=choices_of([("", _l("As written")), ("rtl", _l("Right to left"))]))


class RestoreForm(BaseForm):
    """Which version of a file to save again, and which one is the latest now."""

    number = IntegerField(widget=HiddenInput(), default=0)
    version = IntegerField(widget=HiddenInput(), default=0)
