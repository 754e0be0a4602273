"""The tables of the catalogue: immutable versions, and a pointer of each course to its current revision."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.kernel.db import Document, Id, Model, UtcDateTime
from lms.kernel.records import Recorded


class Publication(Recorded, Model):
    """One row: one publication of course files: by whom, when, how many rows it wrote. Personal data: none."""

    id: Mapped[Id]
    # Numbers by kind and change: {"module": {"created": 6, ...}, ...}.
    counts: Mapped[dict[str, Any]] = mapped_column(Document)
    # "files" of the folders, or "pages": a draft of the authors' pages.
    origin: Mapped[str] = mapped_column(String(5), default="files")
    # What its author said about it; empty for files.
    reason: Mapped[str] = mapped_column(String(500), default="")


class FileContent(Model):
    """One row: the bytes of a course file, published or drafted, stored once. Personal data: none."""

    # SHA-256 of the bytes.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class PublishedFile(Model):
    """One row: a course file that a publication added, changed or removed; the latest row of a path counts.

    Personal data: none.
    """

    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"), primary_key=True)
    # As authors know it: modules/safe-referral/course.yml, quizzes/safe-referral.yml.
    path: Mapped[str] = mapped_column(String(300), primary_key=True, index=True)
    # NULL where the file was removed.
    digest: Mapped[str | None] = mapped_column(ForeignKey("file_content.digest"))


class Course(Model):
    """One row: a course; its slug is its folder's name and never changes. Personal data: none."""

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    # The revision that is published now; NULL only during the first publication.
    current_revision_id: Mapped[int | None] = mapped_column(
        ForeignKey("course_revision.id", use_alter=True, name="fk_course_current_revision")
    )
    # When its folder was removed; learners' records remain.
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Edition(Model):
    """One row: a version of a course that changed its meaning: the passing rules and the list of modules.

    Personal data: none.
    """

    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    number: Mapped[int]
    # Whether completion, quiz and award are per sector.
    per_sector: Mapped[bool] = mapped_column(default=False)
    # Percent needed to pass.
    pass_mark: Mapped[int]
    # Questions in one attempt.
    draw: Mapped[int]
    # Attempts before the pause, and the pause as an ISO 8601 duration.
    tries: Mapped[int]
    pause: Mapped[str] = mapped_column(String(20))
    # The modules' slugs in order: all of them must be complete to pass.
    modules: Mapped[list[str]] = mapped_column(Document)
    # Digest of the marking keys: within an edition they are fixed.
    keys_digest: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseRevision(Model):
    """One row: one published version of a course: its texts, its module revisions and its questions.

    Personal data: none.
    """

    __table_args__ = (UniqueConstraint("course_id", "digest"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    # Digest over the digests of everything in it, in order.
    digest: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    # The short code printed in tables and on certificates.
    code: Mapped[str] = mapped_column(String(20))
    # ISO 8601 periods: how long an award is valid, and how early it can be renewed without losing time.
    validity: Mapped[str] = mapped_column(String(20))
    renewal: Mapped[str] = mapped_column(String(20))
    # The name of the certificate's design.
    certificate: Mapped[str] = mapped_column(String(60))
    # Considerations, objectives [{id, text}], sources, review {state, note}, content note, languages.
    meta: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)

    edition: Mapped[Edition] = relationship(lazy="raise")
    course: Mapped[Course] = relationship(lazy="raise", foreign_keys=[course_id])


class Module(Model):
    """One row: a module of a course; its slug is its file's name without number and language. Personal data: none."""

    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ModuleRevision(Model):
    """One row: one version of a module in one language, rendered and sanitised. Personal data: none."""

    __table_args__ = (UniqueConstraint("module_id", "language", "digest"),)

    id: Mapped[Id]
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    language: Mapped[str] = mapped_column(String(12))
    # SHA-256 of the file's bytes and of the renderer's version.
    digest: Mapped[str] = mapped_column(String(64))
    # The file, byte for byte, as text.
    source: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(500))
    # How long it takes according to its author, in minutes.
    minutes: Mapped[int]
    # Running words for a learner of one sector.
    words: Mapped[int]
    # Objective ids.
    objectives: Mapped[list[str]] = mapped_column(Document)
    # The sector, for courses that are per sector.
    sector: Mapped[str | None] = mapped_column(String(40))
    # Which of the nine considerations it names; empty for the first of its course.
    considerations: Mapped[list[int]] = mapped_column(Document)
    # [{id, title}] of the ## headings.
    sections: Mapped[list[dict[str, str]]] = mapped_column(Document)
    # The ordered segments that templates show: see lms.kernel.markup.
    segments: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Question(Model):
    """One row: a question of a course's bank; its slug is its id in the file, never reused. Personal data: none."""

    __table_args__ = (UniqueConstraint("course_id", "slug"),)

    id: Mapped[Id]
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    slug: Mapped[str] = mapped_column(String(80))
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class QuestionRevision(Model):
    """One row: one version of a question in one language, with its marking key. Personal data: none."""

    __table_args__ = (UniqueConstraint("question_id", "language", "digest"),)

    id: Mapped[Id]
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id"))
    language: Mapped[str] = mapped_column(String(12))
    digest: Mapped[str] = mapped_column(String(64))
    # single, multiple, ordering, matching, statements, branching.
    kind: Mapped[str] = mapped_column(String(20))
    objective: Mapped[str] = mapped_column(String(60))
    # Whether it must be right, whatever the score.
    red_line: Mapped[bool] = mapped_column(default=False)
    # Sectors it is written for; empty for all.
    sectors: Mapped[list[str]] = mapped_column(Document)
    # The question as in the file: stem, options or statements with keys and feedback, source, refresh.
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseRevisionModule(Model):
    """One row: a module revision's position in a course revision. Personal data: none."""

    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"), primary_key=True)
    module_revision_id: Mapped[int] = mapped_column(ForeignKey("module_revision.id"), primary_key=True)
    position: Mapped[int]


class CourseRevisionQuestion(Model):
    """One row: a question revision's position in the bank of a course revision. Personal data: none."""

    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"), primary_key=True)
    question_revision_id: Mapped[int] = mapped_column(ForeignKey("question_revision.id"), primary_key=True)
    position: Mapped[int]


class PictureFile(Model):
    """One row: the bytes of a published picture or recording, stored once for all courses with it.

    Personal data: none; a recording has the voice of somebody who agreed to it.
    """

    # SHA-256 of the bytes.
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    media_type: Mapped[str] = mapped_column(String(40))
    data: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)


class CourseRevisionPicture(Model):
    """One row: the name of a picture or recording in a course revision. Personal data: none."""

    course_revision_id: Mapped[int] = mapped_column(ForeignKey("course_revision.id"), primary_key=True)
    # Such as two-roads.svg, or at-the-quay.fr.opus.
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    digest: Mapped[str] = mapped_column(ForeignKey("picture_file.digest"), index=True)


class SharedContent(Model):
    """One row: one published version of a file that all courses share; the latest of its name is shown.

    Personal data: none.
    """

    id: Mapped[Id]
    publication_id: Mapped[int] = mapped_column(ForeignKey("publication.id"))
    # glossary or considerations.
    name: Mapped[str] = mapped_column(String(40), index=True)
    digest: Mapped[str] = mapped_column(String(64))
    # Its entries in the order of the file; empty once the file was removed.
    body: Mapped[list[dict[str, Any]]] = mapped_column(Document)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
