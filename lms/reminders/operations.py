"""Runs of reminders begin, continue batch by batch and end; focal points are appointed and withdrawn."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.compliance.api import CourseTitle, required_courses
from lms.kernel import clock, outbox, records
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotThere
from lms.kernel.i18n import gettext as _
from lms.people.api import list_sectors, load_organisation_names, may_act_for
from lms.reminders import emails, rules
from lms.reminders.due_dates import WeeklyCounts, add_counts
from lms.reminders.errors import FocalPointWithdrawn
from lms.reminders.models import Reminder, ReminderRun, SectorFocalPoint
from lms.reminders.queries import focal_points as focal_point_queries, runs as run_queries
from lms.reminders.queries.runs import Recipient
from lms.reminders.rules import Due, ReminderStage


@dataclass(frozen=True, slots=True)
class Batch:
    """The next people of a run, what is due for them and their weekly counts; ``after`` is the last person before."""

    day: date
    after: int
    people: list[Recipient]
    dues: Mapping[int, list[Due]]
    counts: WeeklyCounts
    courses: Mapping[int, CourseTitle]
    organisations: Mapping[int, str]

    @property
    def through(self) -> int:
        """Returns the number of the last person."""
        return self.people[-1].person_id

    @property
    def without_email(self) -> int:
        """Returns how many people have something due or overdue and no e-mail."""
        unreachable = [person for person in self.people if not person.email]
        return sum(bool(rules.items_to_list(self.day, self.dues.get(each.person_id, []))) for each in unreachable)


@dataclass(frozen=True, slots=True)
class PlannedEmail:
    """A reminder to one person: its stage and what it lists."""

    to: Recipient
    stage: ReminderStage
    dues: list[Due]


def begin(day: date) -> ReminderRun:
    """Begins the run of a day, or finds the one that was begun."""
    if (known := run_queries.find_run(day)) is not None:
        return known
    run = ReminderRun(day=day, started_at=clock.now(), through_person_id=0, counts={})
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        # Another worker began it in the meantime.
        return run_queries.lock_run(day)
    return run


def plan(batch: Batch) -> list[PlannedEmail]:
    """Returns who of a batch gets a reminder, and for what. It writes nothing."""
    last_mails = run_queries.find_last_mails([person.person_id for person in batch.people])
    planned = []
    for person in batch.people:
        dues = batch.dues.get(person.person_id, [])
        stage = rules.decide(batch.day, dues, last_mails.get(person.person_id))
        if stage is not None and person.email:
            planned.append(PlannedEmail(person, stage, rules.items_to_list(batch.day, dues)))
    return planned


def send_batch(batch: Batch) -> int:
    """Queues the reminders of a batch and moves the run on; returns the last person that the run has checked.

    It does nothing where another worker has done this batch, or ended the run, in the meantime.
    """
    run = run_queries.lock_run(batch.day)
    if run.finished_at is None and run.through_person_id == batch.after:
        planned = plan(batch)
        for each in planned:
            _queue_reminder(run, each, batch)
        run.mails += len(planned)
        run.without_email += batch.without_email
        run.counts = add_counts(run.counts, batch.counts)
        run.people += len(batch.people)
        run.through_person_id = batch.through
        session.flush()
    return run.through_person_id


def _queue_reminder(run: ReminderRun, planned: PlannedEmail, batch: Batch) -> None:
    rows: dict[int, tuple[str, list[dict[str, Any]]]] = {}
    for organisation_id in dict.fromkeys(due.organisation_id for due in planned.dues):
        reached = [
            (due, stage)
            for due in planned.dues
            if due.organisation_id == organisation_id and (stage := due.stage(batch.day)) is not None
        ]
        about = [
            {"requirement": due.requirement_id, "deadline": due.deadline.isoformat(), "moment": str(stage)}
            for due, stage in reached
        ]
        rows[organisation_id] = str(rules.most_important(stage for _due, stage in reached)), about
    key = f"reminder:{planned.to.person_id}:{batch.day.isoformat()}"
    outbox.put("reminder", key, {"person": planned.to.person_id})
    _record(run, planned.to, key, rows)


def write_reminder(batch: Batch) -> tuple[str, str, str, str]:
    """Writes the reminder of the only person of a batch: address, subject, body, language.

    Raises ``NoLongerTrue``.
    """
    (to,) = batch.people
    dues = rules.items_to_list(batch.day, batch.dues.get(to.person_id, []))
    stage = rules.most_important(stage for due in dues if (stage := due.stage(batch.day)) is not None)
    if stage is None or not to.email:
        raise outbox.NoLongerTrue
    email = emails.write_due_email(
        to, dues, stage, day=batch.day, courses=batch.courses, organisations=batch.organisations
    )
    return to.email, *email


def _record(run: ReminderRun, to: Recipient, key: str, rows: Mapping[int, tuple[str, list[dict[str, Any]]]]) -> None:
    """Records a queued e-mail, with its kind and what it is about, for each organisation it names."""
    session.add_all(
        Reminder(
            run_id=run.id,
            person_id=to.person_id,
            organisation_id=organisation_id,
            day=run.day,
            kind=kind,
            about=about,
            outbox_key=key,
            recorded_at=clock.now(),
        )
        for organisation_id, (kind, about) in rows.items()
    )


def send_digests(day: date, organisation_id: int) -> None:
    """Queues the weekly figures of an organisation for its HR and focal points.

    Each gets them once a week, with the first run that includes them.
    """
    run = run_queries.lock_run(day)
    sectors = {slug: Counter(counts) for slug, counts in run.counts.get(str(organisation_id), {}).items()}
    if run.finished_at is not None or not sectors:
        return
    week = (day - timedelta(days=day.weekday())).isoformat()
    digests: dict[str, tuple[Recipient, str]] = {
        f"reminder-hr:{organisation_id}:{to.person_id}:{week}": (to, "hr_week")
        for to in run_queries.list_hr_of(organisation_id, day)
    }
    for to, slugs in run_queries.list_focal_points_of(organisation_id, day).items():
        if sectors.keys() & set(slugs):
            digests[f"reminder-sector:{organisation_id}:{to.person_id}:{week}"] = to, "sector_week"
    written = run_queries.list_written_keys(digests)
    for key, (to, kind) in digests.items():
        if key in written:
            continue
        outbox.put(
            "figures", key,
            {"organisation": organisation_id, "person": to.person_id, "kind": kind, "day": day.isoformat()},
        )  # fmt: skip
        _record(run, to, key, {organisation_id: (kind, [])})
        run.digests += 1
    session.flush()


def write_digest(organisation_id: int, person_id: int, kind: str, day: date) -> tuple[str, str, str, str]:
    """Writes the weekly figures of the latest run: address, subject, body, language.

    HR gets those of the whole organisation, focal points those of their sectors. Raises ``NoLongerTrue`` where figures
    of a later day wait for the same person, who is neither any more, or where nobody is asked for anything.
    """
    # The run that queued it may not have ended yet, though it has counted everybody.
    runs = filter(None, (run_queries.find_run(day), run_queries.find_last_finished()))
    run, today = max(runs, key=lambda each: each.day), clock.today()
    if run_queries.is_superseded(organisation_id, person_id, kind, day):
        raise outbox.NoLongerTrue
    sectors = {slug: Counter(counts) for slug, counts in run.counts.get(str(organisation_id), {}).items()}
    whole = sum(sectors.values(), Counter[str]())
    name = load_organisation_names([organisation_id]).get(organisation_id, "")
    courses = {course_id: each.title for course_id, each in required_courses([organisation_id]).items()}
    if kind == "hr_week":
        to = next(
            (each for each in run_queries.list_hr_of(organisation_id, today) if each.person_id == person_id), None
        )
        if to is None or not sectors:
            raise outbox.NoLongerTrue
        return to.email, *emails.write_hr_figures(to, name, whole, courses, run.day)
    appointed = run_queries.list_focal_points_of(organisation_id, today)
    to, slugs = next(((to, slugs) for to, slugs in appointed.items() if to.person_id == person_id), (None, []))
    figures = [(each, sectors[each.slug]) for each in list_sectors() if each.slug in sectors and each.slug in slugs]
    if to is None or not figures:
        raise outbox.NoLongerTrue
    return to.email, *emails.write_sector_figures(to, name, figures, courses, run.day)


def finish(day: date) -> ReminderRun:
    """Ends the run of a day, after everybody was checked."""
    run = run_queries.lock_run(day)
    if run.finished_at is None:
        run.finished_at = clock.now()
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
    and ``Invalid`` where nobody is found who can be written to, or they are one already.
    """
    known = any(each.slug == sector for each in list_sectors())
    if not known or not may_act_for(actor, organisation_id):
        raise NotThere
    found = focal_point_queries.find_colleague(organisation_id, who)
    if found is None:
        message = _("Nobody in this organisation with an account has this e-mail address or staff number.")
        raise Invalid(message, field="who")
    if not found.email:
        raise Invalid(_("This person has no e-mail address."), field="who")
    if focal_point_queries.is_focal_point(organisation_id, sector, found.id):
        raise Invalid(_("This person is already a focal point of this sector."), field="who")
    focal_point = SectorFocalPoint(organisation_id=organisation_id, sector=sector, account_id=found.id)
    records.add(actor, focal_point)
    record(
        actor, "reminders.appoint_focal_point", "sector_focal_point", focal_point.id,
        organisation_id=organisation_id, reason=reason, sector=sector, account=found.id,
    )  # fmt: skip
    return focal_point


def withdraw_focal_point(actor: Actor, focal_point_id: int, *, reason: str) -> None:
    """Removes a focal point. Raises ``NotThere`` and ``FocalPointWithdrawn``."""
    focal_point = focal_point_queries.lock_focal_point(focal_point_id)
    if focal_point is None:
        raise FocalPointWithdrawn
    if not may_act_for(actor, focal_point.organisation_id):
        raise NotThere
    records.retract(actor, focal_point)
    record(
        actor, "reminders.withdraw_focal_point", "sector_focal_point", focal_point.id,
        organisation_id=focal_point.organisation_id, reason=reason, sector=focal_point.sector,
        account=focal_point.account_id,
    )  # fmt: skip
