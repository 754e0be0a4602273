"""Making what takes long: files of many people, and reports from the facts with the knowledge of a past moment.

A row of `export_job` says what is wanted; the worker makes it and writes files into the instance folder. Whoever asked
is judged again when it is made. A file is written beside its name and moved there when it is whole, so that making it
twice leaves one whole file.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import structlog
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from lms.accounts.api import find_account, load_actor
from lms.compliance.errors import StillUpdating
from lms.compliance.report.changes import build_changes
from lms.compliance.report.export import csv, queries
from lms.compliance.report.export.models import ExportJob
from lms.compliance.report.export.operations import JOB
from lms.compliance.report.export.pdf import print_report
from lms.compliance.report.export.xlsx import write_matrix, write_people, write_report
from lms.compliance.report.filters import PeopleForm, parse_query
from lms.compliance.report.people import Line, all_lines, whole_matrix
from lms.compliance.report.query import ReportQuery, load_report_for
from lms.compliance.report.report import report_as_document
from lms.compliance.report.sentence import report_sentence
from lms.compliance.report.service import build_report
from lms.kernel import clock, db, outbox
from lms.kernel.config import files_folder
from lms.kernel.errors import Refusal
from lms.kernel.logs import describe_error
from lms.kernel.tabular import csv_chunks

log = structlog.get_logger(__name__)

AVAILABLE_HOURS = 24
_PROGRESS_STEP = 500
"""After so many people the progress is written down."""


def folder() -> Path:
    """Returns the folder of the files, created where it is missing; only the application reads it."""
    return files_folder("exports")


def path_of(job: ExportJob) -> Path:
    """Returns where the file of a job lies."""
    return folder() / f"{job.id}.{job.format}"


def done_so_far(job: ExportJob) -> int:
    """Returns how many people are in the unfinished file."""
    with suppress(OSError, ValueError):
        return int((folder() / f"{job.id}.done").read_text())
    return 0


@outbox.handler(JOB)
def make(payload: dict[str, Any]) -> None:
    """Creates the file of one row; running it twice has no effect."""
    number = payload["job"]
    try:
        with db.reading():
            job = queries.find_job(number)
            if job is None or job.finished_at is not None:
                return
            with force_locale(job.language):
                made = _made(job)
    except StillUpdating as wait:
        # The figures are not whole yet: the row comes again, and no try is counted.
        raise outbox.RetryLater from wait
    except Refusal:
        _finish(number, "refused")
    except Exception as error:
        log.warning("export failed", job=number, **describe_error(error))
        _finish(number, "failed")
    else:
        _finish(number, "ready", made)


class Made(NamedTuple):
    """What a job has made: a file of this name, or a report as values for a row; and whose people it shows."""

    organisation_ids: frozenset[int] = frozenset()
    file_name: str = ""
    result: dict[str, Any] | None = None


NOTHING = Made()


def _made(job: ExportJob) -> Made:
    account = find_account(job.account_id)
    if account is None or not account.active:
        raise Refusal
    actor = load_actor(account, clock.today())
    if job.kind == "check":
        _read, query = load_report_for(actor, job.choices["id"], job.language)
        return Made(query.organisation_ids, result=_stored(query))
    form, parsed = parse_query(actor, MultiDict(job.choices), job.language, PeopleForm)
    if parsed is None:
        raise Refusal
    if job.format == "page":
        return Made(parsed.organisation_ids, result=_stored(parsed))
    path = path_of(job)
    beside = path.with_suffix(path.suffix + ".part")
    progress = folder() / f"{job.id}.done"
    with beside.open("wb") as file:
        write_file(file, job.kind, job.format, parsed, form, progress=lambda done: progress.write_text(str(done)))
    beside.replace(path)
    return Made(parsed.organisation_ids, f"{job.kind}-{parsed.as_of}.{job.format}")


def _stored(query: ReportQuery) -> dict[str, Any]:
    page = build_report(query)
    return {"report": report_as_document(page.report), "known_at": page.known_at.isoformat()}


def write_file(
    file: BinaryIO,
    kind: str,
    file_format: str,
    query: ReportQuery,
    form: PeopleForm,
    *,
    progress: Callable[[int], object] = lambda _done: None,
) -> None:
    """Writes the report, its people, also by course, or what changed; `progress` gets how many people are done.

    Raises StillUpdating.
    """
    known_at, statuses = query.known_as_of or clock.now(), form.statuses()
    if file_format == "pdf":
        page = build_report(query, "sector")
        file.write(print_report(page, [asdict(part) for part in report_sentence(page)]))
    elif file_format == "xlsx" and kind == "report":
        write_report(file, build_report(query, "sector"))
    elif file_format == "xlsx" and kind == "matrix":
        columns, lines = whole_matrix(query, statuses)
        write_matrix(file, query, known_at, columns=columns, lines=_counted(lines, progress), statuses=statuses)
    elif file_format == "xlsx":
        write_people(file, query, known_at, _counted(all_lines(query, statuses), progress), statuses)
    else:
        head: Sequence[str]
        if kind == "report":
            head, rows = csv.REPORT_HEAD, csv.report_rows(build_report(query, "sector"))
        elif kind == "people":
            explained = _counted(all_lines(query, statuses), progress)
            head, rows = csv.PEOPLE_HEAD, csv.people_rows(query, known_at, explained)
        elif kind == "matrix":
            columns, lines = whole_matrix(query, statuses)
            lines = _counted(lines, progress)
            head, rows = csv.matrix_head(columns), csv.matrix_rows(query, known_at, columns, lines)
        else:
            changes = build_changes(query, form.compare_with.data or query.today)
            head, rows = csv.CHANGES_HEAD, csv.changes_rows(changes)
        file.writelines(piece.encode() for piece in csv_chunks(head, rows))


def _counted(lines: Iterable[Line], progress: Callable[[int], object]) -> Iterator[Line]:
    for done, line in enumerate(lines, 1):
        yield line
        if done % _PROGRESS_STEP == 0:
            progress(done)


def _finish(number: int, outcome: str, made: Made = NOTHING) -> None:
    (folder() / f"{number}.done").unlink(missing_ok=True)
    with db.unit_of_work():
        job = queries.find_job(number)
        if job is None or job.finished_at is not None:
            return
        job.outcome, job.file_name, job.result = outcome, made.file_name, made.result
        job.organisation_ids = sorted(made.organisation_ids)
        job.size_bytes = path_of(job).stat().st_size if made.file_name else 0
        job.finished_at = clock.now()


def remove_old() -> None:
    """Removes files and figures a day after they were made."""
    with db.unit_of_work():
        moment = clock.now()
        for job in queries.list_jobs_before(moment - timedelta(hours=AVAILABLE_HOURS)):
            for path in folder().glob(f"{job.id}.*"):
                path.unlink(missing_ok=True)
            job.result, job.removed_at = None, moment
            job.finished_at = job.finished_at or moment
