"""Two people's changes of one file, put together: what of it is theirs, and what both have changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lms.catalogue.api import ChangeKind, MergedPart, compare_words, list_marked_lines, merge_texts, merged_text
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

Pieces = Sequence[tuple[ChangeKind, str]]
"""Words with whether they were added, removed or stayed."""


@dataclass(frozen=True, slots=True)
class Place:
    """Some lines that both have changed: as each has them, marked against what both began with."""

    theirs: Pieces
    base: str
    mine: Pieces


@dataclass(frozen=True)
class Conflict:
    """Two texts that were written from a third one."""

    base: str
    theirs: str
    mine: str

    @cached_property
    def _parts(self) -> list[MergedPart]:
        return merge_texts(self.base, self.theirs, self.mine)

    @property
    def merged(self) -> str:
        """Returns the changes of both in one text; what both have changed stands between marks."""
        return merged_text(self._parts, (_("their text"), _("your text"), _("end")))

    @property
    def places(self) -> list[Place]:
        """Returns what both have changed, each in another way."""
        return [
            Place(compare_words(part.base, part.theirs), part.base, compare_words(part.base, part.mine))
            for part in self._parts
            if part.is_conflict
        ]

    @property
    def taken_over(self) -> list[Pieces]:
        """Returns what they have changed and is in the merged text."""
        return [compare_words(part.base, part.theirs) for part in self._parts if part.is_taken_over]


def require_no_marks(text: str) -> None:
    """Raises ``Invalid`` where a text still has marks of a conflict."""
    lines = list_marked_lines(text)
    if lines:
        numbers = ", ".join(map(str, lines[:9])) + (" …" if len(lines) > 9 else "")
        raise Invalid(
            _(
                "Not saved yet: there are still marks of a conflict (lines %(numbers)s). Keep what is right of the two "
                "texts between them, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>.",
                numbers=numbers,
            ),
            field="text",
        )
