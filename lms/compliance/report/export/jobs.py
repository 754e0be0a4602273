"""Making what takes long: files of many people, and reports from the facts with the knowledge of a past moment.

A row of `export_job` says what is wanted; the worker makes it and writes files into the instance folder. Whoever asked
is judged again when it is made. A file is written beside its name and moved there when it is whole, so that making it
twice leaves one whole file.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from flask import current_app
from flask_babel import force_locale
from werkzeug.datastructures import MultiDict

from lms.accounts.api import find_account, load_actor
from lms.compliance.errors import StillUpdating
from lms.compliance.report.changes import CHANGES_HEAD, build_changes, changes_rows
from lms.compliance.report.document import report_as_document, report_of_document
from lms.compliance.report.export import queries
from lms.compliance.report.export.models import ExportJob
from lms.compliance.report.export.operations import JOB
from lms.compliance.report.export.pdf import print_report
from lms.compliance.report.export.xlsx import write_people, write_report
from lms.compliance.report.forms import PeopleForm
from lms.compliance.report.people import PEOPLE_HEAD, PeoplePage, PersonLine, all_lines, people_rows
from lms.compliance.report.query import ReportQuery, parse_query
from lms.compliance.report.report import sorted_lines
from lms.compliance.report.service import ReportPage, build_report
from lms.compliance.report.verification import IDENTIFIED_HEAD, address_of, id_of, identified_rows, load_report_for
from lms.compliance.source_data.load import required_courses
from lms.kernel import clock, db, outbox
from lms.kernel.actor import Actor
from lms.kernel.config import Settings
from lms.kernel.errors import Refusal
from lms.kernel.logs import describe_error
from lms.kernel.tabular import csv_chunks

log = structlog.get_logger(__name__)

AVAILABLE_HOURS = 24
_PROGRESS_EVERY = 500
"""After so many people the progress is written down."""


def folder() -> Path:
    """Returns the folder of the files, created where it is missing; only the application reads it."""
    settings: Settings = current_app.extensions["settings"]
    path = settings.instance / "exports"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def path_of(job: ExportJob) -> Path:
    """Returns where the file of a job lies."""
    return folder() / f"{job.id}.{job.format}"


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What a job makes, read from its row."""

    number: int
    kind: str
    format: str
    choices: dict[str, str]
    language: str
    account_id: int


@outbox.handler(JOB)
def make(payload: dict[str, Any]) -> None:
    """Creates the file of one row; running it twice has no effect."""
    with db.reading():
        job = queries.find_job(payload["job"])
        if job is None or job.finished_at is not None:
            return
        request = ExportRequest(job.id, job.kind, job.format, dict(job.choices), job.language, job.account_id)
    try:
        with force_locale(request.language):
            result, name = _made(request)
    except StillUpdating as wait:
        # The figures are not whole yet: the row comes again, and no try is counted.
        raise outbox.RetryLater from wait
    except Refusal:
        _finish(request.number, "refused")
    except Exception as error:
        log.warning("export failed", job=request.number, **describe_error(error))
        _finish(request.number, "failed")
    else:
        _finish(request.number, "ready", name, result)


def _made(request: ExportRequest) -> tuple[dict[str, Any] | None, str]:
    with db.reading():
        account = find_account(request.account_id)
        if account is None or not account.active:
            raise Refusal
        actor = load_actor(account, clock.today())
        if request.kind == "check":
            _read, query = load_report_for(actor, request.choices["id"], request.language)
            return stored_page(build_report(query, "sector")), ""
        query, form = _question(actor, request)
        if request.format == "page":
            return stored_page(build_report(query)), ""
        path = folder() / f"{request.number}.{request.format}"
        beside = path.with_suffix(path.suffix + ".part")
        _write(request, query, form, beside)
        beside.replace(path)
        return None, f"{request.kind}-{query.as_of}.{request.format}"


def _question(actor: Actor, request: ExportRequest) -> tuple[ReportQuery, PeopleForm]:
    form, query = parse_query(actor, MultiDict(request.choices), request.language, PeopleForm)
    if query is None:
        raise Refusal
    return query, form


def _write(request: ExportRequest, query: ReportQuery, form: PeopleForm, path: Path) -> None:
    if request.kind == "report":
        page = build_report(query, "sector")
        with path.open("wb") as file:
            if request.format == "pdf":
                file.write(print_report(page))
            elif request.format == "xlsx":
                report_id = id_of(page)
                write_report(file, page, str(report_id), address_of(report_id))
            else:
                file.writelines(piece.encode() for piece in csv_chunks(IDENTIFIED_HEAD, identified_rows(page)))
        return
    if request.kind == "changes":
        changes = build_changes(query, form.compare_with.data or query.today, None, None)
        with path.open("wb") as file:
            file.writelines(piece.encode() for piece in csv_chunks(CHANGES_HEAD, changes_rows(changes)))
        return
    known_at = query.known_as_of or clock.now()
    lines = all_lines(query, form.statuses())
    with path.open("wb") as file:
        if request.format == "xlsx":
            write_people(file, query, known_at, lines, _stepper(request.number))
        else:
            rows = _rows_one_by_one(query, known_at, lines, _stepper(request.number))
            file.writelines(piece.encode() for piece in csv_chunks(PEOPLE_HEAD, rows))


def _rows_one_by_one(
    query: ReportQuery, known_at: datetime, lines: Iterator[PersonLine], step: Callable[[], None]
) -> Iterator[Any]:
    for line in lines:
        yield from people_rows(PeoplePage(items=[line], total=1, known_at=known_at, query=query))
        step()


def _stepper(number: int) -> Callable[[], None]:
    """Returns a callback that counts people and updates the job's progress now and then."""
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        if done % _PROGRESS_EVERY == 0:
            _store_progress(number, done)

    return step


def _store_progress(number: int, done: int) -> None:
    path = folder() / f"{number}.done"
    path.write_text(str(done))


def done_so_far(job: ExportJob) -> int:
    """Returns how many people are in the unfinished file."""
    with suppress(OSError, ValueError):
        return int((folder() / f"{job.id}.done").read_text())
    return 0


def _finish(number: int, outcome: str, name: str = "", result: dict[str, Any] | None = None) -> None:
    (folder() / f"{number}.done").unlink(missing_ok=True)
    with db.unit_of_work():
        job = queries.find_job(number)
        if job is None or job.finished_at is not None:
            return
        job.outcome, job.file_name, job.result = outcome, name, result
        job.size_bytes = path_of(job).stat().st_size if name else 0
        job.finished_at = clock.now()


def stored_page(page: ReportPage) -> dict[str, Any]:
    """Returns a report page as values for a row."""
    return {"report": report_as_document(page.report), "known_at": page.known_at.isoformat()}


def page_of(result: dict[str, Any], query: ReportQuery, sort: str = "rate") -> ReportPage:
    """Returns the report page of a row, sorted as requested."""
    report = report_of_document(result["report"])
    courses = required_courses(query.organisation_ids)
    return ReportPage(
        report=report,
        lines=sorted_lines(report.lines, sort),
        courses=[courses[int(course)] for course in report.courses],
        known_at=datetime.fromisoformat(result["known_at"]),
        query=query,
    )


def remove_old() -> None:
    """Removes files and figures a day after they were made."""
    with db.unit_of_work():
        moment = clock.now()
        for job in queries.list_jobs_before(moment - timedelta(hours=AVAILABLE_HOURS)):
            for path in folder().glob(f"{job.id}.*"):
                path.unlink(missing_ok=True)
            job.result, job.removed_at = None, moment
            job.finished_at = job.finished_at or moment
