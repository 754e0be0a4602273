"""Lists and awards built in bulk: what everybody gets is what they would have got alone."""

from datetime import UTC, date, datetime
from random import Random

import pytest
from flask import Flask

from lms.catalogue.api import PublishedCourse
from lms.certification.awards import operations, queries
from lms.certification.awards.snapshot import EarnedAward, build_awards
from lms.certification.events import awards_changed
from lms.certification.models import Award, AwardName
from lms.kernel import base32, clock, rng
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from tests.certification.world import ISSUER, course, earned
from tests.factories import people as factory

DAY = date(2026, 3, 5)


@pytest.fixture
def group(app_context: Flask) -> list[int]:
    """Three people: two placed, one of them moved on that day, and one who works nowhere yet."""
    factory.sectors()
    here, there = factory.organisation(), factory.organisation("lantern-aid", name="Lantern Aid")
    place = factory.station(time_zone="Asia/Amman")
    amina, omar, lone = (factory.person(name) for name in ("Amina Yusuf", "عمر حداد", "Lone Wolf"))
    factory.placed(factory.employed(amina, here, "W-1"), place, "wash", date(2026, 1, 1))
    omars = factory.employed(omar, there, "L-1")
    factory.placed(omars, place, "health", date(2026, 1, 1), date(2026, 3, 4))
    factory.placed(omars, place, "nutrition", DAY)
    return [amina.id, omar.id, lone.id]


def listed(group: list[int], of: PublishedCourse, day: date = DAY) -> list[Award]:
    earnings = [
        EarnedAward(person_id, of, None, "session", clock.now(), day, evidence="Attendance list 3")
        for person_id in group
    ]
    return operations.issue_list(SYSTEM, earnings, ISSUER)


def words(award: Award) -> dict[str, object]:
    left_out = {"id", "serial", "course_id", "edition_id", "course_revision_id", "recorded_at"}
    return {c.key: getattr(award, c.key) for c in Award.__table__.columns if c.key not in left_out}


def test_it_freezes_what_a_single_award_would(group: list[int]) -> None:
    made = listed(group, course())
    other = course("safe-referral")
    for award in made:
        earning = EarnedAward(award.person_id, other, None, "session", clock.now(), DAY, evidence="Attendance list 3")
        alone = operations.issue(SYSTEM, earning, ISSUER)
        assert words(award) == words(alone)
    assert [award.person_id for award in made] == group
    assert [award.printed["sector_slug"] for award in made] == ["wash", "nutrition", ""]
    assert [award.printed["organisation"] for award in made] == ["Rivers Relief", "Lantern Aid", ""]
    names = {award.id: session.get_one(AwardName, award.id).name for award in made}
    assert list(names.values()) == ["Amina Yusuf", "عمر حداد", "Lone Wolf"]


def test_who_had_the_course_before_renews_it(group: list[int]) -> None:
    of = course(renewal="P60D")
    holder = queries.lock_person(group[0])
    assert holder is not None
    earned(holder, of, "2025-04-01")
    renewed, first, _ = listed(group, of)
    assert renewed.valid_until == date(2027, 3, 31)
    assert renewed.date_inputs["old_until"] == "2026-03-31"
    assert first.valid_until == date(2027, 3, 4)


@pytest.mark.parametrize("on", [DAY, None], ids=["on a day", "by a quiz around midnight"])
@pytest.mark.parametrize("before", [True, False], ids=["renewed", "first"])
def test_awards_built_in_bulk_say_what_single_ones_would(group: list[int], on: date | None, before: bool) -> None:
    # Midnight in Amman has passed, in UTC it has not: the second of the group has moved by then.
    of, at = course(renewal="P60D"), datetime(2026, 3, 4, 22, 30, tzinfo=UTC)
    for person_id in group if before else ():
        holder = queries.lock_person(person_id)
        assert holder is not None
        earned(holder, of, "2025-04-01")
    how = "quiz" if on is None else "session"
    built = build_awards(
        [EarnedAward(person_id, of, None, how, at, on, had_before=before) for person_id in group], ISSUER
    )
    for award in built:
        alone = operations.issue(SYSTEM, EarnedAward(award.person_id, of, None, how, at, on), ISSUER)
        assert words(award) | {"evidence": "", "recorded_by": None} == words(alone)
        assert (award.date_inputs["old_award"] is not None) is before
    assert {award.earned_on for award in built[:2]} == {DAY}
    assert len({award.serial for award in built}) == 3


def test_it_is_announced_once(group: list[int]) -> None:
    announced: list[set[int]] = []

    def hear(_sender: object, *, awards: set[int], persons: set[int]) -> None:
        announced.append(set(awards))

    with awards_changed.connected_to(hear):
        made = listed(group, course())
    assert announced == [{award.id for award in made}]


class Repeating(Random):
    """Draws a serial that is there already, and then by chance."""

    def __init__(self, serial: str) -> None:
        super().__init__(1)
        self.first: int | None = sum(
            base32.ALPHABET.index(sign) << 5 * place for place, sign in enumerate(serial[11::-1])
        )

    def randrange(self, limit: int) -> int:  # type: ignore[override]
        number, self.first = self.first, None
        return super().randrange(limit) if number is None else number


def test_a_serial_that_is_taken_is_drawn_again(group: list[int]) -> None:
    (taken,) = listed(group[:1], course("safe-referral"))
    with rng.using(Repeating(taken.serial)):
        made = listed(group, course())
    assert len({taken.serial, *(award.serial for award in made)}) == 4
    assert all(queries.find_award(award.serial) for award in made)


@pytest.mark.parametrize("fault", ["twice", "unknown", "future", "per-sector"])
def test_it_refuses_a_list_that_cannot_be(group: list[int], fault: str) -> None:
    of = course(per_sector=fault == "per-sector")
    people = group + {"twice": group[:1], "unknown": [10**6]}.get(fault, [])
    day = date(2100, 1, 1) if fault == "future" else DAY
    with pytest.raises(Invalid):
        listed(people, of, day)
    assert session.query(Award).count() == 0


def test_an_empty_list_is_no_work(app_context: Flask) -> None:
    assert listed([], course()) == []
