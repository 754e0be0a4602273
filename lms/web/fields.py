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


def _target(field: Field) -> str:
    # A group has no control of its own: the first of its controls takes the focus.
    return f"{field.id}-0" if is_group(field) else str(field.id)


def _field_problems(field: Field) -> Iterator[FormProblem]:
    if isinstance(field, FormField | FieldList):
        for inner in field:
            yield from _field_problems(inner)
        return
    # Nobody can be sent to a field they do not see.
    hidden = isinstance(field, HiddenField)
    for error in field.errors:
        yield FormProblem("" if hidden else _target(field), str(field.label.text), str(error))


def form_problems(form: Form) -> list[FormProblem]:
    """Returns all errors of a form: those of the whole form first, then in the order of its fields."""
    whole = [FormProblem("", "", str(error)) for error in form.form_errors]
    return whole + [problem for field in form for problem in _field_problems(field)]
