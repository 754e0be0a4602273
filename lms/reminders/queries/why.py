"""Who requires training."""

from collections.abc import Collection

from sqlalchemy import select

from lms.compliance.requirements.models import Requirement
from lms.kernel.db import session
from lms.people.models import Organisation


def list_owners(requirement_ids: Collection[int]) -> dict[int, str | None]:
    """Returns who requires a training, by requirement: an organisation's name, or None for all organisations."""
    rows = session.execute(
        select(Requirement.id, Organisation.name)
        .outerjoin(Organisation, Organisation.id == Requirement.organisation_id)
        .where(Requirement.id.in_(sorted(requirement_ids)))
    )
    return {row.id: row.name for row in rows}
