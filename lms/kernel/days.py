"""Day arithmetic: days and months later, ends of months and quarters. Pure."""

from calendar import monthrange
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


def add_days(day: date, days: int) -> date:
    """Returns the day so many days later, or earlier where negative, within the calendar of the years 1 to 9999."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def add_months(day: date, months: int) -> date:
    """Returns the day so many months later, or earlier where negative; a day its month lacks becomes the last.

    31 January and one month is 28 or 29 February. Raises OverflowError outside the years 1 to 9999.
    """
    first = first_of_month(day, months)
    return first.replace(day=min(day.day, monthrange(first.year, first.month)[1]))


def first_of_month(day: date, months: int = 0) -> date:
    """Returns the first day of the month so many months after that of a day.

    Raises OverflowError outside the years 1 to 9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not date.min.year <= year <= date.max.year:
        raise OverflowError(f"{months} months after {day} is outside the years 1 to 9999")
    return date(year, month + 1, 1)


def a_year_before(day: date) -> date:
    """Returns the same day a year ago; of 29 February the 28th."""
    return add_months(day, -12)


def month_ends_before(day: date, months: int) -> list[date]:
    """Returns the last days of so many months before the month of a day, the earliest first."""
    return [first_of_month(day, -back) - ONE_DAY for back in range(months - 1, -1, -1)]


def month_ends_after(day: date, months: int) -> list[date]:
    """Returns the last days of so many months from the month of a day on, without those not after the day."""
    ends = [first_of_month(day, ahead) - ONE_DAY for ahead in range(1, months + 1)]
    return [end for end in ends if end > day]


def end_of_last_quarter(day: date) -> date:
    """Returns the last day of the calendar quarter before that of a day."""
    return first_of_month(day, -((day.month - 1) % 3)) - ONE_DAY
