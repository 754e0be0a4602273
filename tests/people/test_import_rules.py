"""The pure rules of importing, as tables of cases and as laws."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from lms.people.importing.parse import Choices, Vocabulary, Wanted, Work, guess_columns, parse_day, read_row
from lms.people.importing.plan import (
    Held,
    Known,
    Plan,
    batches_of,
    conflicts,
    judge_absent,
    judge_person,
    same_name,
)

WORDS = Vocabulary({"north river": 1, "north-river": 1, "hill camp": 2}, {"wash": "wash", "health": "health"})
CELLS = {
    "staff_number": "W-1", "name": "Amina Yusuf", "station": "North River", "sector": "WASH", "role": "Promoter",
    "from_on": "2026-01-01",
}  # fmt: skip
WASH = Work(1, "wash", (), "promoter", "staff", False)
HEALTH = Work(2, "health", (), "nurse", "staff", False)


def d(text: str) -> date:
    return date.fromisoformat(text)


def wanted(
    number: int = 2, work: Work = WASH, from_on: str = "2026-01-01", through: str = "", **more: object
) -> Wanted:
    values: dict[str, object] = {
        "number": number, "staff_number": "W-1", "name": "Amina Yusuf", "email": "", "station_id": work.station_id,
        "sector": work.sector, "role": work.role, "also": work.also, "contract": work.contract,
        "children": work.children, "from_on": d(from_on), "through_on": d(through) if through else None,
        "keeps_end": False,
    }  # fmt: skip
    return Wanted(**(values | more))  # type: ignore[arg-type]


def held(number: int, work: Work = WASH, from_on: str = "2026-01-01", through: str = "") -> Held:
    return Held(number, work, d(from_on), d(through) if through else None)


def known(*placements: Held) -> Known:
    return Known(7, 8, "Amina Yusuf", placements)


def spans(plan: Plan) -> list[tuple[str, str, str]]:
    return sorted(
        (each.work.sector, each.from_on.isoformat(), each.through_on.isoformat() if each.through_on else "")
        for each in plan.add
    )


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("2026-11-25", "", "2026-11-25"),
        ("2026-11-25 00:00:00", "", "2026-11-25"),
        ("2026-11-25T08:30", "", "2026-11-25"),
        ("25/11/2026", "", "2026-11-25"),
        ("25-11-2026", "", "2026-11-25"),
        ("25.11.2026", "", "2026-11-25"),
        ("1.2.2026", "month", "2026-02-01"),
        ("٢٥/١١/٢٠٢٦", "", "2026-11-25"),
        ("03/03/2026", "", "2026-03-03"),
        ("03/04/2026", "", "ambiguous_day"),
        ("03/04/2026", "day", "2026-04-03"),
        ("03/04/2026", "month", "2026-03-04"),
        ("11/25/2026", "", "bad_day"),
        ("11/25/2026", "month", "2026-11-25"),
        ("25/11/2026", "month", "bad_day"),
        ("29/02/2025", "day", "bad_day"),
        ("25/11/26", "day", "bad_day"),
        ("2026-13-01", "", "bad_day"),
        ("1026-01-01", "", "bad_day"),
        ("46351", "", "bad_day"),
        ("=TODAY()", "", "bad_day"),
        ("tomorrow", "", "bad_day"),
    ],
)
def test_days_in_every_style_and_never_guessed(text: str, order: str, expected: str) -> None:
    found = parse_day(text, order)
    assert (found.isoformat() if isinstance(found, date) else found) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Amina Yusuf", "YUSUF, Amina", True),
        ("Zoë Müller", "zoe muller", True),
        ("Amina Yusuf", "Amina Yousuf", False),
        ("", "", True),
        ("Amina", "", False),
    ],
)
def test_one_name_in_several_spellings(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"staff_number": " "}, ["no_staff_number"]),
        ({"staff_number": "x" * 41}, ["too_long"]),
        ({"name": "", "role": ""}, ["no_name", "no_role"]),
        ({"email": "amina@"}, ["bad_email"]),
        ({"station": "Nowhere"}, ["unknown_station"]),
        ({"station": "north-river"}, []),
        ({"sector": "Logistics"}, ["unknown_sector"]),
        ({"also_sectors": "health; wash"}, []),
        ({"also_sectors": "health, logistics"}, ["unknown_sector"]),
        ({"contract": "Incentive worker"}, []),
        ({"contract": "king"}, ["unknown_contract"]),
        ({"works_with_children": "Oui"}, []),
        ({"works_with_children": "maybe"}, ["neither_yes_nor_no"]),
        ({"from_on": ""}, ["no_first_day"]),
        ({"from_on": "03/04/2026"}, ["ambiguous_day"]),
        ({"through_on": "2025-12-31"}, ["last_before_first"]),
        ({"through_on": "soon"}, ["bad_day"]),
    ],
)
def test_a_row_says_everything_that_is_wrong_with_it(changes: dict[str, str], codes: list[str]) -> None:
    found = read_row(2, CELLS | changes, WORDS, Choices())
    assert [note["code"] for note in found] == codes if isinstance(found, list) else codes == []


def test_a_row_is_read_as_it_is_kept() -> None:
    cells = CELLS | {
        "name": "=1+1", "email": "Amina@Demo.Example", "role": "WASH  Promoter", "also_sectors": "Health, WASH",
        "works_with_children": "yes", "through_on": "31/12/2026",
    }  # fmt: skip
    row = read_row(2, cells, WORDS, Choices())
    assert isinstance(row, Wanted)
    assert (row.name, row.email, row.role) == ("=1+1", "amina@demo.example", "wash promoter")
    assert (row.also, row.contract, row.children) == (("health",), "staff", True)
    assert row.through_on == d("2026-12-31")


def test_a_first_day_for_all_is_used_where_the_row_has_none() -> None:
    row = read_row(2, CELLS | {"from_on": ""}, WORDS, Choices(default_from=d("2026-12-01")))
    assert isinstance(row, Wanted)
    assert row.from_on == d("2026-12-01")
    assert isinstance(
        read_row(2, CELLS | {"from_on": "soon"}, WORDS, Choices(default_from=d("2026-12-01"))), list
    ), "a day that cannot be read is no missing day"


Case = tuple[list[Held], list[Wanted], list[str], list[int], list[tuple[str, str, str]]]
CASES: dict[str, Case] = {
    "new": ([], [wanted()], ["added"], [], [("wash", "2026-01-01", "")]),
    "the same": ([held(1)], [wanted()], ["unchanged"], [], []),
    "within a longer one": ([held(1)], [wanted(from_on="2026-03-01")], ["unchanged"], [], []),
    "ended": (
        [held(1)], [wanted(through="2026-05-31")], ["ended"], [1], [("wash", "2026-01-01", "2026-05-31")],
    ),
    "ended, under a later first day": (
        [held(1)], [wanted(from_on="2026-03-01", through="2026-05-31")], ["ended"], [1],
        [("wash", "2026-01-01", "2026-05-31")],
    ),
    "open again": (
        [held(1, through="2026-05-31")], [wanted()], ["ended"], [1], [("wash", "2026-01-01", "")],
    ),
    "end not said": (
        [held(1, through="2026-05-31")], [wanted(keeps_end=True)], ["unchanged"], [], [],
    ),
    "moved": (
        [held(1)], [wanted(work=HEALTH, from_on="2026-06-01")], ["moved"], [1],
        [("health", "2026-06-01", ""), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "moved, keeping the last day": (
        [held(1, through="2026-12-31")], [wanted(work=HEALTH, from_on="2026-06-01", keeps_end=True)], ["moved"], [1],
        [("health", "2026-06-01", "2026-12-31"), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "corrected from the first day": (
        [held(1)], [wanted(work=HEALTH)], ["moved"], [1], [("health", "2026-01-01", "")],
    ),
    "back after a gap": (
        [held(1, through="2026-03-31")], [wanted(from_on="2026-06-01")], ["added"], [],
        [("wash", "2026-06-01", "")],
    ),
    "into a later placement": (
        [held(1, from_on="2026-06-01")], [wanted(work=HEALTH)], ["refused"], [], [],
    ),
    "two rows that follow each other": (
        [held(1)],
        [wanted(through="2026-05-31"), wanted(3, HEALTH, "2026-06-01")],
        ["ended", "moved"], [1],
        [("health", "2026-06-01", ""), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "somebody else's number": ([held(1)], [wanted(name="Basma Idris")], ["refused"], [], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_comes_of_a_person(case: Case) -> None:
    present, rows, outcomes, taken, added = case
    plan = judge_person(rows, known(*present) if present else None)
    assert [plan.verdicts[row.number].outcome for row in rows] == outcomes
    assert list(plan.take_back) == taken
    assert spans(plan) == sorted(added)


def test_what_the_list_does_not_say_stays() -> None:
    work = Work(1, "wash", ("health",), "promoter", "volunteer", True)
    row = wanted(also=None, contract=None, children=None)
    assert judge_person([row], known(held(1, work))).verdicts[2].outcome == "unchanged"
    moved = wanted(work=HEALTH, from_on="2026-06-01", also=None, contract=None, children=None)
    new = next(
        each for each in judge_person([moved], known(held(1, work))).add if each.work.sector == "health"
    )
    assert (new.work.contract, new.work.children, new.work.also) == ("volunteer", True, ())


def test_rows_of_one_number_against_each_other() -> None:
    assert conflicts([wanted(2), wanted(3)]) == {3: [{"code": "same_as_row", "row": 2}]}
    assert conflicts([wanted(2), wanted(3, HEALTH, "2026-06-01")]) == {
        2: [{"code": "overlaps_row", "row": 3}],
        3: [{"code": "overlaps_row", "row": 2}],
    }
    assert conflicts([wanted(2, through="2026-05-31"), wanted(3, HEALTH, "2026-06-01")]) == {}
    other = wanted(3, from_on="2027-01-01", name="Basma Idris")
    assert conflicts([wanted(2, through="2026-05-31"), other]) == {
        2: [{"code": "other_name_in_row", "row": 3}],
        3: [{"code": "other_name_in_row", "row": 2}],
    }
    many = conflicts([wanted(number) for number in range(2, 50_000)])
    assert {notes[0]["code"] for notes in many.values()} == {"too_many_rows"}


def test_who_is_absent_leaves_also_a_later_placement() -> None:
    last = d("2026-11-30")
    plan = judge_absent([held(1), held(2, HEALTH, "2027-01-01")], last)
    assert plan is not None
    assert plan.take_back == (1, 2)
    assert spans(plan) == [("wash", "2026-01-01", "2026-11-30")]
    assert judge_absent([held(1, through="2026-11-30")], last) is None
    assert judge_absent([held(1, through="2026-10-31")], last) is None
    assert judge_absent([held(1, from_on="2026-12-01")], last) is None, "who starts later has not left"


def test_batches_hold_five_hundred_people() -> None:
    batches = batches_of(f"W-{index}" for index in range(1001))
    assert (batches["W-0"], batches["W-499"], batches["W-500"], batches["W-1000"]) == (1, 1, 2, 3)


def test_columns_are_guessed_by_heading_and_by_the_list_before() -> None:
    header = ["Matricule", "Nom", "Office", "CLUSTER", "Job_Title:", "Start date", "Remarks"]
    expected = {"staff_number": 0, "name": 1, "station": 2, "sector": 3, "role": 4, "from_on": 5}
    assert guess_columns(header, {}) == expected
    assert guess_columns(["Code", *header[1:]], {"staff_number": "code"}) == expected


days = st.integers(0, 30).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
works = st.sampled_from([WASH, HEALTH, Work(1, "wash", ("health",), "promoter", "volunteer", True)])


@st.composite
def lives(draw: st.DrawFn) -> list[Held]:
    """Placements of one employment, which never share a day."""
    found: list[Held] = []
    start = draw(days)
    for number in range(draw(st.integers(0, 4))):
        if found and found[-1].through_on is None:
            break
        last = None if draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 6)))
        found.append(Held(number + 1, draw(works), start, last))
        if last:
            start = last + timedelta(days=draw(st.integers(1, 4)))
    return found


@st.composite
def lists(draw: st.DrawFn) -> list[Wanted]:
    """Rows of one staff number without conflicts in the list."""
    said = draw(st.booleans())
    keeps = draw(st.booleans())
    rows = []
    for number in range(2, 2 + draw(st.integers(1, 4))):
        work, start = draw(works), draw(days)
        last = None if keeps or draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 8)))
        row = wanted(number, work, start.isoformat(), last.isoformat() if last else "", keeps_end=keeps)
        rows.append(row if said else wanted(
            number, work, start.isoformat(), last.isoformat() if last else "",
            keeps_end=keeps, also=None, contract=None, children=None,
        ))  # fmt: skip
    against = conflicts(rows)
    return [row for row in rows if row.number not in against]


def after(present: list[Held], plan: Plan) -> list[Held]:
    kept = [each for each in present if each.id not in plan.take_back]
    new = [Held(100 + index, each.work, each.from_on, each.through_on) for index, each in enumerate(plan.add)]
    return sorted([*kept, *new], key=lambda each: each.from_on)


@given(lives(), lists())
def test_placements_never_share_a_day_and_a_second_time_changes_nothing(
    present: list[Held], rows: list[Wanted]
) -> None:
    first = judge_person(rows, known(*present))
    state = after(present, first)
    for one, other in pairwise(state):
        assert one.through_on is not None
        assert one.through_on < other.from_on
    second = judge_person(rows, known(*state))
    assert (second.take_back, second.add) == ((), ())
    for row in rows:
        was, now = first.verdicts[row.number].outcome, second.verdicts[row.number].outcome
        assert now == ("refused" if was == "refused" else "unchanged")


@given(lives(), lists())
def test_what_a_row_asks_for_is_true_afterwards(present: list[Held], rows: list[Wanted]) -> None:
    plan = judge_person(rows, known(*present))
    state = after(present, plan)
    for row in rows:
        if plan.verdicts[row.number].outcome == "refused":
            continue
        there = [
            each
            for each in state
            if each.from_on <= row.from_on and (each.through_on or date.max) >= row.from_on
        ]
        assert len(there) == 1
        assert row.fits(there[0].work)
        assert row.keeps_end or there[0].through_on == row.through_on
