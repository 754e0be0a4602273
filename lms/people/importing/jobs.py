"""The worker's part of importing: checking a file, applying and undoing batches, purging."""

from typing import Any

from lms.kernel import outbox
from lms.kernel.db import let_others_write, unit_of_work
from lms.people.importing import apply, dry_run, operations, undo


@outbox.handler(operations.JOB)
def run_step(payload: dict[str, Any]) -> None:
    """Does one step of an import; doing it twice has no further effect."""
    import_id, step = payload["import"], payload["step"]
    if step == "check":
        dry_run.check(import_id, payload["run"])
    elif step == "apply":
        apply.apply_batches(import_id, payload["batch"], payload.get("batches", 1))
        let_others_write()
    elif step == "undo":
        undo.undo_batches(import_id, payload["batch"], payload.get("batches", 1))
        let_others_write()
    else:
        with unit_of_work():
            operations.purge(import_id, applied=payload["applied"] == 1)
