"""Publishing coverage: the figures of each month's end, once, as known when the month was over everywhere on earth."""

from collections.abc import Collection
from contextlib import suppress
from datetime import date, timedelta
from secrets import token_bytes

from sqlalchemy import delete

from lms.compliance.api import DEFINITIONS_VERSION, StillUpdating, require_up_to_date
from lms.coverage import queries
from lms.coverage.models import CoverageCell, CoverageRelease, RecordKey
from lms.coverage.rules import may_be_shown, tabulate
from lms.kernel import clock
from lms.kernel.bulk import add_rows
from lms.kernel.days import month_ends_before
from lms.kernel.db import lock_key, session

MONTHS = 36
"""Months that the first publication reaches back: two years to choose from, and the year before each."""
LOCK = 0x45_53_43_56
"""The number of the advisory lock: two workers that publish at once do so one after the other."""


def month_ends(count: int = MONTHS) -> list[date]:
    """Returns the ends of the last months that are over everywhere on earth, the earliest first."""
    return month_ends_before((clock.now() - timedelta(hours=12)).date(), count)


def publish_next(scope: Collection[int] | None) -> date | None:
    """Publishes the earliest month's end that coordinators of a scope (None: all organisations) do not have yet.

    Returns that day, or None where nothing is to be published or the statuses are still being updated. Months before
    anybody was counted are left out. What was published with an organisation that no longer shares is removed first.
    """
    lock_key(LOCK)
    sharing, releases = {each.id for each in queries.list_sharing(scope)}, queries.list_releases(scope)
    if not may_be_shown([each.organisations for each in releases], sharing):
        removed = [each.id for each in releases]
        session.execute(delete(CoverageCell).where(CoverageCell.release_id.in_(removed)))
        session.execute(delete(CoverageRelease).where(CoverageRelease.id.in_(removed)))
        releases = []
    due = [end for end in month_ends() if sharing and (not releases or end > releases[0].on_day)]
    with suppress(StillUpdating):
        if due and require_up_to_date(sharing):
            return next((day for day in due if _publish(scope, sharing, day, although_empty=bool(releases))), None)
    return None


def _publish(scope: Collection[int] | None, sharing: Collection[int], day: date, *, although_empty: bool) -> bool:
    """Draws the record keys that positions counted on a day lack, and publishes its figures; says whether it did."""
    missing = queries.list_missing_keys(sharing, day)
    drawn = zip(missing, token_bytes(len(missing)), strict=True)
    add_rows(RecordKey, ("person_id", "organisation_id", "key"), [(*post, key) for post, key in drawn])
    groups = list(queries.iterate_groups(sharing, day))
    if not groups and not although_empty:
        return False
    release = CoverageRelease(
        scope=queries.scope_key(scope),
        on_day=day,
        organisations=sorted(sharing),
        definitions=DEFINITIONS_VERSION,
        recorded_at=clock.now(),
    )
    session.add(release)
    session.flush()
    rows = [(release.id, *cell, *figures) for cell, figures in tabulate(groups).items()]
    add_rows(CoverageCell, ("release_id", "sector", "station_id", "course_id", "people", "compliant"), rows)
    return True
