"""What a learner does: completes modules, switches to a newer edition or to its changes, starts the quiz."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.assessment.api import lock_person, start_attempt
from lms.assessment.models import Attempt, OpenedBy
from lms.audit.api import record
from lms.catalogue.api import PublishedModule
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.learning import queries, rules
from lms.learning.course_progress import CourseProgress
from lms.learning.events import progress_made
from lms.learning.models import Completion, EditionSwitch
from lms.learning.quiz_access import load_quiz_access
from lms.learning.rules import EditionProgress


def complete_module(progress: CourseProgress, module: PublishedModule, client_at: datetime | None = None) -> Completion:
    """Records that a module is completed, once: a second time returns the first one's row.

    The row pins the revision, language and edition met. ``client_at`` is the time on the learner's device; a clock
    that is ahead is set back to the server's.
    """
    known = queries.find_completion(progress.person_id, module.module_id, progress.course.edition_id)
    if known is not None:
        return known
    moment = clock.now()
    completion = Completion(
        person_id=progress.person_id,
        course_id=progress.course.course_id,
        module_id=module.module_id,
        edition_id=progress.course.edition_id,
        module_revision_id=module.module_revision_id,
        sector=progress.sector,
        language=module.language,
        recorded_at=moment,
        client_at=min(client_at, moment) if client_at else None,
    )
    try:
        with session.begin_nested():
            session.add(completion)
            session.flush()
    except IntegrityError:
        # The same person was quicker in another tab.
        first = queries.find_completion(progress.person_id, module.module_id, progress.course.edition_id)
        if first is None:
            raise
        return first
    progress_made.send(None, completions={completion.id}, persons={progress.person_id})
    return completion


def switch_edition(actor: Actor, progress: CourseProgress) -> None:
    """Moves somebody from the edition they are on to the published one, to complete it from the start.

    Raises ``Refusal`` where they are on it already.
    """
    if _now_on(progress).edition_id == progress.newest.edition_id:
        raise Refusal(_("You are already on the newest edition of this course."))
    _switch(actor, progress, changes_since=None)


def renew_by_changes(actor: Actor, progress: CourseProgress) -> None:
    """Lets somebody renew a certificate of an earlier edition by the modules that changed since.

    Doing it twice has no effect. Raises ``Refusal`` where they hold no certificate that could be renewed so.
    """
    access = load_quiz_access(actor, progress)
    on = _now_on(progress)
    if on.changes_since is not None and on.edition_id == progress.newest.edition_id:
        return
    if access.held is None or not access.changed:
        raise Refusal(_("Read all modules: your certificate cannot be renewed by those that changed."))
    _switch(actor, progress, changes_since=access.held.edition)


def _now_on(progress: CourseProgress) -> EditionProgress:
    """Returns the edition somebody is on now, in a transaction that no other of theirs changes it in."""
    lock_person(progress.person_id)
    facts = queries.load_facts(progress.person_id, progress.newest.course_id)
    return rules.progress_in([fact for fact in facts if fact.sector == progress.sector], progress.newest.edition_id)


def _switch(actor: Actor, progress: CourseProgress, *, changes_since: int | None) -> None:
    switch = EditionSwitch(
        person_id=progress.person_id,
        course_id=progress.newest.course_id,
        edition_id=progress.newest.edition_id,
        sector=progress.sector,
        changes_since=changes_since,
        recorded_at=clock.now(),
    )
    session.add(switch)
    session.flush()
    record(actor, "learning.switch_edition", "edition_switch", switch.id, changes_since=changes_since)


def start_quiz(actor: Actor, progress: CourseProgress, language: str) -> Attempt:
    """Starts the quiz of the edition somebody is on, or returns the attempt that is open.

    Raises ``Refusal`` where modules are not completed and nothing else opens it, and what
    ``assessment.api.start_attempt`` raises.
    """
    opened_by: OpenedBy | None = OpenedBy.CHANGES if progress.changed_modules else OpenedBy.MODULES
    if progress.missing:
        opened_by = load_quiz_access(actor, progress).at_once
    if not progress.modules or opened_by is None:
        raise Refusal(_("The quiz opens when all modules are completed. Please finish the modules first."))
    # A course that is not per sector still prefers questions of the learner's own.
    sector = progress.sector if progress.course.per_sector else actor.sector
    about = [module.slug for module in progress.modules] if opened_by is OpenedBy.CHANGES else None
    return start_attempt(actor, progress.course, sector=sector, language=language, opened_by=opened_by, about=about)
