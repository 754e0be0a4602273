"""The note on a quiz page about the certificate the learner has; a hook of `learning`, which knows no awards."""

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries
from lms.certification.awards.dates import decide_dates
from lms.certification.awards.explain import renewal_sentence
from lms.kernel import clock
from lms.kernel.actor import Actor


def renewal_note(actor: Actor, course: PublishedCourse, sector: str | None) -> str | None:
    """Returns what passing today would give, or None for a learner without a valid certificate of the course."""
    if actor.person_id is None:
        return None
    today = clock.today(actor.time_zone)
    examined = sector if course.per_sector else None
    present = queries.find_last_award(actor.person_id, course.course_id, examined, today)
    if present is None or present.valid_until < today:
        return None
    decided = decide_dates(actor.person_id, course, examined, today)
    return renewal_sentence(
        present.valid_until, today, decided.period, decided.dates.valid_until, decided.early_renewal_from
    )
