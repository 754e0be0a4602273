"""Every SELECT of the files of people."""

from collections.abc import Collection
from datetime import date
from typing import NamedTuple

from sqlalchemy import Date, bindparam, select

from lms.catalogue.models import Edition
from lms.certification.models import Award, Revocation
from lms.compliance.projection.models import StatusInterval
from lms.compliance.requirements.models import Requirement
from lms.kernel.db import read_rows


class PreparedStatus(NamedTuple):
    """A prepared status, with what is printed of the award that explains it; `revoked_on` may lie ahead."""

    person_id: int
    organisation_id: int
    requirement_id: int
    course_id: int
    place: int
    valid_through: date | None
    serial: str | None
    sector: str | None
    edition: int | None
    earned_on: date | None
    valid_until: date | None
    revoked_on: date | None


# In the order of the fields.
_STATUSES = (
    select(
        StatusInterval.person_id, StatusInterval.organisation_id, StatusInterval.requirement_id, Requirement.course_id,
        StatusInterval.status, StatusInterval.valid_through,
        Award.serial, Award.sector, Edition.number, Award.earned_on, Award.valid_until, Revocation.effective_on,
    )
    .join(Requirement, Requirement.id == StatusInterval.requirement_id)
    .outerjoin(Award, Award.id == StatusInterval.award_id)
    .outerjoin(Edition, Edition.id == Award.edition_id)
    .outerjoin(Revocation, Revocation.award_id == Award.id)
    .where(
        StatusInterval.person_id.in_(bindparam("persons", expanding=True)),
        StatusInterval.from_on <= bindparam("day", type_=Date),
        StatusInterval.through_on >= bindparam("day", type_=Date),
    )
    .order_by(StatusInterval.requirement_id)
)  # fmt: skip


def list_prepared(persons: Collection[int], day: date) -> list[PreparedStatus]:
    """Lists the prepared statuses of some persons on a day, by requirement. One query."""
    return list(map(PreparedStatus._make, read_rows(_STATUSES, {"persons": sorted(persons), "day": day}).all()))
