"""The forms of questions, one for each type."""

from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SubmitField,
    TextAreaField,
)
from wtforms.validators import Optional
from wtforms.widgets import HiddenInput

from lms.authoring.drafts.forms import NO_CASES
from lms.authoring.questions.queries import DraftBank, DraftedQuestion
from lms.authoring.questions.rules import form_data, place_to_read
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, FilterForm, PlainForm, at_most, checkboxes_field, choices_of, offer, text_field

MOST_PARTS = 26
KIND_LABELS = {
    "single": _l("One right answer"),
    "multiple": _l("Several right answers"),
    "ordering": _l("Put in order"),
    "matching": _l("Match pairs"),
    "statements": _l("True or not true"),
    "branching": _l("A story with choices"),
}
"""What a type of question is called on pages."""
PART_LABELS = {
    "options": _l("Add an answer"),
    "pairs": _l("Add a pair"),
    "statements": _l("Add a sentence"),
    "nodes": _l("Add a step"),
}


def _words(label: Any, rows: int = 2) -> Any:
    return TextAreaField(label, validators=[at_most(1200)], render_kw={"rows": rows})


def _feedback() -> Any:
    return _words(_l("Why: shown after the quiz"))


def _list_of(form: type[PlainForm], least: int = 0) -> Any:
    return FieldList(FormField(form), min_entries=least, max_entries=MOST_PARTS)


class PartForm(PlainForm):
    """What the parts of all types have."""

    id = HiddenField(validators=[at_most(60)])


class AnswerForm(PartForm):
    """An answer to choose."""

    text = _words(_l("Answer"))
    correct = BooleanField(_l("This answer is right"))
    feedback = _feedback()


class StepInOrderForm(PartForm):
    """An item to put in order."""

    place = IntegerField(_l("Its right place"), validators=[Optional()], render_kw={"class": "short"})
    text = _words(_l("Item"))
    feedback = _feedback()


class PairForm(PartForm):
    """Two things that belong together."""

    left = _words(_l("Given"))
    right = _words(_l("Its match"))
    feedback = _feedback()


class StatementForm(PartForm):
    """A sentence that is true or not."""

    text = _words(_l("Sentence"))
    true = SelectField(
        _l("It is"), choices=choices_of([("", "–"), ("yes", _l("true")), ("no", _l("not true"))]), default=""
    )
    feedback = _feedback()


class StoryAnswerForm(AnswerForm):
    """A choice in a story."""

    next = text_field(_l("Name of the step that follows; empty where the story ends"), 60)


class StoryStepForm(PlainForm):
    """A step of a story."""

    name = text_field(_l("Name of this step; the first is called start"), 60)
    stem = _words(_l("What happens"), 3)
    options = _list_of(StoryAnswerForm, 2)


class QuestionForm(BaseForm):
    """What the forms of all types have. ``seen`` is the digest of the question that was opened."""

    seen = HiddenField()
    stem = TextAreaField(
        _l("Situation and question"), description=NO_CASES, validators=[at_most(1200)],
        render_kw={"rows": 4},
    )  # fmt: skip
    objective = SelectField(_l("Objective"))
    red_line = BooleanField(
        _l("Red line"), description=_l("Who has it wrong does not pass. Every part then needs its why.")
    )
    sectors = checkboxes_field(_l("Written for"), description=_l("None: for everybody."))
    source_title = text_field(
        _l("Source"), 200, description=_l("The title as printed, of what says that the answer is right.")
    )
    source_publisher = text_field(_l("Publisher of the source"), 200)
    source_year = text_field(_l("Year of the source"), 4, render_kw={"class": "short", "inputmode": "numeric"})
    refresh = SelectField(_l("Where to read again"))
    save = SubmitField(_l("Save"))
    save_and_try = SubmitField(_l("Save and try it"))

    def __init__(self, question: DraftedQuestion, bank: DraftBank, sectors: Iterable[tuple[str, str]]) -> None:
        super().__init__(data=form_data(question.value) | {"seen": question.item.digest})
        manifest = bank.course.manifest
        objectives = [(each.id, each.text) for each in manifest.objectives] if manifest else []
        _offer_all(self.objective, objectives, question.value.get("objective"))
        own = question.value.get("sectors", [])
        self.sectors.choices = choices_of(_with_unknown(list(sectors), own))
        _offer_all(self.refresh, _places(bank), form_data(question.value)["refresh"])

    @property
    def lists(self) -> Mapping[str, Any]:
        """Returns the lists that can have one more row, by the names of their controls."""
        found = {field.name: field for field in self if isinstance(field, FieldList)}
        for node in found.get("nodes", ()):
            found[node.form.options.name] = node.form.options
        return found

    def show_saved(self, digest: str) -> None:
        """Takes the text that is saved now as seen; everything typed stays."""
        self.seen.data, self.seen.raw_data = digest, None


