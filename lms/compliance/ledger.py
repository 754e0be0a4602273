"""Writing the ledger: entries beside the intervals, and the fold that adds them up into days and months.

Writers only insert. One fold at a time takes entries away and adds them to `ledger_day` and `ledger_month` in key
order, so writers and the fold never wait for each other in a circle.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from operator import itemgetter

from sqlalchemy import delete, insert
from sqlalchemy.dialects import postgresql, sqlite

from lms.compliance.interval_rows import EVERY_SECTOR, Ledger, LedgerKey
from lms.compliance.models import LedgerDay, LedgerEntry, LedgerMonth, LedgerState
from lms.compliance.queries.ledger import THE_ONLY, lock_state, oldest_entries, read_checkpoint, read_folded
from lms.kernel.bulk import add_rows
from lms.kernel.db import session

MONTHS_AHEAD = 26
"""Months after this one that get a checkpoint; later days are added up from the last of them."""
FIRST_MONTH = date(2000, 1, 1)
"""No report asks about earlier days: what happened before is in this month's checkpoint."""
BATCH = 20_000

_EVE = date(1, 1, 1)
_MONTH = ("month", "organisation_id", "course_id", "sector", "standing")
_DAY = ("on_day", "organisation_id", "course_id", "sector", "standing")


def write_entries(ledger: Ledger) -> None:
    """Adds what changed to the ledger; what cancels out is left away."""
    rows = [dict(zip(_DAY, key, strict=True), people=people) for key, people in ledger.items() if people]
    if rows:
        session.execute(insert(LedgerEntry), rows)


def held_state() -> LedgerState:
    """Returns the ledger's state, held until the transaction ends; makes it where it is missing."""
    state = lock_state()
    if state is None:
        state = LedgerState(id=THE_ONLY, basis="")
        session.add(state)
        session.flush()
    return state


def fold(today: date) -> int:
    """Folds the oldest entries into days and months and returns how many; zero when there is nothing to do."""
    state = held_state()
    rows = session.execute(
        delete(LedgerEntry)
        .where(LedgerEntry.id.in_(oldest_entries(BATCH)))
        .returning(
            LedgerEntry.on_day,
            LedgerEntry.organisation_id,
            LedgerEntry.course_id,
            LedgerEntry.sector,
            LedgerEntry.standing,
            LedgerEntry.people,
        ),
        execution_options={"synchronize_session": False},
    ).all()
    ledger: Ledger = Counter()
    for *key, people in rows:
        ledger[tuple(key)] += people  # type: ignore[index]  # five columns, as the key has
    # Months that are opened are added up from the days folded before; then both learn of these.
    open_months(state, today, min((key[0] for key in ledger), default=None))
    add_to_days(ledger)
    add_to_months(ledger, state)
    return len(rows)


def fill(ledger: Ledger, state: LedgerState) -> None:
    """Writes days and checkpoints where there are none yet, as after everything was cleared."""
    _fill(LedgerDay, _DAY, ledger)
    if state.first_month is not None and state.last_month is not None:
        _fill(LedgerMonth, _MONTH, checkpoints(ledger, state.first_month, state.last_month))


def _fill(
    table: type[LedgerDay] | type[LedgerMonth], columns: tuple[str, ...], changes: Mapping[LedgerKey, int]
) -> None:
    rows = [(*key, people) for key, people in changes.items() if people]
    # Course and day first, as the table's key: the rows that a report reads then lie together on the disk.
    rows.sort(key=itemgetter(2, 0))
    add_rows(table, (*columns, "people"), rows)


def add_to_days(ledger: Ledger) -> None:
    """Adds changes to the days, in key order."""
    _add(LedgerDay, _DAY, ledger)


def add_to_months(ledger: Ledger, state: LedgerState) -> None:
    """Adds changes to every open checkpoint after their day, in key order."""
    if state.first_month is not None and state.last_month is not None:
        _add(LedgerMonth, _MONTH, checkpoints(ledger, state.first_month, state.last_month))


def checkpoints(ledger: Ledger, first_month: date, last_month: date) -> Counter[LedgerKey]:
    """Returns by how much changes move the checkpoints of some months: each counts in all months after its day.

    Checkpoints are kept for each sector, and for all sectors together.
    """
    by_key: defaultdict[tuple[int, int, str, int], Counter[date]] = defaultdict(Counter)
    for (on_day, organisation, course, sector, place), people in ledger.items():
        month = max(_next(on_day), first_month)
        by_key[organisation, course, sector, place][month] += people
        if sector != EVERY_SECTOR:
            by_key[organisation, course, EVERY_SECTOR, place][month] += people
    moved: Counter[LedgerKey] = Counter()
    for key, changes in by_key.items():
        total, month = 0, min(changes)
        while month <= last_month:
            total += changes.get(month, 0)
            if total:
                moved[month, *key] = total
            month = _next(month)
    return moved


def open_months(state: LedgerState, today: date, earliest: date | None) -> None:
    """Makes the checkpoints reach from the earliest day to some months after today.

    Before the first month nothing is folded yet; after the last one, checkpoints are added up from it and the days
    since.
    """
    if earliest is not None:
        first = max(earliest.replace(day=1), FIRST_MONTH)
        state.first_month = first if state.first_month is None else min(state.first_month, first)
    if state.first_month is None:
        return
    wanted = max(later(today, MONTHS_AHEAD), state.first_month)
    if state.last_month is not None and state.last_month < wanted:
        since = state.last_month
        # What the last checkpoint holds counts from before it on.
        held = ((key, people) for *key, people in read_checkpoint(since) if key[2] != EVERY_SECTOR)
        days: Ledger = Counter({(_EVE, *key): people for key, people in held})
        for *key, people in read_folded(since, wanted):
            days[tuple(key)] += people
        _add(LedgerMonth, _MONTH, checkpoints(days, _next(since), wanted))
    if state.last_month is None or state.last_month < wanted:
        state.last_month = wanted
    session.flush()


def later(day: date, months: int) -> date:
    """Returns the first day of the month so many months after that of a day."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def _next(day: date) -> date:
    return later(day, 1)


def _add(
    table: type[LedgerDay] | type[LedgerMonth], columns: tuple[str, ...], changes: Mapping[LedgerKey, int]
) -> None:
    rows = [
        dict(zip(columns, key, strict=True), people=people)
        for key, people in sorted(changes.items())
        if people
    ]
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(columns), set_={"people": table.people + statement.excluded.people}
        ),
        rows,
    )
