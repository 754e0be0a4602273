"""Whom facts are about."""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from lms.assessment.models import Attempt
from lms.kernel.batches import batched
from lms.kernel.db import session
from lms.learning.models import Completion

TABLES: dict[str, type[Attempt] | type[Completion]] = {
    "attempts": Attempt,
    "completions": Completion,
}
_PERSONS_OF = {
    kind: select(table.person_id).where(table.id.in_(bindparam("numbers", expanding=True))).distinct()
    for kind, table in TABLES.items()
}
CHUNK = 5000


def persons_of(kind: str, numbers: Collection[int]) -> set[int]:
    """Returns the persons whom some attempts or completions are about."""
    listed = sorted(numbers)
    found: set[int] = set()
    for batch in batched(listed, CHUNK):
        found.update(session.scalars(_PERSONS_OF[kind], {"numbers": batch}))
    return found
