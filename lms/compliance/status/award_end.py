"""When an award ends for a requirement: by its dates, by the requirement's limits, or by a revocation.

The definitions are those of docs/handbook/status.md, "When an award ends".
"""

from datetime import date
from typing import NamedTuple

from lms.certification.awards.rules import Period, last_valid_day
from lms.compliance.status.definitions import Limit, Reason, StatusRule, TrainingStatus
from lms.compliance.status.facts import AwardFact, Id, RequirementVersionFact
from lms.kernel.days import add_days


def effective_end(award: AwardFact, version: RequirementVersionFact) -> tuple[date, Limit]:
    """Returns the last day on which an award can count under a version, and what sets it.

    It is the earliest of the award's last valid day, the end of `max_age` counted from the earned day, and
    `renew_by` where the award's edition is older than `min_edition`.
    """
    end, limit = award.valid_until, Limit.VALIDITY
    if version.max_age is not None and (aged := _aged(award.earned_on, version.max_age)) < end:
        end, limit = aged, Limit.MAX_AGE
    too_old = version.min_edition is not None and award.edition < version.min_edition
    if too_old and version.renew_by is not None and version.renew_by < end:
        end, limit = version.renew_by, Limit.MIN_EDITION
    return end, limit


def _aged(earned_on: date, max_age: Period) -> date:
    try:
        return last_valid_day(earned_on, max_age)
    except OverflowError:
        return date.max


def _id_order(id_: Id) -> tuple[int, str]:
    return (id_, "") if isinstance(id_, int) else (0, id_)


class Ending(NamedTuple):
    """An award on a day under the version in force.

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

    def reason(
        self, rule: StatusRule, status: TrainingStatus, version: RequirementVersionFact, sector: Id | None
    ) -> Reason:
        """Returns the reason that rests on this award."""
        return Reason(
            rule=rule,
            status=status,
            version_from=version.effective_from,
            sector=sector,
            award=self.award.id,
            earned_on=self.award.earned_on,
            edition=self.award.edition,
            effective_end=self.end,
            limit=self.limit,
            revoked_on=self.revoked_on,
        )


def ending(award: AwardFact, version: RequirementVersionFact, day: date, revoked_on: date | None) -> Ending:
    """Returns how an award ends as seen on `day`: a revocation counts once its day has come."""
    end, limit = effective_end(award, version)
    revoked = revoked_on is not None and revoked_on <= day
    ended_on = min(end, add_days(revoked_on, -1)) if revoked and revoked_on is not None else end
    order = ended_on, award.earned_on, _id_order(award.id)
    return Ending(award, end, limit, ended_on, revoked_on, order)


class Endings(NamedTuple):
    """How an award ends under a version: on every day before its revocation, and on every day from it on."""

    award: AwardFact
    revoked_on: date | None
    whole: Ending
    cut: Ending

    @classmethod
    def of(cls, award: AwardFact, version: RequirementVersionFact, revoked_on: date | None) -> "Endings":
        """Works both out."""
        whole = ending(award, version, date.min, revoked_on)
        if revoked_on is None:
            return cls(award, None, whole, whole)
        return cls(award, revoked_on, whole, ending(award, version, revoked_on, revoked_on))
