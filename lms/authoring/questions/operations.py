"""Changes one question of a draft's bank: saved, added, copied, moved, removed. Doing it again changes nothing more."""

from collections.abc import Mapping
from typing import Any

from lms.authoring.drafts.errors import EditConflict
from lms.authoring.drafts.operations import begin_draft, load_open_draft, save_file
from lms.authoring.drafts.queries import DraftedFile, find_file, list_drafts, read_text
from lms.authoring.models import Draft
from lms.authoring.questions import bank_file
from lms.authoring.questions.queries import bank_path, list_used_ids
from lms.authoring.questions.rules import LONGEST_ID, QUESTION_ID
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


def save_question(
    actor: Actor, course: str, draft_id: int, question_id: str, values: Mapping[str, Any], *, seen: str
) -> DraftedFile:
    """Saves a question that was opened when its text had the digest ``seen``; other questions may have changed since.

    Raises ``NotThere``, ``DraftClosed``, and ``EditConflict`` where somebody else has changed this question.
    """
    file, text = _open_bank(course, draft_id)
    changed = bank_file.replace_question(text, question_id, values)
    if changed != text and bank_file.read_bank(text).find(question_id).digest != seen:
        raise EditConflict(file.version)
    return _save(actor, course, draft_id, file, changed)


def add_question(actor: Actor, course: str, draft_id: int, values: Mapping[str, Any]) -> DraftedFile:
    """Adds a question at the end of the bank. Raises ``Invalid`` where its id is none, in use, or was used before."""
    question_id = str(values["id"])
    if not QUESTION_ID.fullmatch(question_id) or len(question_id) > LONGEST_ID:
        raise Invalid(_("Use lower-case letters, digits and hyphens, such as si-at-the-tap."), field="question_id")
    file, text = _open_bank(course, draft_id)
    ids = {item.id for item in bank_file.read_bank(text).items}
    if question_id in ids | list_used_ids(course):
        raise Invalid(_("This course has or had a question of this name. Choose another one."), field="question_id")
    return _save(actor, course, draft_id, file, bank_file.add_question(text, values))


def copy_question(actor: Actor, course: str, draft_id: int, question_id: str, new_id: str) -> DraftedFile:
    """Adds a copy of a question after it; nothing where the copy is there already."""
    file, text = _open_bank(course, draft_id)
    if new_id in {item.id for item in bank_file.read_bank(text).items}:
        return file
    if not QUESTION_ID.fullmatch(new_id) or len(new_id) > LONGEST_ID or new_id in list_used_ids(course):
        raise Invalid(_("This course has or had a question of this name. Choose another one."))
    return _save(actor, course, draft_id, file, bank_file.copy_question(text, question_id, new_id))


def move_question(actor: Actor, course: str, draft_id: int, question_id: str, to: int) -> DraftedFile:
    """Moves a question to another place in the bank, from 0."""
    file, text = _open_bank(course, draft_id)
    return _save(actor, course, draft_id, file, bank_file.move_question(text, question_id, to))


def remove_question(actor: Actor, course: str, draft_id: int, question_id: str, *, seen: str) -> DraftedFile:
    """Removes a question from the bank; nothing where it is gone already. Raises ``EditConflict`` as saving does."""
    file, text = _open_bank(course, draft_id)
    found = [item for item in bank_file.read_bank(text).items if item.id == question_id]
    if not found:
        return file
    if found[0].digest != seen:
        raise EditConflict(file.version)
    return _save(actor, course, draft_id, file, bank_file.remove_question(text, question_id))


def continue_draft(actor: Actor, course: str, question_id: str) -> Draft:
    """Returns the newest open draft of a course, or begins one to change a question."""
    drafts = list_drafts(course)
    return drafts[-1] if drafts else begin_draft(actor, course, _("Change of question %(id)s", id=question_id)[:200])


def _open_bank(course: str, draft_id: int) -> tuple[DraftedFile, str]:
    """Returns the bank of a draft, which is locked from now on."""
    file = find_file(load_open_draft(course, draft_id), bank_path(course))
    return file, read_text(file)


def _save(actor: Actor, course: str, draft_id: int, file: DraftedFile, text: str) -> DraftedFile:
    return save_file(actor, course, draft_id, file.path, text.encode(), version=file.version)
