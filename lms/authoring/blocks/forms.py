"""The forms of blocks: their texts as fields."""

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import BooleanField, Field, Form, IntegerField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from lms.authoring.blocks import rules
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, at_most, choices_of, offer

LONGEST_TEXT = 5_000
ANSWERS = 4
QUALITIES = {"best": _l("Best choice"), "weak": _l("Weak choice"), "harmful": _l("Harmful choice")}


def _check_marks(_form: Form, field: Field) -> None:
    if rules.has_marks(field.data or ""):
        raise ValidationError(_l("Three slashes begin and end blocks. Write this text without them."))


def _check_bar(_form: Form, field: Field) -> None:
    if "|" in (field.data or ""):
        raise ValidationError(_l("The sign | separates an answer from its reason. Write this text without it."))


def _validators(required: bool, *more: Any) -> list[Any]:
    first = InputRequired(_l("Write this text.")) if required else Optional()
    return [first, at_most(LONGEST_TEXT), _check_marks, *more]


def _text(label: Any, *, required: bool = True, **more: Any) -> Any:
    return TextAreaField(label, validators=_validators(required), render_kw={"rows": 3, "dir": "auto"}, **more)


def _line(label: Any, *, required: bool = True, **more: Any) -> Any:
    validators = _validators(required, _check_bar)
    return StringField(label, validators=validators, render_kw={"autocomplete": "off", "dir": "auto"}, **more)


class BlockForm(BaseForm):
    """What all blocks have: where they are put, and the version of the file that the author sees."""

    after = SelectField(_l("Where"), coerce=int, default=0)
    version = IntegerField(widget=HiddenInput(), default=0)

    def offer_sections(self, sections: Sequence[tuple[int, str]]) -> None:
        """Offers the end of the module and of each of its sections."""
        offer(self.after, [(0, _l("At the end of the module")), *sections])

    def write(self) -> str:
        """Returns the block with its marks."""
        raise NotImplementedError


def block_form(name: str, sectors: Sequence[tuple[str, str]], pictures: Sequence[str]) -> BlockForm:
    """Returns the form of a block; ``sectors`` are slugs and names, ``pictures`` names of files in img."""
    match name:
        case "sector":
            fields = {slug: _text(label) for slug, label in sectors}
            return _form(fields, lambda form: rules.write_sectors({slug: form[slug].data for slug in fields}))
        case "scenario":
            return _form(_scenario_fields(), _write_scenario)
        case "check":
            return _form(_check_fields(), _write_check)
        case "picture":
            fields = {
                "picture": SelectField(
                    _l("Picture"),
                    choices=choices_of((each, each) for each in pictures),
                    description=_l("Add pictures on the page of the draft first."),
                ),
                "alternative": _line(_l("What it is, in one line")),
                "shows": _text(_l("What it shows, for everyone who cannot see it"), required=False),
            }
            return _form(
                fields,
                lambda form: rules.write_picture(
                    form["picture"].data, form["alternative"].data, form["shows"].data or ""
                ),
            )
    return _form({"words": _text(_l("Text"))}, lambda form: rules.write_block(name, form["words"].data))


def _form(fields: dict[str, Any], write: Callable[[BaseForm], str]) -> BlockForm:
    made = type("OneBlockForm", (BlockForm,), {**fields, "write": write})
    return made()  # type: ignore[no-any-return]


def _scenario_fields() -> dict[str, Any]:
    fields = {"title": _line(_l("Title")), "story": _text(_l("What happens"), required=False)}
    for kind, label in QUALITIES.items():
        fields |= {f"choice_{kind}": _line(label), f"why_{kind}": _text(_l("Why"))}
    return fields


def _write_scenario(form: BaseForm) -> str:
    # The best one is neither first nor last: its place gives nothing away to who learns that it is first.
    kinds = ("weak", "best", "harmful")
    options = [(kind, form[f"choice_{kind}"].data, form[f"why_{kind}"].data) for kind in kinds]
    return rules.write_scenario(form["title"].data, form["story"].data or "", options)


def _check_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {"question": _text(_l("Question"))}
    for number in range(1, ANSWERS + 1):
        required = number <= 2
        fields |= {
            f"answer_{number}": _line(_l("Answer %(number)s", number=number), required=required),
            f"right_{number}": BooleanField(_l("This answer is right")),
            f"reason_{number}": _line(_l("Why answer %(number)s is right or wrong", number=number), required=required),
        }
    return fields


def _write_check(form: BaseForm) -> str:
    answers = [
        rules.CheckAnswer(text, form[f"right_{number}"].data, form[f"reason_{number}"].data or "")
        for number in range(1, ANSWERS + 1)
        if (text := form[f"answer_{number}"].data)
    ]
    return rules.write_check(form["question"].data, answers)
