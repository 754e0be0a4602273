"""The form of what a check asks about a whole list."""

from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.validators import InputRequired

from lms.people.importing.models import PeopleImport
from lms.web.forms import BaseForm, choices_of, day_field


class QuestionsForm(BaseForm):
    """What rows mean that nobody can know from the list alone."""

    same_first_day = RadioField(
        _l("What do these rows mean?"),
        choices=choices_of(
            [
                ("moved", _l("They have moved: the list shows today's assignment beside the day of joining")),
                ("correction", _l("The record is a mistake: it was so from the first day")),
            ]
        ),
        validators=[InputRequired(_l("Choose what these rows mean."))],
    )
    moved_on = day_field(
        _l("They have moved on"),
        description=_l("The first day of the new assignments; days before it do not change. Such as the list's date."),
    )

    def begin_with(self, people_import: PeopleImport, listed_on: date) -> None:
        """Leaves out what is no question of this list; fills in earlier answers, or the day of the list."""
        if not (people_import.counts.get("same_first_day") or people_import.choices.get("same_first_day")):
            del self.same_first_day, self.moved_on
        elif not self.is_submitted():
            self.same_first_day.data = people_import.choices.get("same_first_day")
            self.moved_on.data = date.fromisoformat(people_import.choices.get("moved_on") or listed_on.isoformat())

    def answers(self) -> dict[str, Any]:
        """Returns the answers as they are stored."""
        if not self.same_first_day:
            return {}
        moved_on = self.moved_on.data.isoformat() if self.moved_on.data else ""
        return {"same_first_day": self.same_first_day.data, "moved_on": moved_on}

    def validate(self, extra_validators: Any = None) -> bool:
        """Requires also the day of those who moved."""
        valid = bool(super().validate(extra_validators))
        if self.same_first_day and self.same_first_day.data == "moved" and not self.moved_on.data:
            self.moved_on.errors = self.moved_on.errors or [_l("Choose the first day of the new assignments.")]
            return False
        return valid
