"""The file that a page edits, and what its script says."""

from dataclasses import dataclass
from typing import Any

from lms.authoring.drafts import queries
from lms.authoring.drafts.rules import is_file_of_course, is_text
from lms.authoring.editor.conflicts import Conflict
from lms.authoring.models import Draft
from lms.catalogue.api import Problem, read_contents
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class EditedFile:
    """A file of a draft that is edited as text: its draft, its version and what is saved."""

    draft: Draft
    file: queries.DraftedFile
    saved: str

    @property
    def path(self) -> str:
        """Returns the file's path."""
        return self.file.path

    @property
    def name(self) -> str:
        """Returns the file's name."""
        return self.file.path.rpartition("/")[2]

    def version_text(self, number: int) -> str:
        """Returns the text of one version, 0 the published one; raises ``NotThere``."""
        return show(queries.read_version(self.draft, self.path, number) or b"")

    @property
    def published_conflict(self) -> Conflict | None:
        """Returns what somebody else has published since this file was drafted, beside what is saved here."""
        before, now = self.file.base, self.file.published
        if not self.file.is_outdated or not now:
            return None
        contents = read_contents({digest for digest in (before, now) if digest})
        return Conflict(contents[before].decode() if before else "", contents[now].decode(), self.saved)


def show(data: bytes) -> str:
    """Returns a file's text; bytes that are not UTF-8, which only git brings, are � and among the problems."""
    return data.decode(errors="replace")


def load_edited(course: str, draft_id: int, path: str) -> EditedFile:
    """Returns a file of a draft that is edited as text; raises ``NotThere``, also where it is removed."""
    draft = queries.load_draft(course, draft_id)
    file = queries.find_file(draft, path)
    if not is_file_of_course(path, course) or not is_text(path) or file.digest is None:
        raise NotThere
    return EditedFile(draft, file, show(queries.read_file(file)))


def describe_problems(problems: list[Problem]) -> list[dict[str, Any]]:
    """Returns the problems of a file as its page's script reads them."""
    return [
        {"line": problem.line, "severity": problem.severity, "message": problem.message, "remedy": problem.remedy}
        for problem in problems
    ]


def block_labels() -> dict[str, str]:
    """Returns what the blocks of a module are called in the menu, by the names in ``lms.authoring.blocks.rules``."""
    return {
        "sector": _("One text for each sector"),
        "scenario": _("Scenario"),
        "check": _("Check"),
        "note": _("Note"),
        "caution": _("Caution"),
        "do": _("Do"),
        "dont": _("Do not"),
        "local": _("Local rules"),
        "picture": _("Picture"),
    }


def script_texts() -> dict[str, str]:
    """Returns the sentences that the script of the editor says, by name."""
    return {
        "error": _("Error"),
        "warning": _("Warning"),
        "unsaved": _("Not saved yet."),
        "saving": _("Saving …"),
        "saved": _("Saved at {time}."),
        "offline": _("There is no connection. Leave this page open: your text is saved when it returns."),
        "signedOut": _(
            "You are signed out. Your text stays here: sign in again in another tab, as yourself, and come back."
        ),
        "conflict": _("Somebody else has saved this file. Look at what both of you changed, then save."),
        "refused": _("This could not be saved. Copy your text before you leave this page."),
        "placesLeft": _("Places to decide: {number}."),
        "noPlaceLeft": _("Every place is decided. Read the text as a whole, then save it."),
    }


def editor_phrases() -> dict[str, str]:
    """Returns the words of CodeMirror's own controls by how they are named there."""
    return {
        "Find": _("Find"),
        "Replace": _("Replace"),
        "next": _("next"),
        "previous": _("previous"),
        "all": _("all"),
        "match case": _("match case"),
        "by word": _("whole words"),
        "regexp": _("pattern"),
        "replace": _("replace"),
        "replace all": _("replace all"),
        "close": _("close"),
        "current match": _("current match"),
        "on line": _("on line"),
        "replaced $ matches": _("$ places replaced"),
        "replaced match on line $": _("replaced on line $"),
        "Go to line": _("Go to line"),
        "go": _("go"),
        "Control character": _("Control character"),
        "Diagnostics": _("Problems"),
        "No diagnostics": _("No problems"),
        "$ unchanged lines": _("$ lines are the same"),
    }
