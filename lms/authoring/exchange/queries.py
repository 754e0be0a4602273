"""What importing questions has to know."""

from lms.authoring.drafts.queries import DraftedFile, find_file, load_draft, read_file
from lms.authoring.questions.bank_file import read_bank
from lms.authoring.questions.errors import BankUnreadable
from lms.authoring.questions.queries import bank_path, list_used_ids


def find_bank(course: str, draft_id: int) -> tuple[DraftedFile, set[str]]:
    """Returns the bank of a draft and the ids that are in use there, as far as it can be read, or ever were published.

    Raises ``NotThere``.
    """
    file, ids = find_file(load_draft(course, draft_id), bank_path(course)), list_used_ids(course)
    try:
        return file, ids | {item.id for item in read_bank(read_file(file).decode(errors="replace")).items}
    except BankUnreadable:
        return file, ids
