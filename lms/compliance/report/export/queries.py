"""Queries of saved views, and of the files that jobs create."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import BindParameter, bindparam, func, select

from lms.compliance.report.export.models import ExportJob, SavedView
from lms.kernel.actor import Actor, Role
from lms.kernel.db import LARGEST_ID, session
from lms.kernel.errors import NotThere

T = TypeVar("T", SavedView, ExportJob)


# Asked with every report, and built once.
_ACCOUNT: BindParameter[int] = bindparam("account")
_VIEWS = select(SavedView).where(SavedView.account_id == _ACCOUNT).order_by(func.lower(SavedView.name))
_JOBS = (
    select(ExportJob)
    .where(ExportJob.account_id == _ACCOUNT, ExportJob.removed_at.is_(None))
    .order_by(ExportJob.id.desc())
    .limit(20)
)


def list_views(actor: Actor) -> Sequence[SavedView]:
    """Lists the views that the actor saved, by name."""
    return session.scalars(_VIEWS, {"account": actor.account_id}).all()


def load_own(actor: Actor, table: type[T], row_id: int) -> T:
    """Loads a saved view or a job; raises NotThere where it is unknown or somebody else's."""
    found = session.get(table, row_id) if row_id <= LARGEST_ID else None
    if found is None or found.account_id != actor.account_id:
        raise NotThere
    return found


def load_job(actor: Actor, job_id: int) -> ExportJob:
    """Loads a job of the actor; raises NotThere as `load_own` does, and where they are no longer HR of whom it shows.

    A report that was verified is judged by its id each time it is shown.
    """
    job = load_own(actor, ExportJob, job_id)
    shown = job.organisation_ids
    may_read = shown is not None and all(actor.covers(Role.HR, each) for each in shown)
    if job.outcome == "ready" and job.kind != "check" and not may_read:
        raise NotThere
    return job


def find_job(job_id: int) -> ExportJob | None:
    """Finds a job for the worker."""
    return session.get(ExportJob, job_id)


def list_jobs(actor: Actor) -> Sequence[ExportJob]:
    """Lists the actor's files that are not removed, the latest first."""
    return session.scalars(_JOBS, {"account": actor.account_id}).all()


def count_open_jobs(actor: Actor) -> int:
    """Counts the actor's files that are not finished."""
    statement = select(func.count(ExportJob.id)).where(
        ExportJob.account_id == actor.account_id, ExportJob.finished_at.is_(None)
    )
    return session.scalars(statement).one()


def list_jobs_before(moment: datetime) -> Sequence[ExportJob]:
    """Lists the jobs that were finished before a moment, or given up long before, and whose file still exists."""
    ended = func.coalesce(ExportJob.finished_at, ExportJob.recorded_at)
    return session.scalars(
        select(ExportJob).where(ExportJob.removed_at.is_(None), ended < moment).order_by(ExportJob.id).limit(200)
    ).all()
