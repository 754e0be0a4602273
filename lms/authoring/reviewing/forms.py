"""The form that asks for a review."""

from collections.abc import Iterable
from typing import Any

from wtforms import SelectField, SubmitField

from lms.accounts.api import RoleHolder
from lms.authoring.drafts.forms import NO_CASES
from lms.kernel.i18n import lazy_gettext as _l
from lms.web.forms import BaseForm, offer, sentences_field


class ReviewRequestForm(BaseForm):
    """Who is asked, and what they should look at."""

    reviewer = SelectField(_l("Who should review it?"), default="")
    note = sentences_field(_l("What should they look at?"), 500, description=NO_CASES, rows=2)
    submit = SubmitField(_l("Ask for a review"))

    def __init__(self, reviewers: Iterable[RoleHolder], **more: Any) -> None:
        super().__init__(**more)
        offer(self.reviewer, [(str(each.account_id), each.name) for each in reviewers], first=_l("Any other author"))
