"""Whether anything has been recorded since: the counts of every table that standings are computed from."""

from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.assessment.models import Attempt
from lms.catalogue.models import Course
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, RequirementVersion
from lms.kernel.db import session
from lms.learning.models import Completion
from lms.people.models import DutyStation, Employment, PersonMerge, Placement


def fingerprint() -> tuple[Any, ...]:
    """Returns counts that differ whenever facts do, in three queries.

    Facts are only added, and withdrawn once, so their numbers tell: of rows and of withdrawals. What is published
    now and the zones of stations are not facts and are told by themselves.
    """
    counted: list[ColumnElement[Any]] = [
        select(func.count(table.id)).scalar_subquery()
        for table in (Employment, RequirementVersion, Award, Revocation, Completion, Attempt)
    ]
    withdrawn: list[ColumnElement[Any]] = [
        select(amount).scalar_subquery()
        for table in (Placement, Exemption, PersonMerge)
        for amount in (func.count(table.id), func.count(table.retracted_at))
    ]
    rows = session.execute(select(*counted, *withdrawn)).one()
    zones = session.execute(select(DutyStation.id, DutyStation.time_zone).order_by(DutyStation.id)).all()
    current = session.execute(select(Course.id, Course.current_revision_id).order_by(Course.id)).all()
    return (*rows, *map(tuple, zones), *map(tuple, current))
