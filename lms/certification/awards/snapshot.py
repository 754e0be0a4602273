"""What an award says, frozen when it is issued: when and where it was earned, its dates, its printed words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries, rules
from lms.certification.awards.dates import DecidedDates
from lms.certification.awards.issuer import House
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.errors import Invalid
from lms.people.models import Placement

LANGUAGE = "en"
"""The language in which certificates are printed."""


@dataclass(frozen=True, slots=True)
class Earning:
    """When and where an award was earned."""

    day: rules.EarnedDay
    placement: Placement | None


def examined_sector(course: PublishedCourse, sector: str | None) -> str | None:
    """Returns the sector an award is for, None where the course has one for all; raises `Invalid` if it is missing."""
    if course.per_sector and sector is None:
        raise Invalid("This course is awarded sector by sector: say for which one.")
    return sector if course.per_sector else None


def find_earning(
    person_id: int, house: House, earned_at: datetime, earned_on: date | None, done_at: datetime | None
) -> Earning:
    """Returns when and where a course was earned, by the placement of that moment, or of the day where one is given.

    `earned_at` is the server's receipt, `done_at` the device's moment. Raises `Invalid` for a day in the future.
    """
    if earned_on is None:
        moment = earned_at if done_at is None else min(done_at, earned_at)
        placement = queries.find_placement_at(person_id, moment)
        zone = queries.zone_of(placement) if placement else house.time_zone
        return Earning(rules.earned_day(earned_at, ZoneInfo(zone), done_at=done_at), placement)
    return earning_on(queries.find_placement_on(person_id, earned_on), earned_on, house)


def earning_on(placement: Placement | None, earned_on: date, house: House) -> Earning:
    """Returns an earning on a day that is given; raises `Invalid` where it has not come yet."""
    zone = queries.zone_of(placement) if placement else house.time_zone
    if earned_on > clock.today(zone):
        raise Invalid("An award cannot be earned on a day that has not come yet.")
    return Earning(rules.EarnedDay(earned_on, zone, clock_ahead=False), placement)


def freeze(
    person_id: int,
    course: PublishedCourse,
    examined: str | None,
    *,
    how: str,
    earning: Earning,
    decided: DecidedDates,
    house: House,
) -> Award:
    """Returns an award with everything that follows from when and where it was earned."""
    organisation = earning.placement.employment.organisation if earning.placement else None
    return Award(
        person_id=person_id,
        organisation_id=organisation.id if organisation else None,
        course_id=course.course_id,
        edition_id=course.edition_id,
        course_revision_id=course.revision_id,
        sector=examined,
        how=how,
        earned_on=earning.day.earned_on,
        zone=earning.day.zone,
        valid_from=decided.dates.valid_from,
        valid_until=decided.dates.valid_until,
        dates_because=decided.reason() | {"clock_ahead": earning.day.clock_ahead},
        printed=_printed(course, examined, earning.placement, house)
        | _how_printed(how, earning.day.earned_on),
    )


def _printed(
    course: PublishedCourse, examined: str | None, placement: Placement | None, house: House
) -> dict[str, Any]:
    """Returns the words of an award: later changes of names, addresses and designs do not reach it."""
    organisation = placement.employment.organisation if placement else None
    sector = examined or (placement.sector if placement else None)
    return {
        "course": course.title,
        "code": course.code,
        "edition": course.edition,
        "modules": [module.slug for module in course.modules_for(examined)],
        "organisation": organisation.name if organisation else "",
        "initials": organisation.initials if organisation else "",
        "sector": queries.find_sector_name(sector, LANGUAGE) if sector else "",
        "sector_slug": sector or "",
        "product": house.product,
        "address": house.address,
        "design": course.certificate,
        "language": LANGUAGE,
    }


def _how_printed(how: str, earned_on: date) -> dict[str, str]:
    """Returns how an award was earned as its certificate says it, where the design's own word says too little."""
    if how == "session":
        return {"how": f"In-person session on {in_words(earned_on)}"}
    return {"how": "Recognised prior training"} if how == "prior" else {}


def in_words(day: date) -> str:
    """Returns a day as certificates print it."""
    return format_date(day, "d MMMM y", LANGUAGE).replace(" ", "\N{NO-BREAK SPACE}")
