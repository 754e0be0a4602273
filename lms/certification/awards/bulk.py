"""Builds the awards of many people at once, for whoever writes them in bulk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from lms.catalogue.api import PublishedCourse
from lms.certification.awards.dates import decide_dates
from lms.certification.awards.issuer import Issuer
from lms.certification.awards.queries import list_placements_of, placement_on, zone_of
from lms.certification.awards.rules import earned_day, make_serial
from lms.certification.awards.snapshot import EarningContext, build_award, context_on
from lms.certification.models import Award
from lms.kernel import rng
from lms.people.api import list_sectors
from lms.people.models import Placement


@dataclass(frozen=True, slots=True)
class EarnedAward:
    """A course that a person earned: on a day, or, without one, at the moment of a passed quiz.

    A placement at `organisation_id` counts before others of that day. `had_before` is False for somebody known to have
    never had the course, which saves a query.
    """

    person_id: int
    course: PublishedCourse
    sector: str | None
    how: str
    earned_at: datetime
    earned_on: date | None = None
    organisation_id: int | None = None
    had_before: bool = True


def build_awards(earned: Sequence[EarnedAward], issuer: Issuer) -> list[Award]:
    """Returns the awards of many people, in their order and not yet stored, with everything they will ever say.

    They say what `issue` would have them say. Awards that these renew must be stored. Raises as `issue` does.
    """
    days = {each.earned_on or each.earned_at.date() for each in earned}
    # Around midnight the day in the zone of the station is the day before or after.
    around = {day + timedelta(days=away) for day in days for away in (-1, 0, 1)}
    placements = list_placements_of({each.person_id for each in earned}, around)
    # As long as the session knows them, no award reads its sector again.
    sectors = list_sectors() if earned else ()
    awards = [_build(each, placements[each.person_id], issuer) for each in earned]
    del sectors
    return awards


def _build(each: EarnedAward, placements: Sequence[Placement], issuer: Issuer) -> Award:
    context = _context_of(each, placements, issuer)
    decided = decide_dates(each.person_id, each.course, each.sector, context.day.earned_on, had_before=each.had_before)
    award = build_award(
        each.person_id, each.course, each.sector, how=each.how, context=context, decided=decided, issuer=issuer
    )  # fmt: skip
    award.serial = make_serial(rng.randbelow)
    return award


def _context_of(each: EarnedAward, placements: Sequence[Placement], issuer: Issuer) -> EarningContext:
    if each.earned_on is not None:
        return context_on(placement_on(placements, each.earned_on, at=each.organisation_id), each.earned_on, issuer)
    for placement in placements:
        day = earned_day(each.earned_at, ZoneInfo(zone_of(placement)))
        if placement_on([placement], day.earned_on):
            return EarningContext(day, placement)
    return EarningContext(earned_day(each.earned_at, ZoneInfo(issuer.time_zone)), None)
