"""The forms of publishing."""

from typing import Any

from wtforms import SubmitField

from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, checkboxes_field, choices_of, text_field


class EditionForm(BaseForm):
    """What a new edition changes, for those who know the edition before."""

    modules = checkboxes_field(
        _l("What must somebody with a certificate read again?"),
        description=_l("Without any, who renews reads all modules."),
    )
    note = text_field(
        _l("What is new, in a sentence"), 500,
        description=_l("Learners see it. Do not write about a real child, family or incident."),
    )  # fmt: skip
    submit = SubmitField(_l("The meaning changes: raise the edition"))

    def __init__(self, modules: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.modules.choices = choices_of(modules)
