"""When an award ends for a requirement: by its dates, by the requirement's limits, or by a revocation.

The definitions are those of docs/handbook/status.md, "When an award ends".
"""

from datetime import date
from typing import NamedTuple

from lms.certification.awards.rules import last_valid_day
from lms.compliance.status.definitions import Limit
from lms.compliance.status.facts import AwardFact, RequirementVersionFact
from lms.kernel.days import add_days


class DatedAward(NamedTuple):
    """An award as far as it says how long it can count."""

    edition: int
    earned_on: date
    valid_until: date


def effective_end(award: AwardFact | DatedAward, version: RequirementVersionFact) -> tuple[date, Limit]:
    """Returns the last day on which an award can count under a version, and what sets it.

    It is the earliest of the award's last valid day, the end of `max_age` counted from the earned day, and
    `renew_by` where the award's edition is older than `min_edition`.
    """
    end, limit = award.valid_until, Limit.VALIDITY
    if version.max_age is not None:
        try:
            aged = last_valid_day(award.earned_on, version.max_age)
        except OverflowError:
            aged = date.max
        if aged < end:
            end, limit = aged, Limit.MAX_AGE
    too_old = version.min_edition is not None and award.edition < version.min_edition
    if too_old and version.renew_by is not None and version.renew_by < end:
        end, limit = version.renew_by, Limit.MIN_EDITION
    return end, limit


class Ending(NamedTuple):
    """How an award ends under a version, as seen on the days before its revocation or on those from it on.

    `end` is the effective end, `ended_on` its last day where a revocation has come earlier, `revoked_on` the
    first day it is revoked, which may lie ahead. `order` orders awards: the last ends last, then is later earned,
    then has the greater id.
    """

    award: AwardFact
    end: date
    limit: Limit
    ended_on: date
    revoked_on: date | None
    order: tuple[date, date, tuple[int, str]]

    @property
    def revoked(self) -> bool:
        """Says whether a revocation took away at least one day on which the award would have counted."""
        return self.ended_on < self.end


def endings(award: AwardFact, version: RequirementVersionFact, revoked_on: date | None) -> tuple[Ending, Ending]:
    """Returns how an award ends as seen on every day before its revocation, and on every day from it on."""
    end, limit = effective_end(award, version)
    id_order = (award.id, "") if isinstance(award.id, int) else (0, award.id)
    whole = Ending(award, end, limit, end, revoked_on, (end, award.earned_on, id_order))
    if revoked_on is None:
        return whole, whole
    cut = min(end, add_days(revoked_on, -1))
    return whole, whole._replace(ended_on=cut, order=(cut, award.earned_on, id_order))
