"""The story itself: plain data, the same for the same day, and possible."""

from collections import Counter, defaultdict
from datetime import date, timedelta
from random import Random

import pytest

from lms.certification.awards.rules import parse_period
from lms.demo.acts import Demand, Join, Learning, Leave, Move, Outcome, Quiz, Read, Story
from lms.demo.answers import answers
from lms.demo.days import Calendar
from lms.demo.diligence import Shape
from lms.demo.names import address_of, invent_names
from lms.demo.places import ADDED_SINCE, COURSES, EMPLOYERS, FIELDS, VOLUNTARY
from lms.demo.story import PEOPLE, tell

SHAPES = {course: Shape(6, parse_period("P2Y")) for course in (*COURSES, *VOLUNTARY)} | {
    "child-safeguarding": Shape(6, parse_period("P1Y")),
    "sector-briefs": Shape(1, parse_period("P2Y")),
}
ANCHORS = (date(2026, 11, 22), date(2027, 3, 1), date(2028, 2, 29))


@pytest.fixture(params=ANCHORS, ids=str, scope="module")
def story(request: pytest.FixtureRequest) -> Story:
    return tell(request.param, SHAPES)


def test_the_same_day_tells_the_same_story_and_another_seed_another(story: Story) -> None:
    assert tell(story.anchor, SHAPES) == story
    assert tell(story.anchor, SHAPES, seed=7) != story


def test_everything_happens_in_order_and_before_the_day_itself(story: Story) -> None:
    moments = [act.at for act in story.acts]
    assert moments == sorted(moments)
    assert Calendar(story.anchor).begins_on <= moments[0].date()
    assert moments[-1].date() < story.anchor


def test_so_many_people_in_so_many_organisations_and_sectors(story: Story) -> None:
    joins = [act for act in story.acts if isinstance(act, Join)]
    newcomers = [join for join in joins if join.identity is not None]
    assert len(newcomers) == PEOPLE == 600
    assert Counter(join.organisation for join in newcomers) == {e.slug: e.people for e in EMPLOYERS}
    assert {join.job.sector for join in joins} == {field.slug for field in FIELDS}
    assert len(joins) > PEOPLE, "somebody works for two organisations"
    assert len({join.staff_number for join in joins}) == len(joins)
    names = [join.identity.name for join in newcomers if join.identity]
    assert len(set(names)) == PEOPLE
    assert any("'" in name for name in names)
    assert any("\u0600" <= name[0] <= "\u06ff" for name in names)
    addresses = [join.identity.email for join in newcomers if join.identity and join.identity.email]
    assert len(set(addresses)) == len(addresses)
    assert len(addresses) < PEOPLE


def test_the_diligent_learn_what_nobody_asks_of_them(story: Story) -> None:
    asked = {act.course for act in story.acts if isinstance(act, Demand)}
    assert asked == set(COURSES) and not asked & set(VOLUNTARY)
    read = Counter(act.course for act in story.acts if isinstance(act, Read) and act.course in VOLUNTARY)
    passed = Counter(act.course for act in story.acts if isinstance(act, Quiz) and act.course in VOLUNTARY)
    for course in VOLUNTARY:
        assert 10 < passed[course] < read[course] < PEOPLE // 5
    readers = {(act.person, act.course) for act in story.acts if isinstance(act, Read)}
    assert all((act.person, act.course) in readers for act in story.acts if isinstance(act, Quiz))


def test_people_come_and_go_all_the_time(story: Story) -> None:
    months = Counter(act.at.strftime("%Y-%m") for act in story.acts if isinstance(act, Join))
    assert len(months) >= 18
    assert min(sorted(months.values())[1:]) >= 3
    assert sum(isinstance(act, Leave) for act in story.acts) > 50


