"""The forms of drafts."""

from collections.abc import Iterable
from typing import Any

from wtforms import HiddenField, IntegerField, SelectField, SubmitField
from wtforms.validators import InputRequired
from wtforms.widgets import HiddenInput

from lms.authoring.drafts.queries import DraftedFile
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, offer, text_field

NO_CASES = _l("Do not write about a real child, family or incident.")


class NewDraftForm(BaseForm):
    """What a change of a course is about."""

    title = text_field(
        _l("What do you want to change?"), 200, required=_l("Say in a few words what you want to change."),
        description=_l("Such as: clearer examples for WASH. Other authors see it."),
    )  # fmt: skip
    submit = SubmitField(_l("Start a draft"))


class NewCourseForm(BaseForm):
    """A new course."""

    title = text_field(_l("Title"), 200, required=_l("Write the title of the course."))
    course = text_field(
        _l("Name in addresses"), 60, required=_l("Write a short name."),
        description=_l("Lower-case letters, digits and hyphens, such as safe-referral. It is never changed."),
    )  # fmt: skip
    submit = SubmitField(_l("Start a new course"))


class NewModuleForm(BaseForm):
    """A new module of a course, from a template or a copy."""

    title = text_field(_l("Title of the new module"), 200, required=_l("Write the title of the module."))
    copy_of = SelectField(_l("Begin with"), default="", validate_choice=True)
    add = SubmitField(_l("Add the module"))

    def __init__(self, modules: list[str], **more: Any) -> None:
        super().__init__(**more)
        names = [(path, path.rpartition("/")[2]) for path in modules]
        offer(self.copy_of, names, first=_l("A template"))


class RemoveFileForm(BaseForm):
    """Removing a file from a draft; a choice is the version that the author sees, and the path."""

    file = SelectField(_l("File"))
    submit = SubmitField(_l("Remove"))

    def __init__(self, files: Iterable[DraftedFile], **more: Any) -> None:
        super().__init__(**more)
        names = [(f"{file.version}:{file.path}", file.path.rpartition("/")[2]) for file in files]
        offer(self.file, names, first=_l("Choose a file"))


class FileChoiceForm(BaseForm):
    """Which of two versions of a file a draft goes on with: its own, or what somebody else has published since."""

    version = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    published = HiddenField()
    mine = SubmitField()
    theirs = SubmitField()
