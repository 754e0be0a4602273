"""Who has signed off what learners read."""

from lms.accounts.api import load_account_names
from lms.authoring.signing_off.queries import list_signoffs_of
from lms.kernel.caching import cached
from lms.learning.api import SignedOff


def list_sign_offs(revision_id: int) -> list[SignedOff]:
    """Returns who has signed off a course revision, and when; nobody where it came from the folders.

    Drafts are closed when they are published, so the rows are cached; names are read each time, as they may be erased.
    """
    rows = cached(
        ("authoring.sign_offs", revision_id),
        lambda: tuple((row.recorded_by, row.recorded_at) for row in list_signoffs_of(revision_id)),
    )
    names = load_account_names([account for account, _at in rows if account]) if rows else {}
    return [SignedOff(names[account], at.date()) for account, at in rows if account in names]
