"""What an award says, fixed when it is issued: when and where it was earned, its dates, its printed text."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries, rules
from lms.certification.awards.dates import DecidedDates
from lms.certification.awards.issuer import Issuer
from lms.certification.errors import SectorMissing
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.people.models import Placement

LANGUAGE = "en"
"""The language in which certificates are printed."""


@dataclass(frozen=True, slots=True)
class EarningContext:
    """When and where an award was earned."""

    day: rules.EarnedDay
    placement: Placement | None


def award_sector(course: PublishedCourse, sector: str | None) -> str | None:
    """Returns the sector an award is for, None where the course has one for all; raises `SectorMissing`."""
    if course.per_sector and sector is None:
        raise SectorMissing
    return sector if course.per_sector else None


def find_context(
    person_id: int, issuer: Issuer, earned_at: datetime, earned_on: date | None, done_at: datetime | None
) -> EarningContext:
    """Returns when and where a course was earned, by the placement of that moment, or of the day where one is given.

    `earned_at` is the server's receipt, `done_at` the device's moment. Raises `Invalid` for a day in the future.
    """
    if earned_on is None:
        moment = earned_at if done_at is None else min(done_at, earned_at)
        placement = queries.find_placement_at(person_id, moment)
        zone = queries.zone_of(placement) if placement else issuer.time_zone
        return EarningContext(rules.earned_day(earned_at, ZoneInfo(zone), done_at=done_at), placement)
    return context_on(queries.find_placement_on(person_id, earned_on), earned_on, issuer)


def context_on(placement: Placement | None, earned_on: date, issuer: Issuer) -> EarningContext:
    """Returns when and where a course was earned on a given day; raises `Invalid` for a day in the future."""
    zone = queries.zone_of(placement) if placement else issuer.time_zone
    if earned_on > clock.today(zone):
        raise Invalid(_("The day a course was earned cannot be in the future."))
    return EarningContext(rules.EarnedDay(earned_on, zone, clock_ahead=False), placement)


def build_award(
    person_id: int,
    course: PublishedCourse,
    sector: str | None,
    *,
    how: str,
    context: EarningContext,
    decided: DecidedDates,
    issuer: Issuer,
) -> Award:
    """Returns an award, not yet stored, with everything that follows from when and where it was earned."""
    organisation = context.placement.employment.organisation if context.placement else None
    return Award(
        person_id=person_id,
        organisation_id=organisation.id if organisation else None,
        course_id=course.course_id,
        edition_id=course.edition_id,
        course_revision_id=course.revision_id,
        sector=sector,
        how=how,
        earned_on=context.day.earned_on,
        zone=context.day.zone,
        valid_from=decided.dates.valid_from,
        valid_until=decided.dates.valid_until,
        date_inputs=decided.inputs() | {"clock_ahead": context.day.clock_ahead},
        printed=_printed(course, sector, context.placement, issuer) | _how_printed(how, context.day.earned_on),
    )


def _printed(
    course: PublishedCourse, sector: str | None, placement: Placement | None, issuer: Issuer
) -> dict[str, Any]:
    """Returns the text of an award: later changes of names, addresses and designs do not change it."""
    organisation = placement.employment.organisation if placement else None
    shown = sector or (placement.sector if placement else None)
    return {
        "course": course.title,
        "code": course.code,
        "edition": course.edition,
        "modules": [module.slug for module in course.modules_for(sector)],
        "organisation": organisation.name if organisation else "",
        "initials": organisation.initials if organisation else "",
        "sector": queries.find_sector_name(shown, LANGUAGE) if shown else "",
        "sector_slug": shown or "",
        "product": issuer.product,
        "address": issuer.address,
        "design": course.certificate,
        "language": LANGUAGE,
    }


def _how_printed(how: str, earned_on: date) -> dict[str, str]:
    """Returns how an award was earned as its certificate says it, where the design's own label says too little."""
    if how == "session":
        return {"how": f"In-person session on {format_day(earned_on)}"}
    return {"how": "Recognised prior training"} if how == "prior" else {}


def format_day(day: date) -> str:
    """Returns a day as certificates print it, in their language."""
    return format_date(day, "d MMMM y", LANGUAGE).replace(" ", "\N{NO-BREAK SPACE}")
