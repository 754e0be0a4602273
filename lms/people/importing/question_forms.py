"""The form of what a check asks about a whole list."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_babel import lazy_gettext as _l, lazy_ngettext
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import InputRequired

from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import comparison_key
from lms.people.labels import CONTRACT_LABELS
from lms.web.forms import BaseForm, choices_of, day_field

STATUS_WORDS = {"active": _l("Works here"), "left": _l("Has left"), "leave": _l("On leave: works here, and comes back")}


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
        required=_l("Choose the first day of the new assignments."),
        when=lambda form: form.same_first_day.data == "moved",
        description=_l("The first day of the new assignments; days before it do not change. Such as the list's date."),
    )
    correct_names = BooleanField(
        _l("Correct these names: they are the same people, and the list is right"),
        description=_l("The names before are kept as facts. The next certificates show the corrected names."),
    )

    def __init__(self, people_import: PeopleImport, listed_on: date) -> None:
        """Begins with earlier answers, or the day of the list; leaves out what is no question of this list."""
        counts, choices = people_import.counts, people_import.choices
        moved_on = date.fromisoformat(choices["moved_on"]) if choices.get("moved_on") else listed_on
        super().__init__(data={**choices, "moved_on": moved_on})
        if not (counts.get("other_name") or choices.get("correct_names")):
            del self.correct_names
        if not (counts.get("same_first_day") or choices.get("same_first_day")):
            del self.same_first_day, self.moved_on

    def answers(self, people_import: PeopleImport) -> dict[str, Any]:
        """Returns the answers as they are stored; what words meant in lists before stays."""
        words = {field: dict(each) for field, each in people_import.choices.get("words", {}).items()}
        for field, word, _rows, select in self.word_fields(people_import):
            words.setdefault(field, {})[comparison_key(word)] = select.data
        answered: dict[str, Any] = {
            "words": {field: {key: each for key, each in own.items() if each} for field, own in words.items()}
        }
        if self.correct_names:
            answered["correct_names"] = "yes" if self.correct_names.data else ""
        if not self.same_first_day:
            return answered
        moved_on = self.moved_on.data.isoformat() if self.moved_on.data else ""
        return answered | {"same_first_day": self.same_first_day.data, "moved_on": moved_on}

    def word_fields(self, people_import: PeopleImport) -> list[tuple[str, str, int, Any]]:
        """Returns field, word, number of rows and the field of the form, for each word that is asked about."""
        return [
            (field, word, rows, self[name_of(people_import, field, index)])
            for field, own in people_import.words.items()
            for index, (word, rows) in enumerate(own)
        ]


def name_of(people_import: PeopleImport, field: str, index: int) -> str:
    """Returns the name of a word's field: of this check only, because the next one may list other words."""
    return f"word-{people_import.checks}-{field}-{index}"


def questions_form(
    people_import: PeopleImport, names: Mapping[str, Iterable[tuple[str, Any]]], listed_on: date
) -> QuestionsForm:
    """Makes the form with a choice for each word of the list that is not ours; ``names`` are ours, by field."""
    answered = people_import.choices.get("words", {})
    offered = {"contract": CONTRACT_LABELS.items(), "status": STATUS_WORDS.items(), **names}
    unchanged = {"role": _l("A new role, as it is written")}
    fields = {
        name_of(people_import, field, index): SelectField(
            word,
            choices=choices_of([("", unchanged.get(field, _l("Unknown: reject these rows"))), *offered[field]]),
            description=lazy_ngettext("%(num)s row", "%(num)s rows", rows),
            default=answered.get(field, {}).get(comparison_key(word), ""),
        )
        for field, own in people_import.words.items()
        for index, (word, rows) in enumerate(own)
    }
    form: QuestionsForm = type("ListQuestionsForm", (QuestionsForm,), fields)(people_import, listed_on)
    return form
