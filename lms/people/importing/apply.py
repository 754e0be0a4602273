"""Applying a checked list: some batches at a time, each time one transaction, nothing twice.

Its people are planned once more from what is recorded by then; whoever was changed since the dry run is left alone.
The next batches are put into the outbox in the same transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from time import perf_counter
from typing import Any

from sqlalchemy import insert, update

from lms.audit.api import record_all
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import lock_rows, session, unit_of_work
from lms.kernel.errors import Invalid
from lms.people.events import import_began, import_finished, people_added, placements_changed
from lms.people.importing import operations, queries
from lms.people.importing.dry_run import load_choices
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.names import correct_name
from lms.people.importing.parse import ImportChoices, ImportVocabulary, Note, ParsedRow, parse_row
from lms.people.importing.plan import CHANGES, KnownEmployee, PersonPlan, PlannedPlacement, plan_absent, plan_person
from lms.people.models import Employment, Organisation, Person, Placement


@dataclass(slots=True)
class PersonChange:
    """One person of a batch: their rows, as stored and parsed, and the plan."""

    rows: list[PeopleImportRow]
    parsed: Sequence[ParsedRow]
    plan: PersonPlan
    # Of somebody who is new there are none until they are recorded.
    employment_id: int = 0
    person_id: int = 0
    added: Sequence[int] = ()
    corrections: Sequence[int] = ()


def apply_batches(import_id: int, batch: int, count: int) -> None:
    """Applies some batches; where a subscriber refuses somebody, everybody else is applied all the same."""
    try:
        _apply(import_id, batch, count, one_by_one=False)
    except Invalid:
        _apply(import_id, batch, count, one_by_one=True)


def _apply(import_id: int, batch: int, count: int, *, one_by_one: bool) -> None:
    with unit_of_work():
        people_import = queries.lock_import(import_id)
        if people_import is None or people_import.state != "applying" or batch != people_import.batches_done + 1:
            return
        began = perf_counter()
        actor = Actor(account_id=people_import.apply_requested_by)
        lock_rows(Organisation, people_import.organisation_id)
        if batch == 1:
            import_began.send(None, organisation_id=people_import.organisation_id)
        last = min(batch + count - 1, people_import.batches)
        changes = _replan(people_import, queries.list_rows_of_batches(import_id, batch, last))
        _record(people_import, actor, changes, one_by_one=one_by_one)
        people_import.batches_done = last
        if last < people_import.batches:
            operations.enqueue_next(people_import, "apply", batch=last + 1, done=count, began=began)
            return
        counts = dict.fromkeys(CHANGES, 0) | queries.count_outcomes(import_id)
        people_import.counts = people_import.counts | counts
        people_import.applied_at = clock.now()
        import_finished.send(None, organisation_id=people_import.organisation_id)
        operations.delete_file(people_import)
        operations.enqueue_step(people_import, "purge", not_before=operations.RETENTION, applied=1)


def _replan(people_import: PeopleImport, rows: Iterable[PeopleImportRow]) -> list[PersonChange]:
    people: defaultdict[str, list[PeopleImportRow]] = defaultdict(list)
    for row in rows:
        people[row.key].append(row)
    known = queries.list_known_employees(people_import.organisation_id, sorted(people))
    vocabulary, choices = queries.load_vocabulary(), load_choices(people_import)
    replanned = (_replan_person(own, known.get(key), vocabulary, choices) for key, own in people.items())
    changes = [change for change in replanned if change is not None]
    new = [change for change in changes if not change.employment_id]
    emails = {change.parsed[0].email for change in new} - {""}
    in_use = queries.find_emails_in_use(people_import.organisation_id, emails)
    for change in new:
        if change.parsed[0].email in in_use:
            _reject(change.rows, {"code": "email_here"})
    return [change for change in changes if change.rows[0].outcome != "rejected"]


def _replan_person(
    rows: list[PeopleImportRow], known: KnownEmployee | None, vocabulary: ImportVocabulary, choices: ImportChoices
) -> PersonChange | None:
    found = [parse_row(row.number, row.cells, vocabulary, choices) for row in rows if row.number is not None]
    parsed = [each for each in found if isinstance(each, ParsedRow)]
    plan: PersonPlan | None
    if rows[0].number is None:
        plan = plan_absent(known.placements, choices.leavers_on) if known and choices.leavers_on else None
    else:
        plan = plan_person(parsed, known, choices) if len(parsed) == len(rows) else None
    outcomes = [plan.outcomes[row.number or 0].outcome if plan else "rejected" for row in rows]
    if plan is not None and outcomes == [row.outcome for row in rows]:
        ids = (known.employment_id, known.person_id) if known else ()
        return PersonChange(rows, parsed, plan, *ids)
    if all(outcome == "unchanged" for outcome in outcomes):
        # Somebody has recorded the same by hand since the check: nothing is left to do.
        for row in rows:
            row.outcome, row.notes = "unchanged", []
    else:
        _reject(rows, {"code": "changed_meanwhile"})
    return None


def _reject(rows: Iterable[PeopleImportRow], note: Note) -> None:
    for row in rows:
        row.outcome, row.notes = "rejected", [note]


def _record(people_import: PeopleImport, actor: Actor, changes: list[PersonChange], *, one_by_one: bool) -> None:
    old = [change for change in changes if change.employment_id]
    new = [change for change in changes if not change.employment_id]
    withdraw(actor, [placement_id for change in old for placement_id in change.plan.withdraw])
    _add_placements(actor, old)
    for change in old:
        if change.plan.name:
            change.corrections = correct_name(people_import, actor, change.person_id, change.plan.name)
    if one_by_one:
        new = [change for change in new if _add_one(people_import, actor, change)]
    elif new:
        _add_people(people_import, actor, new)
    if done := [*old, *new]:
        for index, change in enumerate(done):
            _mark_applied(change, is_new=index >= len(old))
        details = {change.employment_id: _details(people_import, change) for change in done}
        record_all(
            actor, "people.import_person", "employment", details,
            organisation_id=people_import.organisation_id, reason=people_import.reason,
        )  # fmt: skip
        session.flush()
        placements_changed.send(None, persons={change.person_id for change in done})


def _add_people(people_import: PeopleImport, actor: Actor, changes: Sequence[PersonChange]) -> None:
    moment = clock.now()
    persons = _insert(
        Person,
        [
            {"name": first.name, "email": first.email or None, "language": "en", "recorded_at": moment}
            for first in (change.parsed[0] for change in changes)
        ],
    )
    employments = _insert(
        Employment,
        [
            {
                "person_id": person_id, "organisation_id": people_import.organisation_id,
                "staff_number": change.parsed[0].staff_number, "recorded_at": moment, "recorded_by": actor.account_id,
            }
            for person_id, change in zip(persons, changes, strict=True)
        ],
    )  # fmt: skip
    for change, person_id, employment_id in zip(changes, persons, employments, strict=True):
        change.person_id, change.employment_id = person_id, employment_id
    _add_placements(actor, changes)
    people_added.send(None, persons=set(persons), actor=actor)


def _add_one(people_import: PeopleImport, actor: Actor, change: PersonChange) -> bool:
    try:
        with session.begin_nested():
            _add_people(people_import, actor, [change])
    except Invalid as error:
        _reject(change.rows, {"code": "not_accepted", "text": error.message[:200]})
        return False
    return True


def _add_placements(actor: Actor, changes: Sequence[PersonChange]) -> None:
    planned = [(change.employment_id, placement) for change in changes for placement in change.plan.add]
    ids = iter(insert_placements(actor, planned))
    for change in changes:
        change.added = list(islice(ids, len(change.plan.add)))


def insert_placements(actor: Actor, planned: Sequence[tuple[int, PlannedPlacement]]) -> Sequence[int]:
    """Records placements, each with its employment, and returns their ids in this order."""
    moment = clock.now()
    return _insert(
        Placement,
        [
            {
                **placement.details._asdict(), "also_sectors": list(placement.details.also_sectors),
                "employment_id": employment_id, "from_on": placement.from_on, "through_on": placement.through_on,
                "recorded_at": moment, "recorded_by": actor.account_id,
            }
            for employment_id, placement in planned
        ],
    )  # fmt: skip


def _insert(model: type[Person | Employment | Placement], rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    statement = insert(model).returning(model.id, sort_by_parameter_order=True)
    return session.scalars(statement, rows).all() if rows else []


def withdraw(actor: Actor, ids: Iterable[int]) -> None:
    """Withdraws placements."""
    for some in batched(ids):
        session.execute(
            update(Placement)
            .where(Placement.id.in_(some))
            .values(retracted_at=clock.now(), retracted_by=actor.account_id)
            .execution_options(synchronize_session=False)
        )


def _mark_applied(change: PersonChange, *, is_new: bool) -> None:
    for row in change.rows:
        row.applied_at = clock.now()
    added, withdrawn = list(change.added), list(change.plan.withdraw)
    recorded = {"employment": [change.employment_id], "added": added, "taken": withdrawn}
    if is_new:
        recorded["person"] = [change.person_id]
    if change.corrections:
        recorded["corrections"] = list(change.corrections)
    change.rows[0].recorded = recorded


def _details(people_import: PeopleImport, change: PersonChange) -> dict[str, Any]:
    return {
        "people_import": people_import.id,
        "outcomes": [row.outcome for row in change.rows],
        "placed": list(change.added),
        "withdrawn": list(change.plan.withdraw),
    }
