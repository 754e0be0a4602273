"""Applying a checked list and taking it back: batch by batch, each one transaction, nothing twice.

Each batch judges its people once more by what is recorded by then; whoever has been changed since the dry run is
left alone. Applying and undoing go from one batch to the next through the outbox, in the transaction of the batch.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, update

from lms.audit.operations import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.batches import batched
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid
from lms.people.events import people_added, placements_changed
from lms.people.importing import operations, queries
from lms.people.importing.dry_run import choices_of
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.importing.parse import Choices, Note, Vocabulary, Wanted, read_row
from lms.people.importing.plan import Held, Known, Plan, judge_absent, judge_person
from lms.people.models import Employment, Person, Placement
from lms.people.queries import lock_organisation
from lms.people.rules import overlap


@dataclass(slots=True)
class Case:
    """One person of a batch: their rows, what they asked for when they are new, and the plan."""

    rows: list[PeopleImportRow]
    known: Known | None
    first: Wanted | None
    plan: Plan
    employment_id: int = 0
    person_id: int = 0
    added: Sequence[int] = ()


def apply_batch(import_id: int, batch: int) -> None:
    """Applies one batch; where a room above refuses somebody, everybody else of the batch is applied all the same."""
    try:
        _apply(import_id, batch, one_by_one=False)
    except Invalid:
        _apply(import_id, batch, one_by_one=True)


def undo_batch(import_id: int, batch: int) -> None:
    """Takes back what one batch recorded: its placements are withdrawn, those it withdrew are recorded anew.

    Whose placements were changed after the import is left alone, and the row says so.
    """
    with unit_of_work():
        sent = queries.lock_import(import_id)
        if sent is None or sent.undo_asked_at is None or batch != sent.batches_done - sent.batches_undone:
            return
        _take_back_rows(sent, [row for row in queries.rows_of_batch(import_id, batch) if row.recorded])
        sent.batches_undone += 1
        if sent.batches_undone < sent.batches_done:
            operations.put_job(sent, "undo", str(batch - 1), batch=batch - 1)
            return
        sent.counts = sent.counts | queries.count_outcomes(import_id)
        sent.undone_at = clock.now()
        operations.blank(sent)


def _apply(import_id: int, batch: int, *, one_by_one: bool) -> None:
    with unit_of_work():
        sent = queries.lock_import(import_id)
        if sent is None or sent.state != "applying" or batch != sent.batches_done + 1:
            return
        actor = Actor(account_id=sent.apply_asked_by)
        lock_organisation(sent.organisation_id)
        rows = queries.rows_of_batch(import_id, batch)
        known = queries.list_known(sent.organisation_id, sorted({row.key for row in rows}))
        cases = _judge_again(rows, known, queries.read_vocabulary(), choices_of(sent))
        _record(sent, actor, cases, one_by_one=one_by_one)
        sent.batches_done = batch
        if batch < sent.batches:
            operations.put_job(sent, "apply", str(batch + 1), batch=batch + 1)
            return
        sent.counts = sent.counts | {"ended": 0, "moved": 0, "added": 0} | queries.count_outcomes(import_id)
        sent.applied_at = clock.now()
        operations.remove_file(sent)
        operations.put_job(sent, "forget", "applied", not_before=operations.KEPT, applied=1)


def _judge_again(
    rows: Iterable[PeopleImportRow], known: dict[str, Known], vocabulary: Vocabulary, choices: Choices
) -> list[Case]:
    people: dict[str, list[PeopleImportRow]] = {}
    for row in rows:
        people.setdefault(row.key, []).append(row)
    cases = [
        case
        for key, own in people.items()
        if (case := _judge_one(own, known.get(key), vocabulary, choices)) is not None
    ]
    new = [case for case in cases if case.known is None]
    taken = queries.emails_here(sorted({case.first.email for case in new if case.first and case.first.email}))
    for case in new:
        if case.first and case.first.email in taken:
            _refuse(case.rows, {"code": "email_here"})
    return [case for case in cases if case.rows[0].outcome != "refused"]


def _judge_one(
    rows: list[PeopleImportRow], known: Known | None, vocabulary: Vocabulary, choices: Choices
) -> Case | None:
    read = [read_row(row.number, row.cells, vocabulary, choices) for row in rows if row.number is not None]
    wanted = [each for each in read if isinstance(each, Wanted)]
    plan: Plan | None
    if rows[0].number is None:
        plan = judge_absent(known.held, choices.leavers_on) if known and choices.leavers_on else None
    else:
        plan = judge_person(wanted, known) if len(wanted) == len(rows) else None
    outcomes = [plan.verdicts[row.number or 0].outcome if plan else "refused" for row in rows]
    if plan is not None and outcomes == [row.outcome for row in rows]:
        return Case(rows, known, wanted[0] if wanted else None, plan)
    if all(outcome == "unchanged" for outcome in outcomes):
        # Somebody has recorded the same by hand meanwhile: all is well.
        for row in rows:
            row.outcome, row.notes = "unchanged", []
    else:
        _refuse(rows, {"code": "changed_meanwhile"})
    return None


def _refuse(rows: Iterable[PeopleImportRow], note: Note) -> None:
    for row in rows:
        row.outcome, row.notes = "refused", [note]


def _record(sent: PeopleImport, actor: Actor, cases: list[Case], *, one_by_one: bool) -> None:
    old, new = ([case for case in cases if (case.known is None) == is_new] for is_new in (False, True))
    for case in old:
        if case.known is not None:
            case.employment_id, case.person_id = case.known.employment_id, case.known.person_id
    _withdraw(actor, [number for case in old for number in case.plan.take_back])
    _place(actor, old)
    if one_by_one:
        new = [case for case in new if _add_alone(sent, actor, case)]
    elif new:
        _add(sent, actor, new)
    done = [*old, *new]
    for case in done:
        _write_down(sent, actor, case)
    if done:
        session.flush()
        placements_changed.send(None, persons={case.person_id for case in done})


def _add(sent: PeopleImport, actor: Actor, cases: list[Case]) -> None:
    moment = clock.now()
    newcomers = [(case, case.first) for case in cases if case.first is not None]
    persons = session.scalars(
        insert(Person).returning(Person.id, sort_by_parameter_order=True),
        [
            {"name": first.name, "email": first.email or None, "language": "en", "recorded_at": moment}
            for _case, first in newcomers
        ],
    ).all()
    employments = session.scalars(
        insert(Employment).returning(Employment.id, sort_by_parameter_order=True),
        [
            {
                "person_id": person_id,
                "organisation_id": sent.organisation_id,
                "staff_number": first.staff_number,
                "recorded_at": moment,
                "recorded_by": actor.account_id,
            }
            for person_id, (_case, first) in zip(persons, newcomers, strict=True)
        ],
    ).all()
    for (case, _first), person_id, employment_id in zip(newcomers, persons, employments, strict=True):
        case.person_id, case.employment_id = person_id, employment_id
    _place(actor, cases)
    people_added.send(None, persons=set(persons), actor=actor)


def _add_alone(sent: PeopleImport, actor: Actor, case: Case) -> bool:
    try:
        with session.begin_nested():
            _add(sent, actor, [case])
    except Invalid as refusal:
        _refuse(case.rows, {"code": "not_accepted", "text": refusal.message[:200]})
        return False
    return True


def _place(actor: Actor, cases: Iterable[Case]) -> None:
    wanted = [(case, held) for case in cases for held in case.plan.add]
    ids = iter(_insert_placements(actor, [(case.employment_id, held) for case, held in wanted]))
    for case in {id(case): case for case, _held in wanted}.values():
        case.added = [next(ids) for _held in case.plan.add]


def _insert_placements(actor: Actor, wanted: Sequence[tuple[int, Held]]) -> Sequence[int]:
    if not wanted:
        return []
    moment = clock.now()
    return session.scalars(
        insert(Placement).returning(Placement.id, sort_by_parameter_order=True),
        [
            {
                "employment_id": employment_id,
                "station_id": held.work.station_id,
                "sector": held.work.sector,
                "also_sectors": list(held.work.also),
                "role": held.work.role,
                "contract": held.work.contract,
                "works_with_children": held.work.children,
                "from_on": held.from_on,
                "through_on": held.through_on,
                "recorded_at": moment,
                "recorded_by": actor.account_id,
            }
            for employment_id, held in wanted
        ],
    ).all()


def _withdraw(actor: Actor, ids: Sequence[int]) -> None:
    for batch in batched(ids, queries.AT_ONCE):
        session.execute(
            update(Placement)
            .where(Placement.id.in_(batch))
            .values(retracted_at=clock.now(), retracted_by=actor.account_id)
            .execution_options(synchronize_session=False)
        )


def _write_down(sent: PeopleImport, actor: Actor, case: Case) -> None:
    moment = clock.now()
    for row in case.rows:
        row.applied_at = moment
    case.rows[0].recorded = {
        "employment": [case.employment_id],
        "added": list(case.added),
        "taken": list(case.plan.take_back),
    }
    record(
        actor, "people.import_person", "employment", case.employment_id, organisation_id=sent.organisation_id,
        reason=sent.reason, people_import=sent.id, outcomes=[row.outcome for row in case.rows],
        placed=list(case.added), withdrawn=list(case.plan.take_back),
    )  # fmt: skip


def _take_back_rows(sent: PeopleImport, rows: Sequence[PeopleImportRow]) -> None:
    actor = Actor(account_id=sent.undo_asked_by)
    live = queries.live_placements_of(sorted({row.recorded["employment"][0] for row in rows}))
    taken = queries.find_placements(number for row in rows for number in row.recorded["taken"])
    withdrawn: list[int] = []
    restored: list[tuple[int, Held]] = []
    touched: set[int] = set()
    for row in rows:
        (employment_id,), added = row.recorded["employment"], set(row.recorded["added"])
        back = [taken[number][1] for number in row.recorded["taken"]]
        others = [held for held in live[employment_id] if held.id not in added]
        if not added <= {held.id for held in live[employment_id]} or _share_days(back, others):
            row.kept = True
            continue
        withdrawn += sorted(added)
        restored += [(employment_id, held) for held in back]
        touched.add(employment_id)
        record(
            actor, "people.import_undo_person", "employment", employment_id,
            organisation_id=sent.organisation_id, reason=sent.undo_reason, people_import=sent.id,
        )  # fmt: skip
    _withdraw(actor, withdrawn)
    _insert_placements(actor, restored)
    if touched:
        session.flush()
        placements_changed.send(None, persons=queries.persons_of(sorted(touched)))


def _share_days(some: Iterable[Held], others: Sequence[Held]) -> bool:
    def days(held: Held) -> tuple[date, date | None]:
        return held.from_on, held.through_on

    return any(overlap(*days(one), *days(other)) for one in some for other in others)
