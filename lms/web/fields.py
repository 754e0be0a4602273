"""Properties of WTForms fields that the form macros need, and the error summary of a form."""

from collections.abc import Iterator
from dataclasses import dataclass

from wtforms import Field, FieldList, Form, FormField, HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import ListWidget, TableWidget


@dataclass(frozen=True, slots=True)
class FormProblem:
    """One line of the error summary; ``target`` is the id of its control, empty for the whole form."""

    target: str
    label: str
    message: str


def is_group(field: Field) -> bool:
    """Returns whether a field is a group of radio buttons or checkboxes."""
    several = isinstance(field, RadioField | SelectMultipleField)
    return several and isinstance(field.widget, ListWidget | TableWidget)


def is_form(field: Field) -> bool:
    """Returns whether a field contains other fields."""
    return isinstance(field, FormField | FieldList)


def _field_problems(field: Field) -> Iterator[FormProblem]:
    if isinstance(field, FormField | FieldList):
        for inner in field:
            yield from _field_problems(inner)
        return
    # A group has no control of its own: the first of its controls takes the focus.
    target = f"{field.id}-0" if is_group(field) else str(field.id)
    for error in field.errors:
        # Nobody can be sent to a field they do not see.
        yield FormProblem("" if isinstance(field, HiddenField) else target, str(field.label.text), str(error))


def form_problems(form: Form) -> list[FormProblem]:
    """Returns all errors of a form: those of the whole form first, then in the order of its fields."""
    whole = [FormProblem("", "", str(error)) for error in form.form_errors]
    return whole + [problem for field in form for problem in _field_problems(field)]
