"""Runs of reminders begin, continue batch by batch and end; focal points are appointed and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.compliance.api import CourseTitle
from lms.kernel import clock, mail
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.people.api import list_sectors
from lms.reminders import emails, policy, rules
from lms.reminders.due_dates import DueDates, WeeklyCounts
from lms.reminders.emails import Email
from lms.reminders.errors import AlreadyFocalPoint, FocalPointUnknown, FocalPointWithdrawn
from lms.reminders.models import Reminder, ReminderRun, SectorFocalPoint
from lms.reminders.queries import focal_points as focal_point_queries, runs as run_queries
from lms.reminders.queries.runs import Recipient
from lms.reminders.rules import Due, LastMail, ReminderStage


@dataclass(frozen=True, slots=True)
class Batch:
    """The next people of a run and their due dates; ``after`` is the last person of the batch before."""

    day: date
    after: int
    people: list[Recipient]
    due_dates: DueDates
    courses: Mapping[int, CourseTitle]
    organisations: Mapping[int, str]

    @property
    def through(self) -> int:
        """Returns the number of the last person."""
        return self.people[-1].person_id


@dataclass(frozen=True, slots=True)
class PlannedEmail:
    """A reminder to one person: its stage and what it lists."""

    to: Recipient
    stage: ReminderStage
    dues: list[Due]


def begin(day: date) -> ReminderRun:
    """Begins the run of a day, or finds the one that was begun."""
    known = run_queries.find_run(day)
    if known is not None:
        return known
    run = ReminderRun(day=day, started_at=clock.now(), through_person_id=0, counts={})
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        # Another worker began it in the same stage.
        found = run_queries.find_run(day)
        if found is None:
            raise
        return found
    return run


def plan(batch: Batch, last_mails: Mapping[int, LastMail]) -> list[PlannedEmail]:
    """Returns who of a batch gets a reminder, and for what. It writes nothing."""
    planned = []
    for person in batch.people:
        dues = batch.due_dates.dues.get(person.person_id, [])
        stage = rules.decide(batch.day, dues, last_mails.get(person.person_id))
        if stage is not None and person.email is not None:
            planned.append(PlannedEmail(person, stage, rules.items_to_list(batch.day, dues)))
    return planned


def count_without_email(batch: Batch) -> int:
    """Counts the people of a batch who have something due or overdue and no e-mail."""
    dues = batch.due_dates.dues
    return sum(
        1
        for person in batch.people
        if person.email is None and rules.items_to_list(batch.day, dues.get(person.person_id, []))
    )


def send_batch(batch: Batch) -> bool:
    """Queues the reminders of a batch and moves the run on; returns whether it did.

    It does nothing where another worker has done this batch in the meantime.
    """
    run_queries.lock_runs()
    run = run_queries.find_run(batch.day)
    if run is None or run.finished_at is not None or run.through_person_id != batch.after:
        return False
    for planned in plan(batch, run_queries.find_last_mails([person.person_id for person in batch.people])):
        run.mails += 1
        _queue_reminder(run, planned, batch)
    run.without_email += count_without_email(batch)
    counts = WeeklyCounts.of(run.counts)
    counts.add(batch.due_dates.counts)
    run.counts = counts.document()
    run.people += len(batch.people)
    run.through_person_id = batch.through
    session.flush()
    return True


def _queue_reminder(run: ReminderRun, planned: PlannedEmail, batch: Batch) -> None:
    key = f"reminder:{planned.to.person_id}:{batch.day.isoformat()}"
    email_text = emails.write_due_email(
        planned.to, planned.dues, planned.stage, day=batch.day, courses=batch.courses, organisations=batch.organisations
    )
    by_organisation: dict[int, list[Due]] = {}
    for due in planned.dues:
        by_organisation.setdefault(due.organisation_id, []).append(due)
    for organisation_id, dues in by_organisation.items():
        reached = [(due, stage) for due in dues if (stage := due.stage(batch.day)) is not None]
        kind = rules.most_important(stage for _due, stage in reached) or planned.stage
        about = [
            {"requirement": due.requirement_id, "deadline": due.deadline.isoformat(), "moment": str(stage)}
            for due, stage in reached
        ]
        _add(run, planned.to, key, organisation_id=organisation_id, kind=str(kind), about=about)
    _queue(planned.to, email_text, key)


def _add(
    run: ReminderRun,
    to: Recipient,
    key: str,
    *,
    organisation_id: int,
    kind: str,
    about: Sequence[dict[str, object]] = (),
) -> None:
    session.add(
        Reminder(
            run_id=run.id,
            person_id=to.person_id,
            organisation_id=organisation_id,
            day=run.day,
            kind=kind,
            about=list(about),
            outbox_key=key,
            recorded_at=clock.now(),
        )
    )


def _queue(to: Recipient, email_text: Email, key: str) -> None:
    if to.email is not None:
        mail.queue(to.email, email_text.subject, email_text.body, key=key)


def send_digests(day: date, organisation_id: int) -> int:
    """Queues the weekly figures of an organisation for its HR and focal points; returns the number of e-mails.

    Each gets them once a week, with the first run that includes them.
    """
    run_queries.lock_runs()
    run = run_queries.find_run(day)
    counts = WeeklyCounts() if run is None else WeeklyCounts.of(run.counts)
    whole = counts.of_organisation(organisation_id)
    if run is None or run.finished_at is not None or not whole["people"]:
        return 0
    name = run_queries.name_organisations([organisation_id]).get(organisation_id, "")
    courses = run_queries.title_courses({int(word.partition(":")[2]) for word in whole if word.startswith("ending:")})
    week = rules.week_of(day).isoformat()
    written = 0
    for to, key in _not_written_yet(run_queries.list_hr_of(organisation_id), f"reminder-hr:{organisation_id}", week):
        _add(run, to, key, organisation_id=organisation_id, kind="hr_week")
        _queue(to, emails.write_hr_figures(to, name, whole, courses, day), key)
        written += 1
    focal_points = run_queries.list_focal_points_of(organisation_id)
    sectors_of = {to.person_id: sectors for to, sectors in focal_points}
    known = {sector.slug: sector for sector in list_sectors()}
    here = counts.counts.get(organisation_id, {})
    for to, key in _not_written_yet([to for to, _sectors in focal_points], f"reminder-sector:{organisation_id}", week):
        figures = [
            (known[slug], here[slug])
            for slug in sectors_of[to.person_id]
            if slug in known and slug in here and here[slug]["people"]
        ]
        if figures:
            _add(run, to, key, organisation_id=organisation_id, kind="sector_week")
            _queue(to, emails.write_sector_figures(to, name, figures, courses, day), key)
            written += 1
    session.flush()
    return written


def _not_written_yet(recipients: list[Recipient], prefix: str, week: str) -> list[tuple[Recipient, str]]:
    keys = {f"{prefix}:{to.person_id}:{week}": to for to in recipients}
    done = run_queries.list_written_keys(keys)
    return [(to, key) for key, to in keys.items() if key not in done]


def finish(day: date) -> ReminderRun:
    """Ends the run of a day, after everybody was checked."""
    run_queries.lock_runs()
    run = run_queries.find_run(day)
    if run is None:
        raise NotThere
    if run.finished_at is None:
        run.finished_at = clock.now()
        run.digests = run_queries.count_digests(run.id)
        session.flush()
        record(
            SYSTEM, "reminders.run", "reminder_run", run.id,
            day=day.isoformat(), people=run.people, mails=run.mails, without_email=run.without_email,
            digests=run.digests,
        )  # fmt: skip
    return run


def appoint_focal_point(actor: Actor, organisation_id: int, sector: str, who: str, *, reason: str) -> SectorFocalPoint:
    """Makes somebody of an organisation a focal point, who gets the weekly figures of a sector there.

    ``who`` is an e-mail or staff number. Raises ``NotThere`` for another's organisation or an unknown sector,
    ``FocalPointUnknown`` and ``AlreadyFocalPoint``.
    """
    known = any(each.slug == sector for each in list_sectors())
    if not known or not policy.may_manage_focal_points(actor, organisation_id):
        raise NotThere
    found = focal_point_queries.find_colleague(organisation_id, who)
    if found is None:
        raise FocalPointUnknown
    account, email = found
    if not email:
        raise FocalPointUnknown(_("This person has no e-mail address."))
    if focal_point_queries.is_focal_point(organisation_id, sector, account.id):
        raise AlreadyFocalPoint
    focal_point = SectorFocalPoint(
        organisation_id=organisation_id,
        sector=sector,
        account_id=account.id,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(focal_point)
    session.flush()
    record(
        actor, "reminders.choose_lead", "sector_lead", focal_point.id,
        organisation_id=organisation_id, reason=reason, sector=sector, account=account.id,
    )  # fmt: skip
    return focal_point


def withdraw_focal_point(actor: Actor, focal_point_id: int, *, reason: str) -> None:
    """Removes a focal point. Raises ``NotThere`` and ``FocalPointWithdrawn``."""
    focal_point = focal_point_queries.lock_focal_point(focal_point_id)
    if focal_point is None:
        raise FocalPointWithdrawn
    if not policy.may_manage_focal_points(actor, focal_point.organisation_id):
        raise NotThere
    focal_point.retracted_at = clock.now()
    focal_point.retracted_by = actor.account_id or None
    session.flush()
    record(
        actor, "reminders.withdraw_lead", "sector_lead", focal_point.id,
        organisation_id=focal_point.organisation_id, reason=reason, sector=focal_point.sector,
        account=focal_point.account_id,
    )  # fmt: skip
