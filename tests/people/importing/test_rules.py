"""The pure rules of importing, as tables of cases and as laws."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from lms.people.importing.headings import guess_columns
from lms.people.importing.likely import find_likely_people
from lms.people.importing.parse import ImportChoices, ImportVocabulary, ParsedRow, parse_row
from lms.people.importing.plan import (
    KnownEmployee,
    PersonPlan,
    PlannedPlacement,
    assign_batches,
    batches_next,
    find_conflicts,
    is_same_name,
    plan_absent,
    plan_person,
)
from lms.people.rules import AssignmentDetails

WORDS = ImportVocabulary({"north river": 1, "north-river": 1, "hill camp": 2}, {"wash": "wash", "health": "health"})
CELLS = {
    "staff_number": "W-1", "name": "Amina Yusuf", "station": "North River", "sector": "WASH", "role": "Promoter",
    "from_on": "2026-01-01",
}  # fmt: skip
WASH = AssignmentDetails(1, "wash", "promoter", "staff", False, ())
HEALTH = AssignmentDetails(2, "health", "nurse", "staff", False, ())


def d(text: str) -> date:
    return date.fromisoformat(text)


def listed(
    number: int = 2, details: AssignmentDetails = WASH, from_on: str = "2026-01-01", through: str = "", **more: object
) -> ParsedRow:
    said = {name: more.pop(name, value) for name, value in details._asdict().items()}
    values: dict[str, object] = {
        "number": number, "staff_number": "W-1", "name": "Amina Yusuf", "email": "",
        "assignment": {name: value for name, value in said.items() if value is not None},
        "from_on": d(from_on), "through_on": d(through) if through else None, "last_day_unchanged": False,
    }  # fmt: skip
    return ParsedRow(**(values | more))  # type: ignore[arg-type]


def placement(
    number: int, details: AssignmentDetails = WASH, from_on: str = "2026-01-01", through: str = ""
) -> PlannedPlacement:
    return PlannedPlacement(number, details, d(from_on), d(through) if through else None)


def known(*placements: PlannedPlacement) -> KnownEmployee:
    return KnownEmployee(7, 8, "Amina Yusuf", placements)


def spans(plan: PersonPlan) -> list[tuple[str, str, str]]:
    return sorted(
        (each.details.sector, each.from_on.isoformat(), each.through_on.isoformat() if each.through_on else "")
        for each in plan.add
    )


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
    assert is_same_name(one, other) is same


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
        ({"from_on": "05.01.26"}, ["short_year"]),
        ({"from_on": "2026-01-05T21:00:00.000Z"}, ["moment_elsewhere"]),
        ({"from_on": "-"}, ["no_first_day"]),
        ({"from_on": "present"}, ["bad_day"]),
        ({"through_on": "soon"}, ["bad_day"]),
        ({"through_on": "31.12.9999"}, []),
        ({"through_on": "00.00.0000"}, []),
        ({"through_on": "n/a", "email": "N/A", "contract": "-"}, []),
        ({"through_on": "Present"}, []),
        ({"email": "NULL"}, []),
        ({"name": "Null"}, []),
    ],
)
def test_a_row_says_everything_that_is_wrong_with_it(changes: dict[str, str], codes: list[str]) -> None:
    found = parse_row(2, CELLS | changes, WORDS, ImportChoices())
    assert [note["code"] for note in found] == codes if isinstance(found, list) else codes == []


def test_a_row_is_parsed_as_it_is_stored() -> None:
    cells = CELLS | {
        "name": "=1+1", "email": "Amina@Demo.Example", "role": "WASH  Promoter", "also_sectors": "Health, WASH",
        "works_with_children": "yes", "through_on": "31/12/2026",
    }  # fmt: skip
    row = parse_row(2, cells, WORDS, ImportChoices())
    assert isinstance(row, ParsedRow)
    assert (row.name, row.email) == ("=1+1", "amina@demo.example")
    assert row.details(None) == AssignmentDetails(1, "wash", "wash promoter", "staff", True, ("health",))
    assert row.through_on == d("2026-12-31")


def test_a_first_day_for_all_is_used_where_the_row_has_none() -> None:
    row = parse_row(2, CELLS | {"from_on": ""}, WORDS, ImportChoices(default_from=d("2026-12-01")))
    assert isinstance(row, ParsedRow)
    assert row.from_on == d("2026-12-01")
    assert isinstance(
        parse_row(2, CELLS | {"from_on": "soon"}, WORDS, ImportChoices(default_from=d("2026-12-01"))), list
    ), "a day that cannot be read is no missing day"


PersonChange = tuple[list[PlannedPlacement], list[ParsedRow], list[str], list[int], list[tuple[str, str, str]]]
CASES: dict[str, PersonChange] = {
    "new": ([], [listed()], ["added"], [], [("wash", "2026-01-01", "")]),
    "the same": ([placement(1)], [listed()], ["unchanged"], [], []),
    "within a longer one": ([placement(1)], [listed(from_on="2026-03-01")], ["unchanged"], [], []),
    "ended": (
        [placement(1)], [listed(through="2026-05-31")], ["ended"], [1], [("wash", "2026-01-01", "2026-05-31")],
    ),
    "ended, under a later first day": (
        [placement(1)], [listed(from_on="2026-03-01", through="2026-05-31")], ["ended"], [1],
        [("wash", "2026-01-01", "2026-05-31")],
    ),
    "open again": (
        [placement(1, through="2026-05-31")], [listed()], ["ended"], [1], [("wash", "2026-01-01", "")],
    ),
    "end not said": (
        [placement(1, through="2026-05-31")], [listed(last_day_unchanged=True)], ["unchanged"], [], [],
    ),
    "moved": (
        [placement(1)], [listed(details=HEALTH, from_on="2026-06-01")], ["moved"], [1],
        [("health", "2026-06-01", ""), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "moved, keeping the last day": (
        [placement(1, through="2026-12-31")],
        [listed(details=HEALTH, from_on="2026-06-01", last_day_unchanged=True)], ["moved"], [1],
        [("health", "2026-06-01", "2026-12-31"), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "corrected from the first day": (
        [placement(1)], [listed(details=HEALTH)], ["moved"], [1], [("health", "2026-01-01", "")],
    ),
    "back after a gap": (
        [placement(1, through="2026-03-31")], [listed(from_on="2026-06-01")], ["added"], [],
        [("wash", "2026-06-01", "")],
    ),
    "into a later placement": (
        [placement(1, from_on="2026-06-01")], [listed(details=HEALTH)], ["rejected"], [], [],
    ),
    "two rows that follow each other": (
        [placement(1)],
        [listed(through="2026-05-31"), listed(3, HEALTH, "2026-06-01")],
        ["ended", "moved"], [1],
        [("health", "2026-06-01", ""), ("wash", "2026-01-01", "2026-05-31")],
    ),
    "somebody else's number": ([placement(1)], [listed(name="Basma Idris")], ["rejected"], [], []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_comes_of_a_person(case: PersonChange) -> None:
    present, rows, outcomes, taken, added = case
    plan = plan_person(rows, known(*present) if present else None)
    assert [plan.outcomes[row.number].outcome for row in rows] == outcomes
    assert list(plan.withdraw) == taken
    assert spans(plan) == sorted(added)


FOOD = AssignmentDetails(2, "food-security", "driver", "staff", False, ())
NOVEMBER = "2026-11-30"
SNAPSHOTS: dict[str, tuple[list[PlannedPlacement], ParsedRow, str, str, list[str], list[tuple[str, str, str]]]] = {
    "not answered yet": ([placement(1, FOOD)], listed(), "", "rejected", ["same_first_day"], []),
    "moved": (
        [placement(1, FOOD)], listed(), "moved", "moved", ["before_ends"],
        [("food-security", "2026-01-01", "2026-11-29"), ("wash", NOVEMBER, "")],
    ),
    "a mistake": (
        [placement(1, FOOD)], listed(), "correction", "moved", ["takes_place"], [("wash", "2026-01-01", "")],
    ),
    "the last day that is not said stays": (
        [placement(1, FOOD, through="2027-03-31")], listed(last_day_unchanged=True), "moved", "moved", ["before_ends"],
        [("food-security", "2026-01-01", "2026-11-29"), ("wash", NOVEMBER, "2027-03-31")],
    ),
    "moved before, and recorded": (
        [placement(1, FOOD, through="2026-05-31"), placement(2, from_on="2026-06-01")], listed(), "",
        "unchanged", ["recorded_since"], [],
    ),
    "moved before, and leaves": (
        [placement(1, FOOD, through="2026-05-31"), placement(2, from_on="2026-06-01")],
        listed(through="2026-12-31"), "", "ended", ["ends"], [("wash", "2026-06-01", "2026-12-31")],
    ),
    "moved before, and once more": (
        [placement(1, FOOD, through="2026-05-31"), placement(2, from_on="2026-06-01")],
        listed(details=HEALTH), "moved", "moved", ["before_ends"],
        [("health", NOVEMBER, ""), ("wash", "2026-06-01", "2026-11-29")],
    ),
    "moved back, in a list without last days": (
        [placement(1, FOOD, through="2026-05-31"), placement(2, from_on="2026-06-01")],
        listed(details=FOOD, last_day_unchanged=True), "", "rejected", ["same_first_day"], [],
    ),
    "moved back is no mistake from the beginning": (
        [placement(1, FOOD, through="2026-05-31"), placement(2, from_on="2026-06-01")],
        listed(details=FOOD, last_day_unchanged=True), "correction", "rejected", ["overlaps_recorded"], [],
    ),
    "joined before what is recorded": (
        [placement(1, from_on="2026-03-01")], listed(), "", "unchanged", ["recorded_since"], [],
    ),
    "left before": (
        [placement(1, FOOD, through="2026-10-31")], listed(last_day_unchanged=True), "moved", "rejected",
        ["left_before"], [],
    ),
    "about the past only": (
        [placement(1, FOOD, through="2026-03-31")], listed(through="2026-03-31"), "moved", "rejected",
        ["past_differs"], [],
    ),
    "another first day is a move of that day": (
        [placement(1, FOOD)], listed(from_on="2026-06-01"), "", "moved", ["before_ends"],
        [("food-security", "2026-01-01", "2026-05-31"), ("wash", "2026-06-01", "")],
    ),
    "what has not begun is no past": (
        [placement(1, FOOD, "2026-12-01")], listed(from_on="2026-12-01"), "", "moved", ["takes_place"],
        [("wash", "2026-12-01", "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SNAPSHOTS.values(), ids=SNAPSHOTS)
def test_a_list_of_today_rewrites_the_past_only_when_told_so(
    case: tuple[list[PlannedPlacement], ParsedRow, str, str, list[str], list[tuple[str, str, str]]],
) -> None:
    present, row, answer, outcome, codes, added = case
    choices = ImportChoices(listed_on=d(NOVEMBER), same_first_day=answer, moved_on=d(NOVEMBER))
    plan = plan_person([row], known(*present), choices)
    found = plan.outcomes[row.number]
    assert (found.outcome, [note["code"] for note in found.notes]) == (outcome, codes)
    assert spans(plan) == sorted(added)
    again = plan_person([row], known(*after(present, plan)), choices).outcomes[row.number]
    assert again.outcome == ("rejected" if outcome == "rejected" else "unchanged")


def test_what_the_list_does_not_say_stays() -> None:
    details = AssignmentDetails(1, "wash", "promoter", "volunteer", True, ("health",))
    row = listed(also_sectors=None, contract=None, works_with_children=None)
    assert plan_person([row], known(placement(1, details))).outcomes[2].outcome == "unchanged"
    moved = listed(details=HEALTH, from_on="2026-06-01", also_sectors=None, contract=None, works_with_children=None)
    new = next(
        each for each in plan_person([moved], known(placement(1, details))).add if each.details.sector == "health"
    )
    assert (new.details.contract, new.details.works_with_children, new.details.also_sectors) == ("volunteer", True, ())


def test_rows_of_one_number_against_each_other() -> None:
    assert find_conflicts([listed(2), listed(3)]) == {3: [{"code": "same_as_row", "row": 2}]}
    assert find_conflicts([listed(2), listed(3, HEALTH, "2026-06-01")]) == {
        2: [{"code": "overlaps_row", "row": 3}],
        3: [{"code": "overlaps_row", "row": 2}],
    }
    assert find_conflicts([listed(2, through="2026-05-31"), listed(3, HEALTH, "2026-06-01")]) == {}
    other = listed(3, from_on="2027-01-01", name="Basma Idris")
    assert find_conflicts([listed(2, through="2026-05-31"), other]) == {
        2: [{"code": "other_name_in_row", "row": 3}],
        3: [{"code": "other_name_in_row", "row": 2}],
    }
    many = find_conflicts([listed(number) for number in range(2, 50_000)])
    assert {notes[0]["code"] for notes in many.values()} == {"too_many_rows"}


def test_who_is_absent_leaves_also_a_later_placement() -> None:
    last = d("2026-11-30")
    plan = plan_absent([placement(1), placement(2, HEALTH, "2027-01-01")], last)
    assert plan is not None
    assert plan.withdraw == (1, 2)
    assert spans(plan) == [("wash", "2026-01-01", "2026-11-30")]
    assert plan_absent([placement(1, through="2026-11-30")], last) is None
    assert plan_absent([placement(1, through="2026-10-31")], last) is None
    assert plan_absent([placement(1, from_on="2026-12-01")], last) is None, "who starts later has not left"


def test_batches_hold_few_people() -> None:
    batches = assign_batches(f"W-{index}" for index in range(51))
    assert (batches["W-0"], batches["W-24"], batches["W-25"], batches["W-50"]) == (1, 1, 2, 3)


@pytest.mark.parametrize(
    ("done", "seconds", "following"),
    [
        (1, 0.04, 2),  # however quick it was, at most twice as many
        (4, 0.05, 8),
        (8, 0.01, 8),  # and never more than eight
        (8, 0.3, 8),
        (8, 0.6, 4),
        (2, 0.4, 1),
        (1, 5.0, 1),  # one is done however slow it is
        (3, 0.0, 6),
    ],
)
def test_the_next_transaction_has_as_many_batches_as_fit_its_time(done: int, seconds: float, following: int) -> None:
    assert batches_next(done, seconds) == following


def test_columns_are_guessed_by_heading_and_by_the_list_before() -> None:
    header = ["Matricule", "Nom", "Office", "CLUSTER", "Job_Title:", "Start date", "Remarks"]
    expected = {"staff_number": 0, "name": 1, "station": 2, "sector": 3, "role": 4, "from_on": 5}
    assert guess_columns(header, {}) == expected
    assert guess_columns(["Code", *header[1:]], {"staff_number": "code"}) == expected


days = st.integers(0, 30).map(lambda number: date(2026, 1, 1) + timedelta(days=number))
works = st.sampled_from([WASH, HEALTH, AssignmentDetails(1, "wash", "promoter", "volunteer", True, ("health",))])


@st.composite
def lives(draw: st.DrawFn) -> list[PlannedPlacement]:
    """Placements of one employment, which never share a day."""
    found: list[PlannedPlacement] = []
    start = draw(days)
    for number in range(draw(st.integers(0, 4))):
        if found and found[-1].through_on is None:
            break
        last = None if draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 6)))
        found.append(PlannedPlacement(number + 1, draw(works), start, last))
        if last:
            start = last + timedelta(days=draw(st.integers(1, 4)))
    return found


@st.composite
def lists(draw: st.DrawFn) -> list[ParsedRow]:
    """Rows of one staff number without conflicts in the list."""
    said = draw(st.booleans())
    keeps = draw(st.booleans())
    rows = []
    for number in range(2, 2 + draw(st.integers(1, 4))):
        details, start = draw(works), draw(days)
        last = None if keeps or draw(st.booleans()) else start + timedelta(days=draw(st.integers(0, 8)))
        row = listed(number, details, start.isoformat(), last.isoformat() if last else "", last_day_unchanged=keeps)
        rows.append(row if said else listed(
            number, details, start.isoformat(), last.isoformat() if last else "",
            last_day_unchanged=keeps, also_sectors=None, contract=None, works_with_children=None,
        ))  # fmt: skip
    against = find_conflicts(rows)
    return [row for row in rows if row.number not in against]


def after(present: list[PlannedPlacement], plan: PersonPlan) -> list[PlannedPlacement]:
    remaining = [each for each in present if each.id not in plan.withdraw]
    new = [
        PlannedPlacement(100 + index, each.details, each.from_on, each.through_on)
        for index, each in enumerate(plan.add)
    ]
    return sorted([*remaining, *new], key=lambda each: each.from_on)


@given(lives(), lists())
def test_placements_never_share_a_day_and_a_second_time_changes_nothing(
    present: list[PlannedPlacement], rows: list[ParsedRow]
) -> None:
    first = plan_person(rows, known(*present))
    state = after(present, first)
    for one, other in pairwise(state):
        assert one.through_on is not None
        assert one.through_on < other.from_on
    second = plan_person(rows, known(*state))
    assert (second.withdraw, second.add) == ((), ())
    for row in rows:
        was, now = first.outcomes[row.number].outcome, second.outcomes[row.number].outcome
        assert now == ("rejected" if was == "rejected" else "unchanged")


@given(lives(), lists())
def test_what_a_row_asks_for_is_true_afterwards(present: list[PlannedPlacement], rows: list[ParsedRow]) -> None:
    plan = plan_person(rows, known(*present))
    state = after(present, plan)
    for row in rows:
        if plan.outcomes[row.number].outcome == "rejected":
            continue
        there = [each for each in state if each.from_on <= row.from_on and (each.through_on or date.max) >= row.from_on]
        assert len(there) == 1
        assert row.fits(there[0].details)
        assert row.last_day_unchanged or there[0].through_on == row.through_on


def test_who_is_probably_recorded_already_is_found() -> None:
    recorded = {
        "000731": KnownEmployee(1, 1, "Leila Haddad", (), "000731"),
        "d9": KnownEmployee(2, 2, "Omar Saïd", (), "D-9"),
    }
    new = [("731", "Leila Haddad"), ("x1", "OMAR SAID"), ("x2", "Somebody Else")]
    assert dict(find_likely_people(new, recorded)) == {
        "731": {"code": "likely_number", "text": "000731"},
        "x1": {"code": "likely_name", "text": "D-9"},
    }


def test_who_moved_did_so_after_the_first_day() -> None:
    for moved_on, outcome in (("2026-01-01", "rejected"), ("2026-01-02", "moved"), ("2026-12-15", "moved")):
        choices = ImportChoices(listed_on=d(NOVEMBER), same_first_day="moved", moved_on=d(moved_on))
        plan = plan_person([listed()], known(placement(1, FOOD)), choices)
        assert plan.outcomes[2].outcome == outcome
        state = after([placement(1, FOOD)], plan)
        assert state[-1].from_on == d(moved_on)
        assert plan_person([listed()], known(*state), choices).outcomes[2].outcome in ("unchanged", "rejected")


@given(lives(), lists(), days)
def test_law_moving_on_the_day_of_the_list_changes_no_day_before_it(
    present: list[PlannedPlacement], rows: list[ParsedRow], listed_on: date
) -> None:
    """Rows that begin within what is recorded or end before the list say themselves which past day they change."""
    rows = [row for row in rows if row.through_on is None and any(row.from_on == each.from_on for each in present)][:1]
    plan = plan_person(
        rows, known(*present), ImportChoices(listed_on=listed_on, same_first_day="moved", moved_on=listed_on)
    )
    ended = any(outcome.notes and outcome.notes[0]["code"] == "open_again" for outcome in plan.outcomes.values())
    for number in range(0 if ended else (listed_on - date(2026, 1, 1)).days):
        day = date(2026, 1, 1) + timedelta(days=number)
        was, now = (
            [each.details for each in state if each.overlaps(day, day)] for state in (present, after(present, plan))
        )
        assert was == now, day
