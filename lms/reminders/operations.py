"""What changes in reminders: a run begins, goes on batch by batch and ends; sector leads are chosen and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.compliance.api import CourseWords
from lms.kernel import clock, mail
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session
from lms.kernel.errors import NotThere
from lms.people.api import list_sectors
from lms.reminders import letters, policy, queries, rules
from lms.reminders.errors import AlreadyLead, AlreadyWithdrawn, LeadUnknown
from lms.reminders.letters import Letter
from lms.reminders.models import Reminder, ReminderRun, SectorLead
from lms.reminders.queries import Recipient
from lms.reminders.reckoning import Figures, Reckoned
from lms.reminders.rules import Due, LastMail, Moment


@dataclass(frozen=True, slots=True)
class Batch:
    """The next people of a run and what was reckoned for them; ``after`` is where the run stood."""

    day: date
    after: int
    people: list[Recipient]
    reckoned: Reckoned
    courses: Mapping[int, CourseWords]
    organisations: Mapping[int, str]

    @property
    def through(self) -> int:
        """Returns the number of the last person."""
        return self.people[-1].person_id


@dataclass(frozen=True, slots=True)
class Planned:
    """A mail to one person: the moment it is written for and what it lists."""

    to: Recipient
    moment: Moment
    dues: list[Due]


def begin(day: date) -> ReminderRun:
    """Begins the run of a day, or finds the one that was begun."""
    known = queries.find_run(day)
    if known is not None:
        return known
    run = ReminderRun(day=day, started_at=clock.now(), through_person_id=0, figures={})
    try:
        with session.begin_nested():
            session.add(run)
            session.flush()
    except IntegrityError:
        # Another worker began it in the same moment.
        found = queries.find_run(day)
        if found is None:
            raise
        return found
    return run


def plan(batch: Batch, last_mails: Mapping[int, LastMail]) -> list[Planned]:
    """Returns who of a batch gets a mail, and for what. It writes nothing."""
    planned = []
    for person in batch.people:
        dues = batch.reckoned.dues.get(person.person_id, [])
        moment = rules.decide(batch.day, dues, last_mails.get(person.person_id))
        if moment is not None and person.email is not None:
            planned.append(Planned(person, moment, rules.to_tell(batch.day, dues)))
    return planned


def count_on_paper(batch: Batch) -> int:
    """Counts the people of a batch for whom something is due or late and who have no e-mail."""
    dues = batch.reckoned.dues
    return sum(
        1
        for person in batch.people
        if person.email is None and rules.to_tell(batch.day, dues.get(person.person_id, []))
    )


def send_batch(batch: Batch) -> bool:
    """Writes the mails of a batch and moves the run on; returns whether it did.

    It does nothing where the run has moved on meanwhile: another worker has done this batch.
    """
    queries.lock_runs()
    run = queries.find_run(batch.day)
    if run is None or run.finished_at is not None or run.through_person_id != batch.after:
        return False
    for planned in plan(batch, queries.find_last_mails([person.person_id for person in batch.people])):
        run.mails += 1
        _tell(run, planned, batch)
    run.on_paper += count_on_paper(batch)
    figures = Figures.of(run.figures)
    figures.add(batch.reckoned.figures)
    run.figures = figures.document()
    run.people += len(batch.people)
    run.through_person_id = batch.through
    session.flush()
    return True


def _tell(run: ReminderRun, planned: Planned, batch: Batch) -> None:
    key = f"reminder:{planned.to.person_id}:{batch.day.isoformat()}"
    letter = letters.write_due(
        planned.to,
        planned.dues,
        planned.moment,
        day=batch.day,
        courses=batch.courses,
        organisations=batch.organisations,
    )
    by_organisation: dict[int, list[Due]] = {}
    for due in planned.dues:
        by_organisation.setdefault(due.organisation_id, []).append(due)
    for organisation_id, dues in by_organisation.items():
        told = [(due, moment) for due in dues if (moment := due.moment(batch.day)) is not None]
        kind = rules.most_important(moment for _due, moment in told) or planned.moment
        about = [
            {"requirement": due.requirement_id, "deadline": due.deadline.isoformat(), "moment": str(moment)}
            for due, moment in told
        ]
        _add(run, planned.to, key, organisation_id=organisation_id, kind=str(kind), about=about)
    _queue(planned.to, letter, key)


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


def _queue(to: Recipient, letter: Letter, key: str) -> None:
    if to.email is not None:
        mail.queue(to.email, letter.subject, letter.body, key=key)


def send_digests(day: date, organisation_id: int) -> int:
    """Writes the week's figures of an organisation to its HR and sector leads; returns how many mails.

    Each gets them once a week, with the first run that knows them.
    """
    queries.lock_runs()
    run = queries.find_run(day)
    counts = Figures() if run is None else Figures.of(run.figures)
    whole = counts.of_organisation(organisation_id)
    if run is None or run.finished_at is not None or not whole["people"]:
        return 0
    name = queries.name_organisations([organisation_id]).get(organisation_id, "")
    courses = queries.title_courses(
        {int(word.partition(":")[2]) for word in whole if word.startswith("ending:")}
    )
    week = rules.week_of(day).isoformat()
    written = 0
    for to, key in _not_yet(queries.list_hr_of(organisation_id), f"reminder-hr:{organisation_id}", week):
        _add(run, to, key, organisation_id=organisation_id, kind="hr_week")
        _queue(to, letters.write_hr_week(to, name, whole, courses, day), key)
        written += 1
    leads = queries.list_leads_of(organisation_id)
    sectors_of = {to.person_id: sectors for to, sectors in leads}
    known = {sector.slug: sector for sector in list_sectors()}
    here = counts.counts.get(organisation_id, {})
    for to, key in _not_yet([to for to, _ in leads], f"reminder-sector:{organisation_id}", week):
        figures = [
            (known[slug], here[slug])
            for slug in sectors_of[to.person_id]
            if slug in known and slug in here and here[slug]["people"]
        ]
        if figures:
            _add(run, to, key, organisation_id=organisation_id, kind="sector_week")
            _queue(to, letters.write_sector_week(to, name, figures, courses, day), key)
            written += 1
    session.flush()
    return written


def _not_yet(recipients: list[Recipient], prefix: str, week: str) -> list[tuple[Recipient, str]]:
    keys = {f"{prefix}:{to.person_id}:{week}": to for to in recipients}
    done = queries.list_written(keys)
    return [(to, key) for key, to in keys.items() if key not in done]


def finish(day: date) -> ReminderRun:
    """Ends the run of a day, in which everybody has been looked at."""
    queries.lock_runs()
    run = queries.find_run(day)
    if run is None:
        raise NotThere
    if run.finished_at is None:
        run.finished_at = clock.now()
        run.digests = queries.count_digests(run.id)
        session.flush()
        record(
            SYSTEM, "reminders.run", "reminder_run", run.id,
            day=day.isoformat(), people=run.people, mails=run.mails, on_paper=run.on_paper, digests=run.digests,
        )  # fmt: skip
    return run


def choose_lead(actor: Actor, organisation_id: int, sector: str, who: str, *, reason: str) -> SectorLead:
    """Lets somebody of an organisation get the weekly figures of a sector there.

    ``who`` is an e-mail or staff number. Raises ``NotThere`` for another's organisation or an unknown sector,
    ``LeadUnknown`` and ``AlreadyLead``.
    """
    known = any(each.slug == sector for each in list_sectors())
    if not known or not policy.may_choose_leads(actor, organisation_id):
        raise NotThere
    found = queries.find_colleague(organisation_id, who)
    if found is None:
        raise LeadUnknown(
            "Nobody of this organisation who can sign in has this e-mail or staff number. Check it."
        )
    account, email = found
    if not email:
        raise LeadUnknown("This person has no e-mail, so nothing can be sent to them.")
    if queries.is_lead(organisation_id, sector, account.id):
        raise AlreadyLead("This person gets the figures of this sector already.")
    lead = SectorLead(
        organisation_id=organisation_id,
        sector=sector,
        account_id=account.id,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(lead)
    session.flush()
    record(
        actor, "reminders.choose_lead", "sector_lead", lead.id,
        organisation_id=organisation_id, reason=reason, sector=sector, account=account.id,
    )  # fmt: skip
    return lead


def withdraw_lead(actor: Actor, lead_id: int, *, reason: str) -> None:
    """Ends it that somebody gets a sector's figures. Raises ``NotThere`` and ``AlreadyWithdrawn``."""
    lead = queries.lock_lead(lead_id)
    if lead is None:
        raise AlreadyWithdrawn("This person was taken off the list meanwhile.")
    if not policy.may_choose_leads(actor, lead.organisation_id):
        raise NotThere
    lead.retracted_at = clock.now()
    lead.retracted_by = actor.account_id or None
    session.flush()
    record(
        actor, "reminders.withdraw_lead", "sector_lead", lead.id,
        organisation_id=lead.organisation_id, reason=reason, sector=lead.sector, account=lead.account_id,
    )  # fmt: skip
