"""The form to check a list of staff. It changes nothing, but is posted: such a list does not belong in an address."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField

from lms.compliance.clearance.parse import MAX_ENTRIES, decode, split_table, split_text
from lms.compliance.report.forms import DayField, check_range
from lms.web.forms import BaseForm


class ClearanceForm(BaseForm):
    """A list of staff numbers, e-mail addresses and serials, and the day asked about."""

    text = TextAreaField(
        _l("Staff numbers, e-mail addresses or certificate serials"),
        description=_l(
            "Any mixture, up to 10,000: one on each line, or separated by commas, semicolons or tabs. "
            "Only people who work for you: never anything about a child."
        ),
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    file = FileField(
        _l("Or a CSV file"),
        description=_l(
            "The column headed staff number, e-mail or serial is read; without such a heading, the first one. "
            "The file is not stored."
        ),
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )
    as_of = DayField(_l("On this day"), validators=[check_range])
    only_not_cleared = BooleanField(_l("Show only people who may not deploy or could not be determined"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries: list[str] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads the entries of the text and the file; those of a file are shown in the text, so none are lost."""
        is_valid = bool(super().validate(extra_validators))
        self.entries = split_text(self.text.data or "")
        content = self.file.data.read() if self.file.data else b""
        if content:
            self.entries += split_table(decode(content))
            self.text.data = "\n".join(self.entries)
        if not self.entries:
            return self._reject(_l("Paste at least one staff number, e-mail address or serial, or choose a file."))
        if len(self.entries) > MAX_ENTRIES:
            return self._reject(
                _l(
                    "This list has %(count)s entries; at most %(most)s are checked at a time. "
                    "Remove some and check those separately.",
                    count=f"{len(self.entries):,}",
                    most=f"{MAX_ENTRIES:,}",
                )
            )
        return is_valid

    def _reject(self, message: Any) -> bool:
        self.text.errors = [*self.text.errors, message]
        return False