def _offer_all(field: SelectField, pairs: list[tuple[str, str]], current: Any) -> None:
    offer(field, _with_unknown(pairs, [current] if current else []), first="–")


def _with_unknown(pairs: list[tuple[str, str]], values: Iterable[Any]) -> list[tuple[str, str]]:
    """Adds what the file says and the course does not have, so that saving does not lose it."""
    known = {value for value, _label in pairs}
    return [*pairs, *((str(value), str(value)) for value in values if str(value) not in known)]


def _places(bank: DraftBank) -> list[tuple[str, str]]:
    """Returns the modules of a course, and their sections, as places to read again."""
    places = []
    for module in bank.course.modules:
        title = module.front.title if module.front else module.slug
        places.append((module.slug, title))
        places += [
            (place_to_read(module.slug, section["id"]), f"{title}: {section['title']}")
            for section in module.rendered.sections
        ]
    return places


class ChoiceQuestionForm(QuestionForm):
    """A question of type single or multiple."""

    options = _list_of(AnswerForm)


class OrderingQuestionForm(QuestionForm):
    """A question of type ordering."""

    options = _list_of(StepInOrderForm)


class MatchingQuestionForm(QuestionForm):
    """A question of type matching."""

    pairs = _list_of(PairForm)


class StatementsQuestionForm(QuestionForm):
    """A question of type statements."""

    statements = _list_of(StatementForm)


class StoryQuestionForm(QuestionForm):
    """A question of type branching."""

    nodes = _list_of(StoryStepForm)


QUESTION_FORMS: dict[str, type[QuestionForm]] = {
    "single": ChoiceQuestionForm,
    "multiple": ChoiceQuestionForm,
    "ordering": OrderingQuestionForm,
    "matching": MatchingQuestionForm,
    "statements": StatementsQuestionForm,
    "branching": StoryQuestionForm,
}
"""The form of each type."""


class NewQuestionForm(BaseForm):
    """A new question, from the template of its type."""

    kind = SelectField(_l("Type"), choices=choices_of(KIND_LABELS.items()), default="single")
    question_id = text_field(
        _l("Name of the question"), 60, required=_l("Write a short name."),
        description=_l("Lower-case letters, digits and hyphens. It is never changed, and never given again."),
    )  # fmt: skip
    add = SubmitField(_l("Add the question"))


class QuestionFilterForm(FilterForm):
    """Which questions of a bank are listed."""

    q = text_field(_l("Words or name"), 100)
    kind = SelectField(_l("Type"), default="", validate_choice=False)
    objective = SelectField(_l("Objective"), default="", validate_choice=False)
    sector = SelectField(_l("Sector"), default="", validate_choice=False)
    only = SelectField(
        _l("Only"), default="", validate_choice=False,
        choices=choices_of([
            ("", _l("All")), ("problems", _l("With problems")), ("changed", _l("New or changed")),
            ("red_line", _l("Red lines")),
        ]),
    )  # fmt: skip


class OneQuestionForm(BaseForm):
    """An act on a question of the list: where it moves, what its copy is called, and the text that was seen."""

    seen = HiddenField()
    new_id = HiddenField()
    to = IntegerField(widget=HiddenInput(), validators=[Optional()])


class TryForm(BaseForm):
    """Answers to one question, which nobody records; ``seed`` shuffles its parts."""

    seed = HiddenField(validators=[at_most(40)])
