"""What the form macros must know of a WTForms field and cannot see from its markup."""

from collections.abc import Iterator
from dataclasses import dataclass

from wtforms import Field, FieldList, Form, FormField, HiddenField, RadioField, SelectMultipleField
from wtforms.widgets import ListWidget, TableWidget


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the error summary; ``target`` is the id of its control, empty for the whole form."""

    target: str
    label: str
    message: str


def is_group(field: Field) -> bool:
    """Says whether a field is a group of radios or checkboxes."""
    several = isinstance(field, RadioField | SelectMultipleField)
    return several and isinstance(field.widget, ListWidget | TableWidget)


def is_form(field: Field) -> bool:
    """Says whether a field holds other fields."""
    return isinstance(field, FormField | FieldList)


def _target(field: Field) -> str:
    # A group has no control of its own: the first of its controls can take the focus.
    return f"{field.id}-0" if is_group(field) else str(field.id)


def _field_problems(field: Field) -> Iterator[Problem]:
    if isinstance(field, FormField | FieldList):
        for inner in field:
            yield from _field_problems(inner)
        return
    # Nobody can be led to a field they do not see.
    hidden = isinstance(field, HiddenField)
    for error in field.errors:
        yield Problem("" if hidden else _target(field), str(field.label.text), str(error))


def form_problems(form: Form) -> list[Problem]:
    """Lists everything wrong with a form: of the whole first, then in the order of its fields."""
    whole = [Problem("", "", str(error)) for error in form.form_errors]
    return whole + [problem for field in form for problem in _field_problems(field)]
