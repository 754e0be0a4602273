"""How somebody comes to a quiz before all modules are completed: by a certificate, or because HR allows it."""

from dataclasses import dataclass
from datetime import timedelta

from lms.assessment.models import OpenedBy
from lms.catalogue.api import PublishedModule
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.learning import rules
from lms.learning.course_progress import CourseProgress
from lms.learning.hooks import HeldCertificate, held_certificates
from lms.people.models import Organisation

RECENTLY = timedelta(days=365)
"""How long after its last valid day a certificate still shows that somebody knows the course (docs/decisions/0048)."""


@dataclass(frozen=True, slots=True)
class QuizAccess:
    """What opens a quiz besides the modules that are missing.

    ``at_once`` says what lets its learner take the whole quiz now, ``has_ended`` that the certificate ``held`` is
    valid no longer; ``changed`` are the modules of the newest edition after which a quiz about them would do, empty
    where it is all of them.
    """

    at_once: OpenedBy | None = None
    held: HeldCertificate | None = None
    has_ended: bool = False
    changed: tuple[PublishedModule, ...] = ()
    minutes_saved: int = 0


def load_quiz_access(actor: Actor, progress: CourseProgress) -> QuizAccess:
    """Loads what opens the quiz to an actor: no query where no module is missing, at most two otherwise."""
    if not progress.missing:
        return QuizAccess()
    held = _recent_certificate(actor, progress)
    if held is None:
        allowed = _organisation_allows(actor)
        return QuizAccess(OpenedBy.ORGANISATION if allowed else None)
    newest = progress.newest
    modules = newest.modules_for(progress.sector)
    changed = rules.changed_modules(modules, newest.meta.get("changes", ()), held.edition, newest.edition) or ()
    if progress.changed_modules and not progress.has_newer_edition:
        # Already under way.
        changed = ()
    saved = sum(module.minutes for module in modules) - sum(module.minutes for module in changed)
    has_ended = held.valid_until < clock.today(actor.time_zone)
    return QuizAccess(OpenedBy.CERTIFICATE, held, has_ended, changed, saved if changed else 0)


def _recent_certificate(actor: Actor, progress: CourseProgress) -> HeldCertificate | None:
    found = (source(actor, progress.newest, progress.sector) for source in held_certificates)
    held = next(filter(None, found), None)
    return held if held and held.valid_until >= clock.today(actor.time_zone) - RECENTLY else None


def _organisation_allows(actor: Actor) -> bool:
    organisation = session.get(Organisation, actor.organisation_id) if actor.organisation_id is not None else None
    return organisation is not None and organisation.quiz_without_modules
