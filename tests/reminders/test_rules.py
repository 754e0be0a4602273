"""When a mail is written: tables of stages, and the laws of the weekly mail."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from lms.compliance.status.definitions import TrainingStatus
from lms.reminders.rules import Due, LastMail, ReminderStage, deadline_of, decide, is_late, items_to_list

DAY = date(2026, 3, 3)


def due(days: int, requirement: int = 1, organisation: int = 1, today: date = DAY) -> Due:
    return Due(organisation, requirement, 1, today + timedelta(days=days), TrainingStatus.NOT_STARTED)


def last(days_ago: int, *listed: tuple[Due, ReminderStage], waiting: bool = False) -> LastMail:
    return LastMail(DAY - timedelta(days=days_ago), waiting, {each.key: stage for each, stage in listed})


@pytest.mark.parametrize(
    ("days_left", "stage"),
    [
        (400, None), (31, None), (30, "in_30"), (15, "in_30"), (14, "in_14"), (2, "in_14"), (1, "in_1"), (0, "in_1"),
        (-1, "after"), (-7, "after"), (-8, "weekly"), (-400, "weekly"),
    ],
)  # fmt: skip
def test_moments_of_a_deadline(days_left: int, stage: str | None) -> None:
    assert due(days_left).stage(DAY) == stage


@pytest.mark.parametrize(
    ("status", "due_in", "ends_in", "deadline_in"),
    [
        ("not_started", 20, None, 20),
        ("in_progress", 20, None, 20),
        ("overdue", -3, None, -3),
        ("expiring", None, 50, 50),
        ("valid", None, 15, None),
        ("valid", None, 14, 14),
        ("grace", None, -2, -2),
        ("expired", None, -40, -40),
        ("revoked", None, -1, -1),
        ("exempt", None, None, None),
        ("not_required", None, None, None),
    ],
)
def test_the_last_day_in_time(status: str, due_in: int | None, ends_in: int | None, deadline_in: int | None) -> None:
    def at(days: int | None) -> date | None:
        return None if days is None else DAY + timedelta(days=days)

    found = deadline_of(TrainingStatus(status), due_on=at(due_in), valid_through=at(ends_in), day=DAY)
    assert found == at(deadline_in)


A, B = 1, 2
CASES = [
    ("nothing is due", [], None, None),
    ("due in 31 days: not yet", [due(31)], None, None),
    ("due in 30 days, the first time", [due(30)], None, "in_30"),
    ("somebody who joined late hears at once", [due(9)], None, "in_14"),
    ("reminded of the 30 days, 14 not reached", [due(15)], last(15, (due(15), ReminderStage.IN_30)), None),
    ("reminded of the 30 days, 14 reached", [due(14)], last(16, (due(14), ReminderStage.IN_30)), "in_14"),
    ("a missed run is made up for", [due(12)], last(18, (due(12), ReminderStage.IN_30)), "in_14"),
    ("due tomorrow", [due(1)], last(13, (due(1), ReminderStage.IN_14)), "in_1"),
    ("due tomorrow, but a mail went out six days ago", [due(1)], last(6, (due(1), ReminderStage.IN_14)), None),
    ("due today, seven days after the last", [due(0)], last(7, (due(0), ReminderStage.IN_14)), "in_1"),
    ("the day after, reminded two days ago that it is due", [due(-1)], last(2, (due(-1), ReminderStage.IN_1)), None),
    ("so the word that it is late comes five days later", [due(-6)], last(7, (due(-6), ReminderStage.IN_1)), "after"),
    ("the day after, where nothing was sent before", [due(-1)], None, "after"),
    ("late, reminded a week ago: weekly", [due(-8)], last(7, (due(-8), ReminderStage.AFTER)), "weekly"),
    ("late, reminded six days ago", [due(-9)], last(6, (due(-9), ReminderStage.AFTER)), None),
    ("late for months", [due(-200)], last(7, (due(-200), ReminderStage.WEEKLY)), "weekly"),
    ("the last mail still waits", [due(-200)], last(90, (due(-200), ReminderStage.WEEKLY), waiting=True), None),
    ("a 30 is postponed for a due tomorrow in six days", [due(30, A), due(7, B)],
     last(8, (due(7, B), ReminderStage.IN_14)), None),
    ("a 30 is not postponed for a due tomorrow in seven days", [due(30, A), due(8, B)],
     last(8, (due(8, B), ReminderStage.IN_14)), "in_30"),
    ("a 14 is postponed for a day after", [due(14, A), due(0, B)], last(7, (due(0, B), ReminderStage.IN_1)), None),
    ("a 30 is postponed for a 14 of another", [due(28, A), due(16, B)],
     last(14, (due(16, B), ReminderStage.IN_30)), None),
    ("a weekly is postponed for a due tomorrow", [due(-20, A), due(3, B)],
     last(7, (due(-20, A), ReminderStage.WEEKLY), (due(3, B), ReminderStage.IN_14)), None),
    ("a weekly is not postponed for a 14", [due(-20, A), due(16, B)],
     last(7, (due(-20, A), ReminderStage.WEEKLY), (due(16, B), ReminderStage.IN_30)), "weekly"),
    ("two due tomorrow and in three days: the first one goes", [due(1, A), due(3, B)], last(9), "in_1"),
    ("the most important names the mail", [due(30, A), due(-30, B), due(1, 3)], None, "in_1"),
    ("another deadline of the same requirement is news", [due(29)], last(20, (due(-5), ReminderStage.AFTER)), "in_30"),
    ("the same requirement in another organisation is news", [due(25, A, 2)],
     last(9, (due(25, A, 1), ReminderStage.IN_30)), "in_30"),
]  # fmt: skip


@pytest.mark.parametrize(("dues", "before", "stage"), [case[1:] for case in CASES], ids=[c[0] for c in CASES])
def test_when_a_mail_is_written(dues: list[Due], before: LastMail | None, stage: str | None) -> None:
    assert decide(DAY, dues, before) == stage


def test_a_mail_lists_all_that_is_near_or_late_the_earliest_first() -> None:
    listed = items_to_list(DAY, [due(31, 1), due(30, 2), due(-50, 3), due(1, 4)])
    assert [each.requirement_id for each in listed] == [3, 4, 2]


@pytest.mark.parametrize(("hours", "late"), [(None, True), (0, False), (26, False), (27, True)])
def test_a_run_has_not_happened(hours: int | None, late: bool) -> None:
    now = datetime(2026, 3, 3, 9, tzinfo=UTC)
    assert is_late(None if hours is None else now - timedelta(hours=hours), now) is late


# A life of one person: deadlines that appear and are met on some day, and days on which no run happens.
deadlines = st.lists(st.tuples(st.integers(0, 120), st.integers(-10, 90), st.integers(0, 150)), min_size=1, max_size=5)
no_runs = st.sets(st.integers(0, 200), max_size=40)


def live(
    given_deadlines: list[tuple[int, int, int]], missed: set[int]
) -> list[tuple[int, ReminderStage, list[Due], list[Due]]]:
    """Plays 200 days; returns for each mail its day, its stage, what it lists and all that was open."""
    mails: list[tuple[int, ReminderStage, list[Due], list[Due]]] = []
    before: LastMail | None = None
    for offset in range(200):
        day = DAY + timedelta(days=offset)
        open_now = [
            Due(1, number, number, DAY + timedelta(days=known + due_in), TrainingStatus.NOT_STARTED)
            for number, (known, due_in, met) in enumerate(given_deadlines)
            if known <= offset < known + met
        ]
        stage = None if offset in missed else decide(day, open_now, before)
        if stage is not None:
            listed = items_to_list(day, open_now)
            mails.append((offset, stage, listed, open_now))
            before = LastMail(day, False, {each.key: m for each in listed if (m := each.stage(day))})
    return mails


@given(deadlines, no_runs)
def test_never_two_within_seven_days(given_deadlines: list[tuple[int, int, int]], missed: set[int]) -> None:
    days = [mail[0] for mail in live(given_deadlines, missed)]
    assert all(after - before >= 7 for before, after in pairwise(days))


@given(deadlines)
def test_only_a_due_tomorrow_takes_the_place_of_a_due_tomorrow(given_deadlines: list[tuple[int, int, int]]) -> None:
    mails = live(given_deadlines, set())
    by_day = {mail[0]: mail for mail in mails}
    for number, (known, due_in, met) in enumerate(given_deadlines):
        eve = known + due_in - 1
        # Known early enough that no earlier mail was written without knowing of it, and still open on its eve.
        if due_in < 8 or met < due_in or eve >= 200:
            continue
        earlier = [by_day[day] for day in range(eve - 6, eve + 1) if day in by_day]
        assert earlier, "somebody was not reminded that something is due tomorrow"
        assert all(stage is ReminderStage.IN_1 for _day, stage, _listed, _open in earlier)
        assert any(number in {each.requirement_id for each in listed} for _d, _m, listed, _o in earlier)


@given(deadlines)
def test_whoever_is_late_hears_of_it_again_within_two_weeks(given_deadlines: list[tuple[int, int, int]]) -> None:
    days = [mail[0] for mail in live(given_deadlines, set())]
    for known, due_in, met in given_deadlines:
        for start in range(max(known, known + due_in + 1), min(known + met, 200) - 13):
            assert any(start <= day < start + 13 for day in days)


@given(deadlines, no_runs)
def test_every_mail_lists_what_gave_rise_to_it(given_deadlines: list[tuple[int, int, int]], missed: set[int]) -> None:
    for offset, stage, listed, open_then in live(given_deadlines, missed):
        day = DAY + timedelta(days=offset)
        assert stage in {each.stage(day) for each in listed}
        assert {each.key for each in listed} == {each.key for each in open_then if each.stage(day)}
