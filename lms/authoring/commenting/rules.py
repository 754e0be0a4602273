"""Comments with their replies, and beside which paragraph of the present text they stand. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from lms.authoring.feedback.queries import FeedbackBeside
from lms.authoring.models import DraftComment
from lms.authoring.rules import Paragraph, digest_of_words, find_entry, find_paragraph
from lms.catalogue.api import TextChange


@dataclass(frozen=True, slots=True)
class CommentThread:
    """A comment, and what followed it, the earliest first."""

    comment: DraftComment
    replies: tuple[DraftComment, ...] = ()

    @property
    def is_resolved(self) -> bool:
        """Returns whether it was resolved, and not opened again."""
        return next((reply.resolves for reply in reversed(self.replies) if reply.resolves is not None), False)

    def is_about(self, paragraph: Paragraph) -> bool:
        """Returns whether the paragraph still has the words that were commented on."""
        return digest_of_words(paragraph.text) == digest_of_words(self.comment.paragraph)


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside one paragraph: comments of authors, and feedback of learners."""

    threads: list[CommentThread] = field(default_factory=list)
    feedback: list[FeedbackBeside] = field(default_factory=list)

    @property
    def open_part(self) -> "Beside":
        """Returns what of it asks for an answer."""
        return Beside([thread for thread in self.threads if not thread.is_resolved], self.feedback)

    @property
    def is_open(self) -> bool:
        """Returns whether something of it asks for an answer."""
        return bool(self.open_part.threads or self.feedback)


@dataclass(frozen=True, slots=True)
class CommentedFile:
    """The paragraphs of a file's present text, and what stands beside each, by its number.

    ``elsewhere`` are comments whose paragraph is gone, and feedback about the whole or about what is gone.
    """

    path: str
    paragraphs: Sequence[Paragraph]
    beside: Mapping[int, Beside]
    elsewhere: Beside

    def number_of(self, change: TextChange) -> int | None:
        """Returns the number of the paragraph that a change is in; None where it is in none."""
        digest = digest_of_words(change.after)
        for number, paragraph in enumerate(self.paragraphs):
            if digest_of_words(paragraph.text) == digest:
                return number
        return find_entry(self.paragraphs, change.place) if self.path.endswith(".yml") else None

    @property
    def threads(self) -> list[CommentThread]:
        """Returns all comments of the file."""
        return [thread for each in (*self.beside.values(), self.elsewhere) for thread in each.threads]


def thread_comments(rows: Iterable[DraftComment]) -> list[CommentThread]:
    """Returns comments, given in their order, each with its replies."""
    replies: dict[int, list[DraftComment]] = {}
    comments = []
    for row in rows:
        if row.comment_id is None:
            comments.append(row)
        else:
            replies.setdefault(row.comment_id, []).append(row)
    return [CommentThread(row, tuple(replies.get(row.id, ()))) for row in comments]


def place_beside(
    path: str, paragraphs: Sequence[Paragraph], threads: Iterable[CommentThread], feedback: Iterable[FeedbackBeside]
) -> CommentedFile:
    """Returns the comments and the feedback about a file beside the paragraphs of its present text."""
    beside: dict[int, Beside] = {}
    elsewhere = Beside()

    def place(key: str, text: str) -> Beside:
        number = find_paragraph(paragraphs, key, text) if key else None
        return elsewhere if number is None else beside.setdefault(number, Beside())

    for thread in threads:
        place(thread.comment.place, thread.comment.paragraph).threads.append(thread)
    for each in feedback:
        place(each.place, each.paragraph).feedback.append(each)
    return CommentedFile(path, paragraphs, dict(sorted(beside.items())), elsewhere)
