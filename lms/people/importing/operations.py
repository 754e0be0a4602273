"""What HR does with an import: upload a list, choose its columns, apply it, undo it.

The long work is done by ``dry_run`` and ``apply``, as jobs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import timedelta
from time import perf_counter
from typing import Any

from sqlalchemy import delete, update

from lms.audit.api import record
from lms.kernel import clock, outbox, records
from lms.kernel.actor import Actor
from lms.kernel.db import before_commit, session
from lms.kernel.i18n import gettext as _
from lms.kernel.tabular import TablePreview
from lms.kernel.text import normalise
from lms.people.errors import ImportChanged
from lms.people.importing import queries
from lms.people.importing.models import PeopleImport, PeopleImportFilePart, PeopleImportRow
from lms.people.importing.plan import batches_next

RETENTION = timedelta(days=30)
"""How long the texts of a list are stored after it was applied, or after the upload if it never was."""

JOB = "people_import"

ANSWERS = ("same_first_day", "moved_on", "correct_names", "words")
"""The choices that answer what a check asked."""


def upload(
    actor: Actor, organisation_id: int, file_name: str, top: TablePreview, parts: Iterable[bytes]
) -> PeopleImport:
    """Stores a list in parts; nothing is recorded of anybody yet."""
    people_import = PeopleImport(
        organisation_id=organisation_id,
        file_name=normalise(file_name)[-120:],
        shape=asdict(top.format),
        header=top.header,
        samples=top.samples,
        choices={"words": queries.remembered_words(organisation_id, top.header)},
    )
    records.add(actor, people_import)
    for part, data in enumerate(parts):
        session.add(PeopleImportFilePart(import_id=people_import.id, part=part, data=data))
        session.flush()
    _audit(actor, people_import, "send")
    enqueue_step(people_import, "purge", not_before=RETENTION, applied=0)
    return people_import


def change_format(people_import: PeopleImport, top: TablePreview) -> None:
    """Stores how HR has the file read, with the headings and samples as they read now."""
    _lock_in_state(people_import, "columns", "checked")
    if people_import.header != top.header:
        people_import.columns = {}
    # As it is stored, a list: a format that stays the same is not written again.
    people_import.shape = asdict(top.format) | {"worksheets": list(top.format.worksheets)}
    people_import.header, people_import.samples = top.header, top.samples


def choose_columns(
    actor: Actor, people_import: PeopleImport, columns: Mapping[str, int], choices: Mapping[str, Any]
) -> None:
    """Stores what the columns hold and requests a check; an earlier check no longer counts, answers do."""
    _lock_in_state(people_import, "columns", "checking", "checked")
    answers = {name: people_import.choices[name] for name in ANSWERS if name in people_import.choices}
    people_import.columns, people_import.choices = dict(columns), answers | dict(choices)
    people_import.checks += 1
    people_import.checked_at = None
    people_import.problem = ""
    enqueue_step(people_import, "check", run=people_import.checks)
    _audit(actor, people_import, "check", run=people_import.checks)


def answer(actor: Actor, people_import: PeopleImport, answers: Mapping[str, Any]) -> None:
    """Stores what HR answered to the questions of a check, and requests another one."""
    choose_columns(actor, people_import, people_import.columns, {**people_import.choices, **answers})


def request_apply(actor: Actor, people_import: PeopleImport, *, reason: str) -> None:
    """Requests that a checked list is applied, batch by batch. Raises ``ImportChanged`` in any other state."""
    _lock_in_state(people_import, "checked")
    if people_import.problem or not people_import.batches:
        raise ImportChanged(_("There is nothing in this list to apply."))
    people_import.apply_requested_at = clock.now()
    people_import.apply_requested_by = actor.account_id or None
    people_import.reason = reason
    enqueue_step(people_import, "apply", batch=1)
    _audit(actor, people_import, "apply", reason=reason, **people_import.counts)


def request_undo(actor: Actor, people_import: PeopleImport, *, reason: str) -> None:
    """Requests that an import is undone, the last batch first; one that is being applied stops."""
    _lock_in_state(people_import, "applying", "applied")
    people_import.undo_requested_at = clock.now()
    people_import.undo_requested_by = actor.account_id or None
    people_import.undo_reason = reason
    _audit(actor, people_import, "undo", reason=reason)
    if people_import.batches_done:
        enqueue_step(people_import, "undo", batch=people_import.batches_done)
    else:
        people_import.undone_at = clock.now()
        anonymise(people_import)


def discard(actor: Actor, people_import: PeopleImport) -> None:
    """Discards a list that was never applied."""
    _lock_in_state(people_import, "columns", "checking", "checked")
    anonymise(people_import)
    _audit(actor, people_import, "discard")


def purge(import_id: int, *, applied: bool) -> None:
    """Removes the texts of a list after the retention time, which counts anew when the list is applied."""
    people_import = queries.lock_import(import_id)
    if (
        people_import is None
        or people_import.anonymised_at is not None
        or (people_import.apply_requested_at is not None) != applied
    ):
        return
    anonymise(people_import)


def anonymise(people_import: PeopleImport) -> None:
    """Removes the file, the samples and the texts of the rows; outcomes and the ids of what was recorded stay."""
    delete_file(people_import)
    session.execute(
        update(PeopleImportRow)
        .where(PeopleImportRow.import_id == people_import.id)
        .values(key="", cells={}, notes=[])
        .execution_options(synchronize_session=False)
    )
    chosen = set(people_import.columns.values())
    people_import.header = [heading if index in chosen else "" for index, heading in enumerate(people_import.header)]
    people_import.file_name = ""
    people_import.reasons, people_import.words = [], {}
    people_import.anonymised_at = clock.now()


def delete_file(people_import: PeopleImport) -> None:
    """Removes the file and the samples, which nobody needs once the rows are applied."""
    session.execute(
        delete(PeopleImportFilePart)
        .where(PeopleImportFilePart.import_id == people_import.id)
        .execution_options(synchronize_session=False)
    )
    people_import.samples = []


def enqueue_step(people_import: PeopleImport, step: str, *, not_before: timedelta | None = None, **number: int) -> None:
    """Has the worker do a step of an import after the commit; a step with the same number is done once."""
    outbox.put(
        JOB,
        f"{JOB}:{people_import.id}:{step}:{next(iter(number.values()))}",
        {"import": people_import.id, "step": step, **number},
        not_before=clock.now() + not_before if not_before else None,
    )


def enqueue_next(people_import: PeopleImport, step: str, *, batch: int, done: int, began: float) -> None:
    """Enqueues the batches that follow ``done`` of them: as many as the time of this transaction allows.

    ``began`` is when it began, by ``time.perf_counter``.
    """

    def enqueue() -> None:
        batches = batches_next(done, perf_counter() - began)
        enqueue_step(people_import, step, batch=batch, batches=batches)

    # Counted is also what subscribers do just before the commit, such as updating statuses.
    before_commit("people.import_next", enqueue)


def require_state(people_import: PeopleImport, *states: str) -> None:
    """Raises ``ImportChanged`` where an import is in none of some states."""
    if people_import.state not in states:
        raise ImportChanged


def _lock_in_state(people_import: PeopleImport, *states: str) -> None:
    # The second of two clicks waits for the first here, and finds the state it left.
    queries.lock_import(people_import.id)
    require_state(people_import, *states)


def _audit(actor: Actor, people_import: PeopleImport, act: str, *, reason: str = "", **detail: int) -> None:
    record(
        actor, f"people.import_{act}", "people_import", people_import.id,
        organisation_id=people_import.organisation_id, reason=reason, **detail,
    )  # fmt: skip
