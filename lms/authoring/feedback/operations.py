"""What changes feedback: a learner sends it, an author deals with it, and it is removed after a time."""

from datetime import timedelta

from sqlalchemy import delete, or_

from lms.audit.api import record
from lms.authoring.feedback import queries
from lms.authoring.feedback.labels import FeedbackKind
from lms.authoring.feedback.queries import FeedbackPlace
from lms.authoring.models import CourseFeedback
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session, unit_of_work

AFTER_DEALT, LONGEST = timedelta(days=90), timedelta(days=730)
"""How long feedback is stored: after it was dealt with, and in any case."""


def record_feedback(
    place: FeedbackPlace, *, sector: str | None, kind: FeedbackKind, text: str, section: str = "", paragraph: str = ""
) -> CourseFeedback:
    """Records feedback of somebody of a sector, and nothing about who it was: so the audit trail has no entry."""
    feedback = CourseFeedback(
        course_id=place.course_id,
        module_revision_id=place.module_revision_id,
        question_revision_id=place.question_revision_id,
        section=section,
        paragraph=paragraph,
        language=place.language,
        sector=sector,
        kind=kind,
        text=text,
        received_on=clock.today("UTC"),
    )
    session.add(feedback)
    session.flush()
    return feedback


def deal_with(actor: Actor, course_id: int, feedback_id: int) -> None:
    """Marks feedback of a course as dealt with; twice does nothing. Raises ``NotThere``."""
    feedback = queries.lock_feedback(course_id, feedback_id)
    if feedback.dealt_at is None:
        feedback.dealt_at, feedback.dealt_by = clock.now(), actor.account_id
        session.flush()
        record(actor, "authoring.deal_with_feedback", "course_feedback", feedback.id, course=course_id)


def remove_old_feedback() -> None:
    """Removes the feedback that has been stored long enough."""
    with unit_of_work():
        dealt, received = clock.now() - AFTER_DEALT, clock.today("UTC") - LONGEST
        session.execute(
            delete(CourseFeedback).where(or_(CourseFeedback.dealt_at < dealt, CourseFeedback.received_on < received))
        )
