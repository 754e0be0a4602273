"""What a learner does: completes modules, starts again on a newer edition, starts the quiz."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.exc import IntegrityError

from lms.assessment import operations as assessment
from lms.assessment.models import Attempt
from lms.assessment.queries import lock_person
from lms.assessment.rules import MayTry, Try, may_try as judge_tries
from lms.audit.api import record
from lms.catalogue.api import PublishedModule
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.learning import queries, rules
from lms.learning.course_progress import Study
from lms.learning.errors import ModulesMissing, NothingNewer
from lms.learning.events import progress_made
from lms.learning.models import Completion, FreshStart


def complete(study: Study, module: PublishedModule, client_at: datetime | None = None) -> Completion:
    """Records that a module is done, once: a second time returns the first one's row.

    The row pins the revision, language and edition met. ``client_at`` is what the learner's clock said; a clock
    that is ahead is set back to the server's moment.
    """
    known = queries.find_completion(study.person_id, module.module_id, study.course.edition_id)
    if known is not None:
        return known
    completion = _completion(study, module, client_at)
    try:
        with session.begin_nested():
            session.add(completion)
            session.flush()
    except IntegrityError:
        # Somebody was quicker: the same person in another tab.
        first = queries.find_completion(study.person_id, module.module_id, study.course.edition_id)
        if first is None:
            raise
        return first
    progress_made.send(None, completions={completion.id})
    return completion


def complete_many(study: Study, modules: Iterable[PublishedModule]) -> list[Completion]:
    """Records that several modules are done, as ``complete`` does, in one step; known ones are left as they are.

    Each is recorded at the moment when it is taken from ``modules``.
    """
    made = [
        _completion(study, module, None) for module in modules if module.module_id not in study.progress.done
    ]
    try:
        with session.begin_nested():
            session.add_all(made)
            session.flush()
    except IntegrityError:
        # Somebody was quicker with one of them: then each for itself.
        known = {module.module_id: module for module in study.modules}
        return [complete(study, known[completion.module_id]) for completion in made]
    if made:
        progress_made.send(None, completions={completion.id for completion in made})
    return made


def start_again(actor: Actor, study: Study) -> None:
    """Moves somebody from the edition they are on to the published one, where everything is to be done anew.

    Raises ``NothingNewer`` where they are on it already.
    """
    lock_person(study.person_id)
    facts = queries.record_of(study.person_id, study.newest.course_id).of_sector(study.sector)
    if rules.edition_of(facts, study.newest.edition_id) == study.newest.edition_id:
        raise NothingNewer
    fresh = FreshStart(
        person_id=study.person_id,
        course_id=study.newest.course_id,
        edition_id=study.newest.edition_id,
        sector=study.sector,
        recorded_at=clock.now(),
    )
    session.add(fresh)
    session.flush()
    record(actor, "learning.start_again", "fresh_start", fresh.id)


def start_quiz(actor: Actor, study: Study, language: str) -> Attempt:
    """Starts the quiz of the edition somebody is on, or returns the attempt that is open.

    Raises ``ModulesMissing``, and what ``assessment.operations.start`` raises.
    """
    if not study.modules or study.missing:
        raise ModulesMissing
    # A course that is not per sector still asks first about the learner's own.
    sector = study.sector if study.course.per_sector else actor.sector
    return assessment.start(actor, study.course, sector=sector, language=language)


def may_try(study: Study) -> MayTry:
    """Says whether the quiz may be started now, and how often before a pause."""
    tries = [
        Try(one.at, one.submitted_at, bool(one.passed)) for one in study.tried if one.submitted_at is not None
    ]
    return judge_tries(tries, study.course.tries, study.course.pause, clock.now())


def _completion(study: Study, module: PublishedModule, client_at: datetime | None) -> Completion:
    moment = clock.now()
    return Completion(
        person_id=study.person_id,
        course_id=study.course.course_id,
        module_id=module.module_id,
        edition_id=study.course.edition_id,
        module_revision_id=module.module_revision_id,
        sector=study.sector,
        language=module.language,
        recorded_at=moment,
        client_at=min(client_at, moment) if client_at else None,
    )
