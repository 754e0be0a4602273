"""What awards say, fixed when they are issued: when and where they were earned, their dates, their printed text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries
from lms.certification.awards.dates import DecidedDates, Earning, decide_dates_of
from lms.certification.awards.rules import make_serial
from lms.certification.errors import SectorMissing
from lms.certification.models import Award
from lms.kernel import clock, rng
from lms.kernel.config import Settings
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.people.api import find_sector, list_sectors
from lms.people.models import Placement, Sector

LANGUAGE = "en"
"""The language in which certificates are printed."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """The product's name, the address under which certificates are checked, and the installation's time zone."""

    product: str
    address: str
    time_zone: str

    @classmethod
    def of(cls, settings: Settings) -> "Issuer":
        """Returns the issuer that the settings describe."""
        return cls(settings.product_name, settings.public_address.rstrip("/"), settings.time_zone)


@dataclass(frozen=True, slots=True)
class EarnedAward:
    """A course that a person earned: on a day, or, without one, at the moment of a passed quiz.

    `how` is quiz, session, prior or import, with `from_paper` for a quiz that was not taken online; `earned_at` is the
    server's receipt. A placement at `organisation_id`
    counts before others of that day. `had_before` is False for somebody known to have never had the course, which
    saves a query. `score` is a percentage, `evidence` a reference. `decided` has the dates where they were decided in
    this transaction, with what they depend on locked.
    """

    person_id: int
    course: PublishedCourse
    sector: str | None
    how: str
    earned_at: datetime
    earned_on: date | None = None
    organisation_id: int | None = None
    had_before: bool = True
    score: int | None = None
    from_paper: bool = False
    attempt_id: int | None = None
    evidence: str = ""
    decided: DecidedDates | None = None


def award_sector(course: PublishedCourse, sector: str | None) -> str | None:
    """Returns the sector an award is for, None where the course has one for all; raises `SectorMissing`."""
    if course.per_sector and not sector:
        raise SectorMissing
    return sector if course.per_sector else None


def build_awards(earned: Sequence[EarnedAward], issuer: Issuer) -> list[Award]:
    """Returns awards in the order of what was earned, not yet stored, with everything they will ever say.

    Awards that these renew must be stored. Raises `Invalid` for a sector missing from a per-sector course, a day in
    the future, and periods that cannot be counted.
    """
    days = {each.earned_on or each.earned_at.date() for each in earned}
    placements = queries.list_placements_of({each.person_id for each in earned}, days)
    # Read once for a list, so that no award of it reads its own.
    sectors = {each.slug: each for each in list_sectors()} if len(earned) > 1 else None
    found = [_find_earning(each, placements[each.person_id], issuer) for each in earned]
    decided = {place: each.decided for place, each in enumerate(earned) if each.decided}
    missing = {place: each.course for place, each in enumerate(earned) if not each.decided}
    for course in {each.revision_id: each for each in missing.values()}.values():
        places = [place for place, each in missing.items() if each.revision_id == course.revision_id]
        decided.update(zip(places, decide_dates_of(course, [found[place][0] for place in places]), strict=True))
    return [
        _build(each, *found[place], decided[place], issuer=issuer, sectors=sectors) for place, each in enumerate(earned)
    ]


def _find_earning(
    each: EarnedAward, placements: Sequence[Placement], issuer: Issuer
) -> tuple[Earning, Placement | None, str]:
    """Finds what an award is about, the placement of its day, and the time zone."""
    earned_on, placement = _find_day(each, placements, issuer)
    sector = award_sector(each.course, each.sector)
    zone = queries.zone_of(placement) if placement else issuer.time_zone
    if each.earned_on and each.earned_on > clock.today(zone):
        raise Invalid(_("The day a course was earned cannot be in the future."))
    return Earning(each.person_id, sector, earned_on, each.had_before), placement, zone


def _build(
    each: EarnedAward,
    earning: Earning,
    placement: Placement | None,
    zone: str,
    decided: DecidedDates,
    *,
    issuer: Issuer,
    sectors: Mapping[str, Sector] | None,
) -> Award:
    return Award(
        serial=make_serial(rng.randbelow),
        person_id=each.person_id,
        organisation_id=placement.employment.organisation_id if placement else None,
        course_id=each.course.course_id,
        edition_id=each.course.edition_id,
        course_revision_id=each.course.revision_id,
        sector=earning.sector,
        attempt_id=each.attempt_id,
        how=each.how,
        earned_on=earning.earned_on,
        zone=zone,
        valid_from=decided.dates.valid_from,
        valid_until=decided.dates.valid_until,
        score=each.score,
        date_inputs=decided.inputs(),
        printed=_printed(each, earning, placement, issuer, sectors),
        evidence=each.evidence[:200],
    )


def _find_day(each: EarnedAward, placements: Sequence[Placement], issuer: Issuer) -> tuple[date, Placement | None]:
    """Finds the day an award was earned, in the zone of the placement of that moment, and the placement."""
    if each.earned_on is not None:
        return each.earned_on, queries.placement_on(placements, each.earned_on, at=each.organisation_id)
    for placement in placements:
        day = each.earned_at.astimezone(ZoneInfo(queries.zone_of(placement))).date()
        if queries.placement_on([placement], day):
            return day, placement
    return each.earned_at.astimezone(ZoneInfo(issuer.time_zone)).date(), None


def _printed(
    each: EarnedAward,
    earning: Earning,
    placement: Placement | None,
    issuer: Issuer,
    sectors: Mapping[str, Sector] | None,
) -> dict[str, Any]:
    """Returns the text of an award: later changes of names, addresses and designs do not change it."""
    sector = earning.sector
    course, organisation = each.course, placement.employment.organisation if placement else None
    shown = sector or (placement.sector if placement else None) or ""
    known = sectors.get(shown) if sectors is not None else find_sector(shown) if shown else None
    printed = {
        "course": course.title,
        "code": course.code,
        "edition": course.edition,
        "modules": [module.slug for module in course.modules_for(sector)],
        "organisation": organisation.name if organisation else "",
        "initials": organisation.initials if organisation else "",
        "sector": known.name(LANGUAGE) if known else shown,
        "sector_slug": shown,
        "product": issuer.product,
        "address": issuer.address,
        "design": course.certificate,
        "language": LANGUAGE,
    }
    # How it was earned, where the design's own label says too little.
    if each.how == "session":
        printed["how"] = f"In-person session on {_write_day(earning.earned_on)}"
    elif each.how == "prior":
        printed["how"] = "Recognised prior training"
    elif each.from_paper:
        printed["how"] = "Course quiz on paper"
    # That no adviser had reviewed the content when it was earned.
    if (course.meta.get("review") or {}).get("state") == "draft":
        printed["review"] = "draft"
    return printed


@lru_cache
def _write_day(day: date) -> str:
    return format_date(day, "d MMMM y", LANGUAGE).replace(" ", "\N{NO-BREAK SPACE}")
