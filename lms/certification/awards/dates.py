"""Decides the dates of an award from the awards and renewal windows known when it is earned, by `rules`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import queries
from lms.certification.awards.rules import AwardDates, Window, award_dates, days_in, last_valid_day, parse_period
from lms.certification.hooks import renewal_windows
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


def decide_dates(
    person_id: int, course: PublishedCourse, sector: str | None, earned_on: date, *, had_before: bool = True
) -> DecidedDates:
    """Decides the dates of an award that a person earns on a day, from the awards recorded so far.

    `had_before` is False for somebody known to have never had the course, which saves a query. Raises Invalid where
    the course's periods are malformed or the dates are past the year 9999.
    """
    old = queries.find_last_award(person_id, course.course_id, sector, earned_on) if had_before else None
    try:
        windows = tuple(_windows(person_id, course, sector, earned_on, old.valid_until)) if old else ()
        dates = award_dates(
            earned_on,
            parse_period(course.validity),
            old_until=old.valid_until if old else None,
            windows=[window for _opener, window in windows],
        )
    except (ValueError, OverflowError) as error:
        raise Invalid(_("The dates of this award cannot be counted: %(problem)s.", problem=error)) from error
    return DecidedDates(dates, course.validity, old, tuple(sorted(windows, key=lambda w: w[1].opens_on)))


def _windows(
    person_id: int, course: PublishedCourse, sector: str | None, earned_on: date, old_until: date
) -> Iterator[tuple[str, Window]]:
    if course.renewal and (own := Window.of(old_until, days_in(parse_period(course.renewal)))):
        yield "course", own
    for source in renewal_windows:
        for opens_on in sorted(set(source(person_id, course.course_id, sector, earned_on, old_until))):
            yield "requirement", Window(opens_on, old_until)
