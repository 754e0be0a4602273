"""Decides the dates of an award from the awards and renewal windows known when it is earned, by `rules`."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries
from lms.certification.awards.rules import AwardDates, Window, award_dates, days_in, last_valid_day, parse_period
from lms.certification.hooks import Renewal, renewal_windows
from lms.certification.models import Award
from lms.kernel.days import ONE_DAY
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _


@dataclass(frozen=True, slots=True)
class DecidedDates:
    """The dates of an award and everything they were decided from.

    `old` is the award before it, `windows` are the renewal windows of that one with what opens each (`course` or
    `requirement`), the earliest first; windows that open after the earned day are included.
    """

    dates: AwardDates
    period: str
    old: Award | None
    windows: tuple[tuple[str, Window], ...]

    @property
    def counted_from(self) -> date:
        """Returns the day from which the period was counted: the earned day, or the day after the old end."""
        earned_on = self.dates.valid_from
        renewed = any(window.is_open_on(earned_on) for _opener, window in self.windows)
        return self.old.valid_until + ONE_DAY if renewed and self.old else earned_on

    @property
    def early_renewal_from(self) -> date | None:
        """Returns the first day from which renewing the old award loses none of its days."""
        return self.windows[0][1].opens_on if self.windows else None

    def inputs(self) -> dict[str, Any]:
        """Returns the inputs of the dates as an award stores them: days in ISO 8601."""
        return {
            "period": self.period,
            "old_award": self.old.id if self.old else None,
            "old_until": self.old.valid_until.isoformat() if self.old else None,
            "windows": [
                {"opened_by": opener, "opens_on": window.opens_on.isoformat()} for opener, window in self.windows
            ],
            "counted_from": self.counted_from.isoformat(),
            # The new award never ends before the old one: nobody loses days by learning again.
            "kept_old_until": last_valid_day(self.counted_from, parse_period(self.period)) != self.dates.valid_until,
        }


class Earning(NamedTuple):
    """That a person earns a course on a day, for a sector where the course is per sector.

    `had_before` is False for somebody known to have never had the course, which saves a query.
    """

    person_id: int
    sector: str | None
    earned_on: date
    had_before: bool = True


def decide_dates(person_id: int, course: PublishedCourse, sector: str | None, earned_on: date) -> DecidedDates:
    """Decides the dates of an award that a person earns on a day, from the awards recorded so far.

    Raises Invalid where the course's periods are malformed or the dates are past the year 9999.
    """
    return decide_dates_of(course, [Earning(person_id, sector, earned_on)])[0]


def decide_dates_of(course: PublishedCourse, earnings: Sequence[Earning]) -> list[DecidedDates]:
    """Decides the dates of several awards of a course, in their order, with no query for each. Raises as above."""
    olds = queries.list_last_awards(
        course.course_id, {(each.person_id, each.sector, each.earned_on) for each in earnings if each.had_before}
    )
    renewals = {key: Renewal(key[0], course.course_id, key[1], key[2], old.valid_until) for key, old in olds.items()}
    opened: defaultdict[Renewal, set[date]] = defaultdict(set)
    for source in renewal_windows:
        for renewal, days in source(renewals.values()).items() if renewals else ():
            opened[renewal].update(days)
    found = []
    for each in earnings:
        key = (each.person_id, each.sector, each.earned_on)
        days_opened = opened[renewals[key]] if key in renewals else ()
        found.append(_decide(course, each.earned_on, olds.get(key), days_opened))
    return found


def _decide(course: PublishedCourse, earned_on: date, old: Award | None, opened: Collection[date]) -> DecidedDates:
    try:
        windows = tuple(_windows(course, old.valid_until, opened)) if old else ()
        dates = award_dates(
            earned_on,
            parse_period(course.validity),
            old_until=old.valid_until if old else None,
            windows=[window for _opener, window in windows],
        )
    except (ValueError, OverflowError) as error:
        raise Invalid(_("The dates of this award cannot be counted: %(problem)s.", problem=error)) from error
    return DecidedDates(dates, course.validity, old, tuple(sorted(windows, key=lambda w: w[1].opens_on)))


def _windows(course: PublishedCourse, old_until: date, opened: Collection[date]) -> Iterator[tuple[str, Window]]:
    if course.renewal and (own := Window.of(old_until, days_in(parse_period(course.renewal)))):
        yield "course", own
    for opens_on in sorted(opened):
        yield "requirement", Window(opens_on, old_until)
