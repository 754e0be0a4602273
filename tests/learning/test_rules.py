"""Which edition somebody is on and what comes next, as tables of facts."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.learning import rules
from lms.learning.rules import Began, Done, NextStep, Record, Tried

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
OLD, NEW = 1, 2


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def done(module: int, edition: int, hours: float, sector: str | None = None) -> Done:
    return Done(module, edition, sector, at(hours))


def tried(
    edition: int, hours: float, *, passed: bool | None = None, number: int = 7, sector: str | None = None
) -> Tried:
    until = None if passed is None else at(hours + 0.5)
    return Tried(number, edition, sector, at(hours), until, passed, None if passed is None else 50)


def began(edition: int, hours: float) -> Began:
    return Began(edition, None, at(hours))


@dataclass(frozen=True)
class Module:
    module_id: int


MODULES = [Module(1), Module(2)]
ALL_OLD = (done(1, OLD, 0), done(2, OLD, 1))


@pytest.mark.parametrize(
    ("record", "edition", "step"),
    [
        (Record(), NEW, NextStep.START),
        # Pinned by the first completion, until they pass or start again.
        (Record(done=(done(1, OLD, 0),)), OLD, NextStep.CONTINUE),
        (Record(done=ALL_OLD), OLD, NextStep.QUIZ),
        (Record(done=ALL_OLD, tried=(tried(OLD, 2),)), OLD, NextStep.ATTEMPT),
        (Record(done=ALL_OLD, tried=(tried(OLD, 2, passed=False),)), OLD, NextStep.QUIZ),
        # Started again: everything is to be done anew, an attempt of the old edition is not gone on with.
        (Record(done=ALL_OLD, began=(began(NEW, 3),)), NEW, NextStep.START),
        (Record(done=ALL_OLD, tried=(tried(OLD, 2),), began=(began(NEW, 3),)), NEW, NextStep.START),
        (Record(done=(*ALL_OLD, done(1, NEW, 4)), began=(began(NEW, 3),)), NEW, NextStep.CONTINUE),
        # Passed: the next time is the current edition's.
        (Record(done=ALL_OLD, tried=(tried(OLD, 2, passed=True),)), NEW, NextStep.PASSED),
        (
            Record(done=(*ALL_OLD, done(1, NEW, 9)), tried=(tried(OLD, 2, passed=True),)),
            NEW,
            NextStep.CONTINUE,
        ),
        # Starting again before passing does not bind after it.
        (
            Record(done=ALL_OLD, tried=(tried(OLD, 5, passed=True),), began=(began(OLD, 3),)),
            NEW,
            NextStep.PASSED,
        ),
        # A renewal that failed stays on the edition it was begun on.
        (
            Record(done=ALL_OLD, tried=(tried(OLD, 2, passed=True), tried(OLD, 900, passed=False, number=8))),
            OLD,
            NextStep.QUIZ,
        ),
    ],
)
def test_edition_and_next_step(record: Record, edition: int, step: NextStep) -> None:
    progress = rules.progress_in(record, NEW)
    assert (progress.edition_id, rules.next_step(MODULES, progress)) == (edition, step)


def test_renewal_on_the_same_edition_needs_the_quiz_only() -> None:
    record = Record(done=ALL_OLD, tried=(tried(OLD, 2, passed=True),))
    progress = rules.progress_in(record, OLD)
    assert rules.next_step(MODULES, progress) == NextStep.PASSED
    assert rules.missing(MODULES, progress.done) == []


def test_a_course_without_modules_for_a_sector_is_never_ready_for_the_quiz() -> None:
    assert rules.next_step([], rules.progress_in(Record(), NEW)) == NextStep.START


def test_sectors_are_apart() -> None:
    record = Record(
        done=(done(1, OLD, 0, "wash"), done(2, OLD, 1, "health")), tried=(tried(OLD, 2, sector="wash"),)
    )
    wash, health = (rules.progress_in(record.of_sector(sector), NEW) for sector in ("wash", "health"))
    assert set(wash.done) == {1} and wash.open_attempt_id == 7
    assert set(health.done) == {2} and health.open_attempt_id is None


HOURS = st.integers(0, 100).map(float)
FACTS = st.lists(
    st.one_of(
        st.builds(done, st.integers(1, 2), st.integers(1, 3), HOURS),
        st.builds(tried, st.integers(1, 3), HOURS, passed=st.sampled_from([None, True, False])),
        st.builds(began, st.integers(1, 3), HOURS),
    ),
    max_size=8,
)


@given(FACTS, st.integers(1, 3))
def test_laws(facts: list[Done | Tried | Began], current: int) -> None:
    record = Record(
        tuple(fact for fact in facts if isinstance(fact, Done)),
        tuple(fact for fact in facts if isinstance(fact, Tried)),
        tuple(fact for fact in facts if isinstance(fact, Began)),
    )
    progress = rules.progress_in(record, current)
    # Nobody is put on an edition that is neither published now nor their own.
    assert progress.edition_id in {current, *(fact.edition_id for fact in facts)}
    assert set(progress.done) <= {fact.module_id for fact in record.done}
    assert (progress.passed is None) == (not any(fact.passed for fact in record.tried))
    step = rules.next_step(MODULES, progress)
    assert (step == NextStep.ATTEMPT) == (progress.open_attempt_id is not None)
    if step == NextStep.PASSED:
        assert progress.edition_id == current
