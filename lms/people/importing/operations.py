"""What HR asks of an import: sending a list, saying what its columns hold, applying it, taking it back.

The long work is done by ``checking`` and ``applying``, as jobs.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update

from lms.audit.operations import record
from lms.kernel import clock, outbox
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.tabular import Look
from lms.kernel.text import normalise
from lms.people.importing import queries
from lms.people.importing.errors import ImportChanged
from lms.people.importing.models import PeopleImport, PeopleImportPiece, PeopleImportRow

KEPT = timedelta(days=30)
"""How long the words of a list are kept after it was applied, or after it was sent and never applied."""

JOB = "people_import"


def send(
    actor: Actor, organisation_id: int, file_name: str, top: Look, pieces: Iterable[bytes]
) -> PeopleImport:
    """Keeps a list that HR has sent, as pieces of its file; nothing is recorded of anybody yet."""
    sent = PeopleImport(
        organisation_id=organisation_id,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
        file_name=normalise(file_name)[-120:],
        shape=top.shape.as_dict(),
        header=top.header,
        samples=top.samples,
    )
    session.add(sent)
    session.flush()
    for part, data in enumerate(pieces):
        session.add(PeopleImportPiece(import_id=sent.id, part=part, data=data))
        session.flush()
    record(actor, "people.import_send", "people_import", sent.id, organisation_id=organisation_id)
    put_job(sent, "forget", "sent", not_before=KEPT, applied=0)
    return sent


def look_again(sent: PeopleImport, top: Look) -> None:
    """Keeps another way to read the file, which HR has chosen."""
    _still(sent, "columns", "checked")
    sent.shape, sent.header, sent.samples = top.shape.as_dict(), top.header, top.samples


def choose(actor: Actor, sent: PeopleImport, columns: Mapping[str, int], choices: Mapping[str, Any]) -> None:
    """Keeps what the columns hold and lets the list be checked; an earlier check no longer counts."""
    _still(sent, "columns", "checking", "checked")
    sent.columns, sent.choices = dict(columns), dict(choices)
    sent.checks += 1
    sent.checked_at = None
    sent.problem = ""
    put_job(sent, "check", str(sent.checks), run=sent.checks)
    record(
        actor, "people.import_check", "people_import", sent.id, organisation_id=sent.organisation_id,
        run=sent.checks,
    )  # fmt: skip


def ask_to_apply(actor: Actor, sent: PeopleImport, *, reason: str) -> None:
    """Lets a checked list be applied, batch by batch. Raises ``ImportChanged`` unless it has just been checked."""
    _still(sent, "checked")
    if sent.problem or not sent.batches:
        raise ImportChanged("There is nothing in this list to apply.")
    sent.apply_asked_at = clock.now()
    sent.apply_asked_by = actor.account_id or None
    sent.reason = reason
    put_job(sent, "apply", "1", batch=1)
    record(
        actor, "people.import_apply", "people_import", sent.id, organisation_id=sent.organisation_id,
        reason=reason, **sent.counts,
    )  # fmt: skip


def ask_to_undo(actor: Actor, sent: PeopleImport, *, reason: str) -> None:
    """Lets everything that an import recorded be taken back, the last batch first; one under way stops."""
    _still(sent, "applying", "applied")
    sent.undo_asked_at = clock.now()
    sent.undo_asked_by = actor.account_id or None
    sent.undo_reason = reason
    record(
        actor,
        "people.import_undo",
        "people_import",
        sent.id,
        organisation_id=sent.organisation_id,
        reason=reason,
    )
    if sent.batches_done:
        put_job(sent, "undo", str(sent.batches_done), batch=sent.batches_done)
    else:
        sent.undone_at = clock.now()
        blank(sent)


def discard(actor: Actor, sent: PeopleImport) -> None:
    """Throws a list away that was never applied."""
    _still(sent, "columns", "checking", "checked")
    blank(sent)
    record(actor, "people.import_discard", "people_import", sent.id, organisation_id=sent.organisation_id)


def forget(import_id: int, *, applied: bool) -> None:
    """Removes the words of a list whose time is over; one that is applied later has its time counted anew."""
    sent = queries.lock_import(import_id)
    if sent is None or sent.blanked_at is not None or (sent.apply_asked_at is not None) != applied:
        return
    blank(sent)


def blank(sent: PeopleImport) -> None:
    """Removes the file, the samples and the words of the rows; outcomes and the numbers of facts stay."""
    remove_file(sent)
    session.execute(
        update(PeopleImportRow)
        .where(PeopleImportRow.import_id == sent.id)
        .values(key="", cells={}, notes=[])
        .execution_options(synchronize_session=False)
    )
    chosen = set(sent.columns.values())
    sent.header = [heading if index in chosen else "" for index, heading in enumerate(sent.header)]
    sent.file_name = ""
    sent.reasons = []
    sent.blanked_at = clock.now()


def remove_file(sent: PeopleImport) -> None:
    """Removes the file and the samples, which nobody needs once the rows are judged for good."""
    session.execute(
        delete(PeopleImportPiece)
        .where(PeopleImportPiece.import_id == sent.id)
        .execution_options(synchronize_session=False)
    )
    sent.samples = []


def put_job(
    sent: PeopleImport, step: str, key: str, *, not_before: timedelta | None = None, **more: int
) -> None:
    """Lets the worker do a step of an import after the commit; the same key is done once."""
    outbox.put(
        JOB,
        f"{JOB}:{sent.id}:{step}:{key}",
        {"import": sent.id, "step": step, **more},
        not_before=clock.now() + not_before if not_before else None,
    )


def _still(sent: PeopleImport, *states: str) -> None:
    # Whoever clicked first holds the row; the second finds how things stand then.
    queries.lock_import(sent.id)
    if sent.state not in states:
        raise ImportChanged("This list has come further meanwhile. Here is how things stand now.")
