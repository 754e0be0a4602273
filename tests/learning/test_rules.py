"""Which edition somebody is on and what comes next, as tables of facts."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.catalogue.api import PublishedModule
from lms.learning import rules
from lms.learning.rules import LearningFact, NextStep

DAY = datetime(2026, 3, 1, 8, tzinfo=UTC)
OLD, NEW = 1, 2


def at(hours: float) -> datetime:
    return DAY + timedelta(hours=hours)


def completed(module: int, edition: int, hours: float, sector: str | None = None) -> LearningFact:
    return LearningFact("completion", module, edition, sector, at(hours))


def attempted(
    edition: int, hours: float, *, passed: bool | None = None, number: int = 7, sector: str | None = None
) -> LearningFact:
    until = None if passed is None else at(hours + 0.5)
    return LearningFact("attempt", number, edition, sector, at(hours), until, passed, None if passed is None else 50)


def switched(edition: int, hours: float) -> LearningFact:
    return LearningFact("switch", 1, edition, None, at(hours))


MODULES = [PublishedModule(number, number, f"module-{number}", "en", "", 5, None, ()) for number in (1, 2)]
ALL_OLD = (completed(1, OLD, 0), completed(2, OLD, 1))


@pytest.mark.parametrize(
    ("record", "edition", "step"),
    [
        ([], NEW, NextStep.START),
        # Pinned by the first completion, until they pass or start again.
        ([completed(1, OLD, 0)], OLD, NextStep.CONTINUE),
        ([*ALL_OLD], OLD, NextStep.QUIZ),
        ([*ALL_OLD, attempted(OLD, 2)], OLD, NextStep.ATTEMPT),
        ([*ALL_OLD, attempted(OLD, 2, passed=False)], OLD, NextStep.QUIZ),
        # Started again: everything is to be done anew, an attempt of the old edition is not gone on with.
        ([*ALL_OLD, switched(NEW, 3)], NEW, NextStep.START),
        ([*ALL_OLD, attempted(OLD, 2), switched(NEW, 3)], NEW, NextStep.START),
        ([*ALL_OLD, completed(1, NEW, 4), switched(NEW, 3)], NEW, NextStep.CONTINUE),
        # Passed: the next time is the current edition's.
        ([*ALL_OLD, attempted(OLD, 2, passed=True)], NEW, NextStep.PASSED),
        ([*ALL_OLD, completed(1, NEW, 9), attempted(OLD, 2, passed=True)], NEW, NextStep.CONTINUE),
        # Starting again before passing does not bind after it.
        ([*ALL_OLD, attempted(OLD, 5, passed=True), switched(OLD, 3)], NEW, NextStep.PASSED),
        # A renewal that failed stays on the edition it was begun on.
        ([*ALL_OLD, attempted(OLD, 2, passed=True), attempted(OLD, 900, passed=False, number=8)], OLD, NextStep.QUIZ),
    ],
)
def test_edition_and_next_step(record: list[LearningFact], edition: int, step: NextStep) -> None:
    progress = rules.progress_in(record, NEW)
    assert (progress.edition_id, rules.next_step(MODULES, progress)) == (edition, step)


def test_renewal_on_the_same_edition_needs_the_quiz_only() -> None:
    record = [*ALL_OLD, attempted(OLD, 2, passed=True)]
    progress = rules.progress_in(record, OLD)
    assert rules.next_step(MODULES, progress) == NextStep.PASSED
    assert rules.missing(MODULES, progress.completed_at) == []


def test_a_course_without_modules_for_a_sector_is_never_ready_for_the_quiz() -> None:
    assert rules.next_step([], rules.progress_in([], NEW)) == NextStep.START


def test_sectors_are_apart() -> None:
    record = [completed(1, OLD, 0, "wash"), completed(2, OLD, 1, "health"), attempted(OLD, 2, sector="wash")]
    wash, health = (
        rules.progress_in([fact for fact in record if fact.sector == sector], NEW) for sector in ("wash", "health")
    )
    assert set(wash.completed_at) == {1} and wash.open_attempt_id == 7
    assert set(health.completed_at) == {2} and health.open_attempt_id is None


HOURS = st.integers(0, 100).map(float)
FACTS = st.lists(
    st.one_of(
        st.builds(completed, st.integers(1, 2), st.integers(1, 3), HOURS),
        st.builds(attempted, st.integers(1, 3), HOURS, passed=st.sampled_from([None, True, False])),
        st.builds(switched, st.integers(1, 3), HOURS),
    ),
    max_size=8,
)


@given(FACTS, st.integers(1, 3))
def test_laws(facts: list[LearningFact], current: int) -> None:
    progress = rules.progress_in(facts, current)
    # Nobody is put on an edition that is neither published now nor their own.
    assert progress.edition_id in {current, *(fact.edition_id for fact in facts)}
    assert set(progress.completed_at) <= {fact.id for fact in facts if fact.kind == "completion"}
    assert (progress.passed is None) == (not any(fact.passed for fact in facts))
    step = rules.next_step(MODULES, progress)
    assert (step == NextStep.ATTEMPT) == (progress.open_attempt_id is not None)
    if step == NextStep.PASSED:
        assert progress.edition_id == current


@pytest.mark.parametrize(
    ("named", "since", "edition", "changed"),
    [
        ({4: [1]}, 3, 4, [1]),
        # What several editions changed, in the order of the modules.
        ({4: [3], 5: [1, 3]}, 3, 5, [1, 3]),
        ({3: [2], 4: [3]}, 3, 4, [3]),
        # Not said of one edition between, or of none.
        ({5: [1]}, 3, 5, None),
        ({}, 3, 4, None),
        # Nothing of theirs, everything, and nothing since.
        ({4: [9]}, 3, 4, None),
        ({4: [1, 2, 3]}, 3, 4, None),
        ({4: [1]}, 4, 4, None),
        ({4: [1]}, 5, 4, None),
    ],
)
def test_what_changed_since_an_edition(
    named: dict[int, list[int]], since: int, edition: int, changed: list[int] | None
) -> None:
    modules = [PublishedModule(number, number, f"module-{number}", "en", "", 5, None, ()) for number in (1, 2, 3)]
    changes = [{"edition": at, "modules": [f"module-{number}" for number in some]} for at, some in named.items()]
    found = rules.changed_modules(modules, changes, since, edition)
    assert (found and [module.module_id for module in found]) == changed
