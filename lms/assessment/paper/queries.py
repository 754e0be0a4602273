"""Every SELECT of quizzes on paper."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from lms.assessment.models import Attempt, PaperEntry, PaperQuiz, QuizCopy
from lms.catalogue.models import CourseRevision
from lms.kernel.db import LARGEST_ID, locked, session
from lms.kernel.identifiers import identifier_key
from lms.kernel.pagination import Pagination, paginate
from lms.people.api import works_on
from lms.people.models import Employment, Organisation, Person, Placement

OPEN = and_(QuizCopy.attempt_id.is_(None), QuizCopy.retracted_at.is_(None))
"""The condition on copies whose answers may still be entered."""


@dataclass(frozen=True, slots=True)
class QuizTaker:
    """Somebody of an organisation, with the staff number there and the main sector of today, None without one."""

    person_id: int
    name: str
    staff_number: str
    sector: str | None


def find_quiz_takers(
    organisation_id: int, numbers: Collection[str], station_id: int | None, today: date
) -> dict[str, QuizTaker]:
    """Finds the people with some staff numbers, and those who work at a station today, by the key of the number."""
    belongs: ColumnElement[bool] = Employment.staff_number_key.in_({identifier_key(number) for number in numbers})
    if station_id is not None:
        there = select(Placement.employment_id).where(works_on(today), Placement.station_id == station_id)
        belongs = or_(belongs, Employment.id.in_(there))
    rows = session.execute(
        select(Employment.staff_number_key, Employment.staff_number, Person.id, Person.name, Placement.sector)
        .join(Person, Person.id == Employment.person_id)
        .outerjoin(Placement, and_(Placement.employment_id == Employment.id, works_on(today)))
        .where(Employment.organisation_id == organisation_id, belongs)
        .order_by(Person.name, Employment.id, Placement.id)
    )
    found: dict[str, QuizTaker] = {}
    for row in rows:
        found.setdefault(row.staff_number_key, QuizTaker(row.id, row.name, row.staff_number, row.sector))
    return found


def find_quiz(quiz_id: int) -> PaperQuiz | None:
    """Finds a printed quiz; the caller decides who may see it."""
    return session.get(PaperQuiz, quiz_id) if quiz_id <= LARGEST_ID else None


def find_quiz_by_token(token: str) -> PaperQuiz | None:
    """Finds the quiz that a form has already printed."""
    return session.scalar(select(PaperQuiz).where(PaperQuiz.token == token))


def find_copy(code: str) -> QuizCopy | None:
    """Finds a copy by its code; the caller decides who may see it."""
    return session.scalar(select(QuizCopy).where(QuizCopy.code == code))


def lock_copy(copy_id: int) -> QuizCopy:
    """Locks a copy, so that one transaction at a time enters it, and returns it as it is stored now."""
    statement = locked(select(QuizCopy).where(QuizCopy.id == copy_id))
    return session.scalars(statement.execution_options(populate_existing=True)).one()


def list_paper_entries(copy_id: int) -> Sequence[PaperEntry]:
    """Lists the entries of a copy in their order."""
    return session.scalars(select(PaperEntry).where(PaperEntry.copy_id == copy_id).order_by(PaperEntry.number)).all()


def list_open_copies(person_ids: Iterable[int], course_id: int, sector: str | None) -> dict[int, QuizCopy]:
    """Returns the open copies of some people in a course, by person."""
    statement = _copies_of(person_ids, course_id, OPEN, PaperQuiz.sector.is_not_distinct_from(sector))
    return {copy.person_id: copy for copy in session.scalars(statement)}


def list_withdrawn_slugs(person_id: int, course_id: int) -> list[str]:
    """Returns the slugs of the questions on withdrawn copies of somebody, who may have read them."""
    statement = _copies_of([person_id], course_id, QuizCopy.retracted_at.is_not(None))
    return [one["slug"] for copy in session.scalars(statement) for one in copy.questions]


def _copies_of(person_ids: Iterable[int], course_id: int, *conditions: ColumnElement[bool]) -> Any:
    mine = QuizCopy.person_id.in_(sorted(person_ids))
    statement = select(QuizCopy).join(PaperQuiz, PaperQuiz.id == QuizCopy.quiz_id).order_by(QuizCopy.id)
    return statement.where(mine, PaperQuiz.course_id == course_id, *conditions)


ListedPaperQuiz = Row[PaperQuiz, str, str, int, int]
"""A printed quiz with its `course`, `organisation`, how many `copies` it has, and how many of them are `left` to enter.
"""


def list_quizzes(condition: ColumnElement[bool], page: int) -> Pagination[ListedPaperQuiz]:
    """Lists the printed quizzes that fit a condition, the latest first."""
    copies = select(func.count(QuizCopy.id)).where(QuizCopy.quiz_id == PaperQuiz.id)
    statement = (
        select(
            PaperQuiz,
            CourseRevision.title.label("course"),
            Organisation.name.label("organisation"),
            copies.scalar_subquery().label("copies"),
            copies.where(OPEN).scalar_subquery().label("left"),
        )
        .join(CourseRevision, CourseRevision.id == PaperQuiz.course_revision_id)
        .join(Organisation, Organisation.id == PaperQuiz.organisation_id)
        .where(condition)
        .order_by(PaperQuiz.id.desc())
    )
    return paginate(statement, page)


ListedQuizCopy = Row[QuizCopy, str, str, Attempt, int]
"""A copy with the `name` and `staff_number` of its person, its attempt once there is one, and how many times it was
`entered`."""


def list_quiz_copies(quiz_id: int) -> Sequence[ListedQuizCopy]:
    """Lists the copies of a printed quiz by name."""
    entered = select(func.count(PaperEntry.id)).where(PaperEntry.copy_id == QuizCopy.id).scalar_subquery()
    # Somebody with two staff numbers in one organisation is listed once.
    here = (Employment.person_id == QuizCopy.person_id, Employment.organisation_id == PaperQuiz.organisation_id)
    number = select(func.min(Employment.staff_number)).where(*here).scalar_subquery()
    return session.execute(
        select(QuizCopy, Person.name, number.label("staff_number"), Attempt, entered.label("entered"))
        .join(PaperQuiz, PaperQuiz.id == QuizCopy.quiz_id)
        .join(Person, Person.id == QuizCopy.person_id)
        .outerjoin(Attempt, Attempt.id == QuizCopy.attempt_id)
        .where(QuizCopy.quiz_id == quiz_id)
        .order_by(Person.name, QuizCopy.id)
    ).all()


def find_printing_organisation(attempt_id: int) -> int | None:
    """Returns the organisation that printed the copy of an attempt; None for an attempt online."""
    return session.scalar(
        select(PaperQuiz.organisation_id)
        .join(QuizCopy, QuizCopy.quiz_id == PaperQuiz.id)
        .where(QuizCopy.attempt_id == attempt_id)
    )
