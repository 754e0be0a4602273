"""The form of the look-up: it changes nothing, but a list of people belongs into no address, so it is posted."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, TextAreaField

from lms.compliance.clearance.parse import MOST, decoded, entries_of, entries_of_table
from lms.compliance.report.forms import DayField, check_range
from lms.web.forms import BaseForm


class ClearanceForm(BaseForm):
    """A list of staff numbers, e-mail addresses and serials, and the day asked about."""

    text = TextAreaField(
        _l("Staff numbers, e-mail addresses or certificate serials"),
        description=_l(
            "In any mixture, up to 10,000: one on each line, or with commas, semicolons or tabs between. "
            "Only people who work for you: never anything about a child."
        ),
        render_kw={"rows": 8, "autocomplete": "off", "spellcheck": "false", "dir": "auto"},
    )
    file = FileField(
        _l("Or a CSV file"),
        description=_l(
            "The column headed staff number, e-mail or serial is read; without such a heading, the first one. "
            "It is not kept."
        ),
        render_kw={"accept": ".csv,.txt,text/csv,text/plain"},
    )
    as_of = DayField(_l("On this day"), validators=[check_range])
    only_may_not = BooleanField(_l("Show only people who may not deploy or could not be determined"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entries: list[str] = []

    def validate(self, extra_validators: Any = None) -> bool:
        """Reads the entries of the text and the file, and says what is wrong with them; none of them is lost."""
        fine = bool(super().validate(extra_validators))
        self.entries = entries_of(self.text.data or "")
        sent = self.file.data.read() if self.file.data else b""
        if sent:
            self.entries += entries_of_table(decoded(sent))
            # A file cannot be sent again by the page, its entries can.
            self.text.data = "\n".join(self.entries)
        if not self.entries:
            return self._refuse(
                _l("Paste at least one staff number, e-mail address or serial, or choose a file.")
            )
        if len(self.entries) > MOST:
            return self._refuse(
                _l(
                    "This list has %(count)s entries; at most %(most)s are answered at a time. "
                    "Take some away and ask again for those.",
                    count=f"{len(self.entries):,}",
                    most=f"{MOST:,}",
                )
            )
        return fine

    def _refuse(self, words: Any) -> bool:
        self.text.errors = [*self.text.errors, words]
        return False
