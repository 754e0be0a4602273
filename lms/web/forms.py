"""What the forms of all packages share: fields with their checks, and a form that shows why an operation refused."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import available_timezones

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, lazy_gettext as _l
from flask_wtf import FlaskForm
from markupsafe import Markup, escape
from wtforms import (
    DateField,
    Field,
    Form,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its types
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget, Select, html_params

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.pdf import unprintable_characters
from lms.kernel.text import is_email, normalise

T = TypeVar("T")

_NOT_OFFERED = (
    "Not a valid choice.",
    "Invalid Choice: could not coerce.",
    "'%(value)s' is not a valid choice for this field.",
    "'%(value)s' are not valid choices for this field.",
)
FIELD_TEXTS = dict.fromkeys(_NOT_OFFERED, _l("This is not one of the options. Choose one of those offered.")) | {
    "Not a valid date value.": _l("Write the day as year-month-day, for example 2026-11-22."),
    "Not a valid datetime value.": _l("Write the time as year-month-day hours:minutes, for example 2026-11-22 09:14."),
    "Not a valid integer value.": _l("Write a whole number, for example 12."),
}
"""Our sentences in place of those that WTForms says by default."""


class _WithFieldTexts:
    """Shows our texts; WTForms asks its form's ``Meta`` for translations, and these for each text."""

    class Meta:
        def get_translations(self, _form: Any) -> Any:
            return self

        def gettext(self, text: str) -> str:
            return str(FIELD_TEXTS.get(text, text))

        def ngettext(self, singular: str, plural: str, number: int) -> str:
            return self.gettext(singular if number == 1 else plural)

        def render_field(self, field: Any, render_kw: dict[str, Any]) -> Any:
            if type(field.widget) is Select:
                field.widget = _QuickSelect(field.widget.multiple)
            return super().render_field(field, render_kw)  # type: ignore[misc]  # WTForms puts its own behind this


class _QuickSelect(Select):
    """Renders each option once for all pages: the filters of a report have sixty."""

    @classmethod
    def _dispatch_render_option(cls) -> Any:
        return cls.render_option

    @classmethod
    def render_option(cls, choice: Any, **attributes: Any) -> Any:  # type: ignore[override]  # newer than its types
        if choice.render_kw or attributes:
            return super().render_option(choice, **attributes)
        return _option(str(choice.value), escape(choice.label or choice.value), bool(choice.selected))


@lru_cache(maxsize=4096)
def _option(value: str, label: Markup, selected: bool) -> Markup:
    attributes = html_params(value=value, **({"selected": True} if selected else {}))
    return Markup("<option {}>{}</option>").format(attributes, label)


class PlainForm(_WithFieldTexts, Form):
    """A form without CSRF token: filters, which change nothing, or a part of another form."""


class BaseForm(_WithFieldTexts, FlaskForm):  # type: ignore[misc]  # Flask-WTF has no types
    """A form that can show why an operation refused, beside the field it belongs to."""

    def add_error(self, error: Refusal) -> None:
        """Shows the error's message beside the field it names, or at the top where it names none."""
        field = self._fields.get(getattr(error, "field", ""))
        errors = self.form_errors if field is None else field.errors
        if field is not None and not isinstance(errors, list):
            field.errors = errors = list(errors)
        errors.append(error.message)

    def result_on_submit(self, operation: Callable[[], T]) -> T | None:
        """Runs an operation if the form was sent and is valid, and returns its result.

        Returns None where it did not run, and where it refuses with ``Invalid``: then the form shows why.
        """
        if self.validate_on_submit():
            try:
                return operation()
            except Invalid as error:
                self.add_error(error)
        return None

    def run_on_submit(self, operation: Callable[[], object]) -> bool:
        """Runs an operation likewise, and returns whether it succeeded."""
        return self.result_on_submit(lambda: (operation(),)) is not None


class FilterForm(PlainForm):
    """The filters of a list, sent with GET and so without a token."""

    def chosen(self) -> dict[str, str]:
        """Returns the query parameters in use, for links to other pages of the list."""
        return {name: value for name, value in self.data.items() if value}


def form_page(template: str, form: Form, **context: Any) -> tuple[str, int]:
    """Renders a page with its form; the status is 422 where the form has errors."""
    return render_template(template, form=form, **context), 422 if form.errors else 200


def is_own_path(path: str) -> bool:
    """Says whether an address is a path of this site: with a scheme, a host or a backslash it would lead elsewhere."""
    return path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()


def redirect_with(message: str, endpoint: str, **values: Any) -> ResponseReturnValue:
    """Leads from a form that succeeded to another page, which shows the message."""
    flash(message, "good")
    return redirect(url_for(endpoint, **values), 303)


