"""Goes back to an older text: a draft with it, which is checked and published as any other."""

from lms.authoring.drafts.operations import begin_draft, save_file
from lms.authoring.drafts.rules import is_file_of_course
from lms.authoring.models import Draft
from lms.catalogue.api import list_file_changes, list_published_files, read_files_at
from lms.kernel.actor import Actor
from lms.kernel.errors import NotThere, Refusal
from lms.kernel.i18n import gettext as _


def begin_restoring(actor: Actor, course: str, publication_id: int) -> Draft:
    """Begins a draft with the files of a course as they were after a publication; nothing is published by it.

    Raises ``NotThere`` where the publication changed nothing of the course, and ``Refusal`` where the files are the
    same today.
    """
    if not any(change.publication_id == publication_id for change in list_file_changes(course)):
        raise NotThere
    then = read_files_at(course, publication_id)
    now = read_files_at(course, max(change.publication_id for change in list_published_files().values()))
    different = [path for path in sorted({*then, *now}) if then.get(path) != now.get(path)]
    paths = [path for path in different if is_file_of_course(path, course)]
    if not paths:
        raise Refusal(_("These files are the same today: there is nothing to bring back."))
    draft = begin_draft(actor, course, _("Back to publication %(number)s", number=publication_id))
    for path in paths:
        save_file(actor, course, draft.id, path, then.get(path), version=0)
    return draft
