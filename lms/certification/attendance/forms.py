"""The forms of attendance sheets: making one, and recording who signed it."""

from wtforms import BooleanField, Field, ValidationError

from lms.certification.training.forms import DatedTrainingForm, SessionForm, list_field
from lms.certification.training.parser import TrainingLine, quote_number, read_attendance
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import checkboxes_field


class PlannedSessionForm(DatedTrainingForm):
    """Makes the sheet of a session that will be held."""

    lines = list_field(
        _l("Who is expected"),
        _l("Staff numbers, one per line, at most 500. You can paste a column from a spreadsheet."),
    )
    whole_station = BooleanField(
        _l("Also everybody of the organisation who works at this place"),
        description=_l("All staff whose duty station it is on the day of the session."),
    )

    def validate_lines(self, field: Field) -> None:
        """Requires somebody to list."""
        if not (field.data or "").strip() and not self.whole_station.data:
            raise ValidationError(_l("Write at least one staff number."))

    def training_lines(self) -> list[TrainingLine]:
        """Returns everybody whose staff number was typed."""
        return read_attendance(self.lines.data or "", self.held_on.data, "")


class AttendanceForm(SessionForm):
    """Records the session of a sheet: who of those listed signed, by staff number, and who was added by hand."""

    attended = checkboxes_field(
        _l("Who signed"), description=_l("Go by the signatures on the paper. Nobody is ticked beforehand.")
    )
    lines = list_field(_l("Who was added by hand"), _l("Their staff numbers, one per line."))

    def validate_lines(self, _field: Field) -> None:
        """Requires somebody who attended."""
        if not self.everybody().strip():
            raise ValidationError(_l("Tick who signed, or write at least one staff number."))

    def everybody(self) -> str:
        """Returns the staff numbers of all who attended, one per line."""
        return "\n".join([*map(quote_number, self.attended.data or ()), self.lines.data or ""])

    def training_lines(self) -> list[TrainingLine]:
        """Returns everybody who was ticked or whose staff number was typed."""
        return read_attendance(self.everybody(), self.held_on.data, self.evidence.data)

    def typed(self) -> list[tuple[str, str]]:
        """Returns it as the form of a session sends it: one list of staff numbers."""
        others = [(name, value) for name, value in super().typed() if name not in ("attended", "lines")]
        return [*others, ("lines", self.everybody())]