def choices_of(pairs: Iterable[tuple[Any, ...]]) -> list[Any]:
    """Returns choices of a select field from value and label; attributes and the name of a group may follow."""
    return [SelectChoice(*pair) for pair in pairs]


def offer(field: SelectField, pairs: Iterable[tuple[Any, Any]], first: Any = None) -> None:
    """Gives a select field its choices, pairs of value and label; the only one is chosen.

    ``first`` is the label of an empty choice before them, such as "All stations".
    """
    known = [*([("", first)] if first is not None else ()), *pairs]
    field.choices = choices_of(known)
    if len(known) == 1:
        field.data = known[0][0]


def at_most(length: int) -> Length:
    """Returns the validator for the longest text that fits, in characters."""
    return Length(max=length, message=_l("This is too long: at most %(most)s characters fit.", most=length))


def text_field(label: Any, max_length: int, *validators: Any, required: Any = None, **more: Any) -> Any:
    """Returns a field for one line of at most ``max_length`` characters; ``required`` is the error when it is empty."""
    more.setdefault("render_kw", {"autocomplete": "off"})
    checks = [DataRequired(required) if required else Optional(), at_most(max_length), *validators]
    return StringField(label, filters=[normalise], validators=checks, **more)


def email_field(description: Any) -> Any:
    """Returns a field for somebody else's e-mail, which may stay empty."""
    attributes = {"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}
    return text_field(_l("E-mail"), 254, check_email, description=description, render_kw=attributes)


def checkboxes_field(label: Any, validator: Any = None, **more: Any) -> Any:
    """Returns a field of several checkboxes; none need be ticked where no validator says so."""
    checks = [validator or Optional()]
    return SelectMultipleField(
        label, option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False), validators=checks, **more
    )


def sentences_field(label: Any, max_length: int, *, required: Any = None, description: Any = "", rows: int = 3) -> Any:
    """Returns a field for a few sentences of at most ``max_length`` characters, stored as one line.

    ``required`` is the error when it is empty.
    """
    return TextAreaField(
        label,
        description=description,
        filters=[normalise],
        validators=[DataRequired(required) if required else Optional(), at_most(max_length)],
        render_kw={"rows": rows, "maxlength": max_length},
    )


def reason_field() -> Any:
    """Returns the field that asks why; the reason is recorded with the change."""
    return sentences_field(
        _l("Reason"),
        500,
        required=_l("Say why, in a few words."),
        description=_l("One sentence, recorded with this change. Do not write about a real child, family or incident."),
        rows=2,
    )


class ReasonForm(BaseForm):
    """A reason, for a change that needs nothing else."""

    reason = reason_field()


class RequiredWhen:
    """The validator of a field that is required where a condition on its form holds, and else may stay empty."""

    field_flags = {"optional": True}  # noqa: RUF012 - as WTForms declares it

    def __init__(self, is_needed: Callable[[Any], bool], message: Any) -> None:
        self.is_needed, self.message = is_needed, message

    def __call__(self, form: Form, field: Field) -> None:
        """Raises the message, or stops where an empty field is valid."""
        (InputRequired(self.message) if self.is_needed(form) else Optional())(form, field)


def day_field(label: Any, *, required: Any = None, when: Callable[[Any], bool] | None = None, **more: Any) -> Any:
    """Returns a field for a day; ``required`` is the error when it is empty, and ``when`` on which forms it counts."""
    must = RequiredWhen(when, required) if when else DataRequired(required) if required else Optional()
    return DateField(label, validators=[must, check_day], **more)


def check_day(_form: Form, field: Field) -> None:
    """Refuses days that can only be typing errors."""
    if field.data and not date(1950, 1, 1) <= field.data <= date(2100, 12, 31):
        raise ValidationError(_l("Check the year of this day."))


def check_email(_form: Form, field: Field) -> None:
    """Refuses what cannot be an e-mail address."""
    if not is_email(field.data):
        raise ValidationError(_l("This is not a full e-mail address, such as name@example.org."))


def check_printable(_form: Form, field: Field) -> None:
    """Refuses letters that the certificates' fonts do not have, before they are printed as question marks."""
    unknown = unprintable_characters(field.data or "")
    if unknown:
        raise ValidationError(
            _("The certificate cannot print %(letters)s. Write the name in other letters.", letters=unknown)
        )


def time_zone_field(description: Any) -> Any:
    """Returns the field for a time zone."""
    required = _l("Write the time zone.")
    return text_field(_l("Time zone"), 60, check_time_zone, required=required, default="UTC", description=description)


def check_time_zone(_form: Form, field: Field) -> None:
    """Refuses what is not the name of a time zone."""
    if field.data not in available_timezones():
        raise ValidationError(_l("This is not a time zone we know. Write it like Africa/Nairobi."))
