"""Adds questions of other systems to the bank of a draft."""

from collections.abc import Sequence

from lms.authoring.drafts.errors import EditConflict
from lms.authoring.drafts.operations import load_open_draft, save_file
from lms.authoring.drafts.queries import DraftedFile, find_file, load_draft, read_text
from lms.authoring.exchange.questions import BankEntry
from lms.authoring.questions.bank_file import add_questions as write_questions
from lms.authoring.questions.queries import bank_path
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


def add_questions(
    actor: Actor, course: str, draft_id: int, questions: Sequence[BankEntry], *, version: int
) -> DraftedFile:
    """Adds questions at the end of a draft's bank; ``version`` is that of the bank when they were shown.

    Raises ``Invalid`` where none is chosen, the bank cannot be parsed or was changed since, and ``DraftClosed``.
    """
    if not questions:
        raise Invalid(_("Choose at least one question."))
    # Looked at before the lock is taken: a second click writes nothing.
    if find_file(load_draft(course, draft_id), bank_path(course)).version != version:
        raise _bank_changed()
    file = find_file(load_open_draft(course, draft_id), bank_path(course))
    text = read_text(file) or f"course: {course}\nquestions: []\n"
    data = write_questions(text, questions).encode()
    try:
        return save_file(actor, course, draft_id, file.path, data, version=version)
    except EditConflict:
        raise _bank_changed() from None


def _bank_changed() -> Invalid:
    return Invalid(
        _(
            "The bank was changed since these questions were shown, perhaps by your own first click. "
            "Look at it before you add them again."
        )
    )