def test_nobody_takes_a_quiz_before_reading_nor_in_a_pause(story: Story) -> None:
    read: Counter[tuple[int, str, str]] = Counter()
    failed: defaultdict[tuple[int, str, str], list[Quiz]] = defaultdict(list)
    for act in story.acts:
        if isinstance(act, Read):
            assert list(act.moments) == sorted(act.moments)
            assert act.at == act.moments[-1]
            read[act.person, act.course, act.sector] += len(act.moments)
        elif isinstance(act, Quiz):
            key = act.person, act.course, act.sector
            assert read[key] >= SHAPES[act.course].modules, act
            if len(failed[key]) >= 2:
                assert act.at - failed[key][-1].at > timedelta(hours=24, minutes=30), act
            failed[key] = [] if act.outcome is Outcome.PASSED else [*failed[key], act]
    assert max(read.values()) == 6
    assert max(count for (_, course, _), count in read.items() if course == "sector-briefs") == 1
    assert any(count < SHAPES[course].modules for (_, course, _), count in read.items()), "some stop half-way"


def test_only_briefs_are_learned_sector_by_sector_and_movers_learn_the_new_one(story: Story) -> None:
    learned = [act for act in story.acts if isinstance(act, Learning)]
    assert {bool(act.sector) for act in learned if act.course == "sector-briefs"} == {True}
    assert {act.sector for act in learned if act.course != "sector-briefs"} == {""}
    briefs: defaultdict[int, set[str]] = defaultdict(set)
    for act in learned:
        if act.sector:
            briefs[act.person].add(act.sector)
    moved = {act.person: act.job.sector for act in story.acts if isinstance(act, Move)}
    assert any(len(briefs[person]) == 2 and sector in briefs[person] for person, sector in moved.items())


def test_courses_that_came_later_are_learned_once_they_are_required(story: Story) -> None:
    calendar = Calendar(story.anchor)
    for course in ADDED_SINCE:
        first = min(act.at for act in story.acts if isinstance(act, Learning) and act.course == course)
        (decided, *_) = (act for act in story.acts if isinstance(act, Demand) and act.course == course)
        assert decided.at < first
        assert calendar.required_since(course) <= first.date()


class Asked:
    """A question as far as answers need it."""

    def __init__(self, number: int, red_line: bool) -> None:
        self.question_revision_id = number
        self.slug, self.kind, self.objective = f"q{number}", "single", "o"
        self.red_line, self.sectors = red_line, ()
        self.body = {"options": [{"id": "a", "correct": True}, {"id": "b"}]}


@pytest.mark.parametrize(
    ("outcome", "slips", "wrong_plain", "wrong_red"),
    [
        (Outcome.PASSED, 0, 0, 0),
        (Outcome.PASSED, 2, 2, 0),
        (Outcome.PASSED, 9, 2, 0),
        (Outcome.RED_LINE, 3, 0, 1),
        (Outcome.FAILED, 3, 4, 0),
        (Outcome.FAILED, 12, 9, 3),
    ],
)
def test_people_answer_as_the_story_wants(
    outcome: Outcome, slips: int, wrong_plain: int, wrong_red: int
) -> None:
    questions = {number: Asked(number, number < 3) for number in range(12)}
    drawn = [{"question": number} for number in questions]
    given = answers(drawn, questions, outcome, slips)
    wrong = [number for number, response in given.items() if response != "a"]
    assert sum(number >= 3 for number in wrong) == wrong_plain
    assert sum(number < 3 for number in wrong) == wrong_red


def test_names_are_never_the_same_twice_and_addresses_neither() -> None:
    names = invent_names(Random(1))
    told = [next(names) for _ in range(1000)]
    assert len(set(told)) == 1000
    taken: set[str] = set()
    assert address_of("Sofía Núñez", "x.example", taken) == "sofia.nunez@x.example"
    assert address_of("Sofia Nunez", "x.example", taken) == "sofia.nunez2@x.example"
    assert address_of("Aoife O'Connor", "x.example", taken) == "aoife.oconnor@x.example"
    assert address_of("نور القاسم", "x.example", taken) is None
