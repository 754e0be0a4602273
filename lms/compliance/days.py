"""Days a report looks at: ends of months and quarters, the same day a year before. Pure."""

from datetime import date, timedelta


def month_ends_before(day: date, months: int) -> list[date]:
    """Returns the last days of the months before the one of a day, the earliest first."""
    ends = []
    first = day.replace(day=1)
    for _ in range(months):
        end = first - timedelta(days=1)
        ends.append(end)
        first = end.replace(day=1)
    return ends[::-1]


def month_ends_after(day: date, months: int) -> list[date]:
    """Returns the last days of so many months from the one of a day on; of its own only if the day is earlier."""
    ends = []
    first = _next_month(day)
    for _ in range(months):
        if (end := first - timedelta(days=1)) > day:
            ends.append(end)
        first = _next_month(first)
    return ends


def _next_month(day: date) -> date:
    return day.replace(year=day.year + day.month // 12, month=day.month % 12 + 1, day=1)


def end_of_last_quarter(day: date) -> date:
    """Returns the last day of the calendar quarter before the one of a day."""
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) - timedelta(days=1)


def a_year_before(day: date) -> date:
    """Returns the same day a year ago; of 29 February the 28th."""
    return (
        day.replace(year=day.year - 1, day=28)
        if (day.month, day.day) == (2, 29)
        else day.replace(year=day.year - 1)
    )
