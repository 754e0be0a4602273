"""The forms of importing questions."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import Field, IntegerField, TextAreaField, ValidationError
from wtforms.widgets import HiddenInput

from lms.authoring.exchange.questions import BankEntry, ImportedQuestions, NotQuestions
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.web.forms import BaseForm


class ImportQuestionsForm(BaseForm):
    """A file of questions, or its text."""

    file = FileField(
        _l("A file"),
        description=_l(
            "GIFT, Moodle XML or Aiken, up to 1 MB. It is not stored, and nothing in it is executed or fetched."
        ),
        render_kw={"accept": ".gift,.txt,.xml,text/plain,text/xml"},
    )
    text = TextAreaField(
        _l("Or its text"),
        description=_l("Do not paste anything about a real child, family or incident."),
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    version = IntegerField(widget=HiddenInput(), default=0)

    found: ImportedQuestions | None = None

    def __init__(self, taken: set[str], version: int, **more: Any) -> None:
        super().__init__(version=version, **more)
        self.taken, self.bank_version = taken, version

    def renew_version(self) -> None:
        """Puts the bank's version of now into the form: whoever has read why it was refused may send it again."""
        self.version.data, self.version.raw_data = self.bank_version, None

    def validate_text(self, field: Field) -> None:
        """Reads the questions; a file's text goes into the field, so that nothing is lost."""
        from lms.authoring.exchange.read import read_questions  # noqa: PLC0415 - it loads what reads Markdown and HTML

        name, data = _("The text"), (field.data or "").encode(errors="replace")
        if self.file.data:
            name, data = self.file.data.filename or _("The file"), self.file.data.read()
        if not data.strip():
            raise ValidationError(_l("Choose a file, or paste its text."))
        try:
            self.found = read_questions(name[:100], data, self.taken)
        except NotQuestions as refused:
            raise ValidationError(refused.message) from None
        field.data = self.found.text

    def carried(self) -> dict[str, BankEntry]:
        """Returns the questions that can be added, by their numbers from 1 as text."""
        questions = self.found.questions if self.found else ()
        return {str(number): each.question for number, each in enumerate(questions, start=1) if each.question}
