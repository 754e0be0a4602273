"""The data file: what the generator writes, for whichever day it is loaded, and possible."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from lms.demo.acts import DATA_FILE, Act, ChangeJob, Join, Learn, Leave, Outcome, Read, Require, TakeQuiz, read_acts
from lms.demo.answers import answers
from tools.demonstration.__main__ import lines, read_courses
from tools.demonstration.data_file import write_acts
from tools.demonstration.days import Calendar
from tools.demonstration.generate import ANCHOR, PEOPLE, generate_acts
from tools.demonstration.names import address_of, generate_names
from tools.demonstration.settings import ADDED_SINCE, COURSES, EMPLOYERS, SECTORS, VOLUNTARY

FILE = DATA_FILE.read_text(encoding="utf-8").splitlines()
FACTS = read_courses()
ANCHORS = (ANCHOR, date(2027, 3, 1), date(2028, 2, 29))

Acts = list[Act]


@pytest.fixture(params=ANCHORS, ids=str, scope="module")
def anchor(request: pytest.FixtureRequest) -> date:
    return request.param


@pytest.fixture(scope="module")
def acts(anchor: date) -> Acts:
    return list(read_acts(FILE, anchor))


def test_the_file_is_what_the_generator_writes() -> None:
    assert list(lines()) == FILE, "run `make demonstration`: the courses or the generator have changed"


def test_the_same_seed_generates_the_same_and_another_seed_another() -> None:
    assert generate_acts(ANCHOR, FACTS) == generate_acts(ANCHOR, FACTS)
    assert generate_acts(ANCHOR, FACTS, seed=7) != generate_acts(ANCHOR, FACTS)


def test_what_is_read_is_written_the_same_for_every_day(anchor: date, acts: Acts) -> None:
    assert list(write_acts(acts, anchor)) == FILE


def test_everything_happens_in_order_and_before_the_day_itself(anchor: date, acts: Acts) -> None:
    moments = [act.at for act in acts]
    assert moments == sorted(moments)
    assert Calendar(anchor).begins_on <= moments[0].date()
    assert moments[-1].date() < anchor


def test_so_many_people_in_so_many_organisations_and_sectors(acts: Acts) -> None:
    joins = [act for act in acts if isinstance(act, Join)]
    people = [join for join in joins if join.identity is not None]
    assert len(people) == PEOPLE == 600
    assert Counter(join.organisation for join in people) == {e.slug: e.people for e in EMPLOYERS}
    assert {join.job.sector for join in joins} == {sector.slug for sector in SECTORS}
    assert len(joins) > PEOPLE, "somebody works for two organisations"
    assert len({join.staff_number for join in joins}) == len(joins)
    names = [join.identity.name for join in people if join.identity]
    assert len(set(names)) == PEOPLE
    assert any("'" in name for name in names)
    assert any("\u0600" <= name[0] <= "\u06ff" for name in names)
    addresses = [join.identity.email for join in people if join.identity and join.identity.email]
    assert len(set(addresses)) == len(addresses)
    assert len(addresses) < PEOPLE


def test_the_diligent_learn_what_is_not_required_of_them(acts: Acts) -> None:
    required = {act.course for act in acts if isinstance(act, Require)}
    assert required == set(COURSES) and not required & set(VOLUNTARY)
    read = Counter(act.course for act in acts if isinstance(act, Read) and act.course in VOLUNTARY)
    passed = Counter(act.course for act in acts if isinstance(act, TakeQuiz) and act.course in VOLUNTARY)
    for course in VOLUNTARY:
        assert 10 < passed[course] < read[course] < PEOPLE // 5
    readers = {(act.person, act.course) for act in acts if isinstance(act, Read)}
    assert all((act.person, act.course) in readers for act in acts if isinstance(act, TakeQuiz))


def test_people_come_and_go_all_the_time(acts: Acts) -> None:
    months = Counter(act.at.strftime("%Y-%m") for act in acts if isinstance(act, Join))
    assert len(months) >= 18
    assert min(sorted(months.values())[1:]) >= 3
    assert sum(isinstance(act, Leave) for act in acts) > 50


def test_nobody_takes_a_quiz_before_reading_nor_in_a_pause(acts: Acts) -> None:
    read: Counter[tuple[int, str, str | None]] = Counter()
    failed: defaultdict[tuple[int, str, str | None], list[TakeQuiz]] = defaultdict(list)
    for act in acts:
        if isinstance(act, Read):
            assert list(act.moments) == sorted(act.moments)
            assert act.at == act.moments[-1]
            read[act.person, act.course, act.sector] += len(act.moments)
        elif isinstance(act, TakeQuiz):
            key = act.person, act.course, act.sector
            assert read[key] >= FACTS[act.course].modules, act
            if len(failed[key]) >= 2:
                assert act.at - failed[key][-1].at > timedelta(hours=24, minutes=30), act
            failed[key] = [] if act.outcome is Outcome.PASSED else [*failed[key], act]
    assert max(read.values()) == 6
    assert max(count for (_, course, _), count in read.items() if course == "sector-briefs") == 1
    assert any(count < FACTS[course].modules for (_, course, _), count in read.items()), "some stop half-way"


def test_only_briefs_are_learned_sector_by_sector_and_movers_learn_the_new_one(acts: Acts) -> None:
    learned = [act for act in acts if isinstance(act, Learn)]
    assert {bool(act.sector) for act in learned if act.course == "sector-briefs"} == {True}
    assert {act.sector for act in learned if act.course != "sector-briefs"} == {None}
    briefs: defaultdict[int, set[str]] = defaultdict(set)
    for act in learned:
        if act.sector:
            briefs[act.person].add(act.sector)
    moved = {act.person: act.job.sector for act in acts if isinstance(act, ChangeJob)}
    assert any(len(briefs[person]) == 2 and sector in briefs[person] for person, sector in moved.items())


def test_courses_that_came_later_are_learned_once_they_are_required(anchor: date, acts: Acts) -> None:
    calendar = Calendar(anchor)
    for course in ADDED_SINCE:
        first = min(act.at for act in acts if isinstance(act, Learn) and act.course == course)
        (decided, *_) = (act for act in acts if isinstance(act, Require) and act.course == course)
        assert decided.at < first
        assert calendar.required_since(course) <= first.date()


class AnsweredQuestion:
    """A question as far as answers need it."""

    def __init__(self, number: int, red_line: bool) -> None:
        self.question_revision_id = number
        self.slug, self.kind, self.objective = f"q{number}", "single", "o"
        self.red_line, self.sectors = red_line, ()
        self.body = {"options": [{"id": "a", "correct": True}, {"id": "b"}]}


@pytest.mark.parametrize(
    ("outcome", "slips", "pass_mark", "wrong_plain", "wrong_red"),
    [
        (Outcome.PASSED, 0, 80, 0, 0),
        (Outcome.PASSED, 2, 80, 2, 0),
        (Outcome.PASSED, 9, 80, 2, 0),
        (Outcome.PASSED, 2, 95, 0, 0),
        (Outcome.RED_LINE, 3, 80, 0, 1),
        (Outcome.FAILED, 3, 80, 4, 0),
        (Outcome.FAILED, 3, 50, 7, 0),
        (Outcome.FAILED, 12, 80, 9, 3),
    ],
)
def test_people_answer_so_that_the_quiz_ends_as_it_should(
    outcome: Outcome, slips: int, pass_mark: int, wrong_plain: int, wrong_red: int
) -> None:
    given = answers([AnsweredQuestion(number, number < 3) for number in range(12)], outcome, slips, pass_mark)
    wrong = [number for number, response in enumerate(given) if response != "a"]
    assert sum(number >= 3 for number in wrong) == wrong_plain
    assert sum(number < 3 for number in wrong) == wrong_red


def test_names_are_never_the_same_twice_and_addresses_neither() -> None:
    names = generate_names(Random(1))
    first = [next(names) for _ in range(1000)]
    assert len(set(first)) == 1000
    taken: set[str] = set()
    assert address_of("Sofía Núñez", "x.example", taken) == "sofia.nunez@x.example"
    assert address_of("Sofia Nunez", "x.example", taken) == "sofia.nunez2@x.example"
    assert address_of("Aoife O'Connor", "x.example", taken) == "aoife.oconnor@x.example"
    assert address_of("نور القاسم", "x.example", taken) is None
