"""The plan: a pure diff, and what it refuses within an edition."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.plan import PublishedCourseState, PublishedState, make_plan
from lms.catalogue.source.target_state import TargetCourse, TargetPart, TargetState, target_state
from tests.catalogue.course_files import CourseFiles

RULES: dict[str, Any] = {"per_sector": False, "pass_mark": 80, "draw": 3, "tries": 2, "pause": "PT24H"}


def question(key: str) -> dict[str, Any]:
    """Makes the columns of a question that decide what is right."""
    return {"kind": key, "red_line": False, "body": {}}


def course(
    slug: str = "boats",
    *,
    edition: int = 1,
    modules: dict[str, str] | None = None,
    questions: dict[str, str] | None = None,
    rules: dict[str, Any] | None = None,
    words: str = "Boats",
) -> TargetCourse:
    """Makes a course from slugs and digests; the first letter of a question's digest is its key."""
    modules = {"quay": "m1", "board": "m2"} if modules is None else modules
    questions = {"full": "k1", "many": "k2"} if questions is None else questions
    parts = tuple(TargetPart(name, "en", digest, dict) for name, digest in modules.items())
    bank = tuple(TargetPart(name, "en", digest, partial(question, digest[:1])) for name, digest in questions.items())
    digest = repr((edition, words, rules, modules, questions))
    path, words_of_course = f"modules/{slug}/course.yml", {"title": words}
    return TargetCourse(slug, path, 4, edition, rules or RULES, words_of_course, parts, bank, {}, {}, digest)


def published(target: TargetState, before: PublishedState | None = None) -> PublishedState:
    """What would be published after a plan was carried out."""
    states = dict(before.courses) if before else {}
    for slug, state in states.items():
        if slug not in {course.slug for course in target.courses}:
            states[slug] = replace(state, retired=True)
    for each in target.courses:
        old = states.get(each.slug)
        keys = dict(old.keys) if old and old.edition == each.edition else {}
        states[each.slug] = PublishedCourseState(
            digest=each.digest,
            retired=False,
            edition=each.edition,
            rules=each.rules,
            modules=tuple(each.module_slugs),
            keys=keys | each.keys,
            digests=each.digests,
        )
    return PublishedState(states, target.sectors)


def counts(target: TargetState, existing: PublishedState) -> dict[str, str]:
    """Returns what a plan counts, in short, without zeros."""
    plan = make_plan(target, existing)
    assert plan.refusals == ()
    return {
        kind: " ".join(f"{number} {outcome}" for outcome, number in outcomes.items() if number)
        for kind, outcomes in plan.counts.items()
        if any(outcomes.values())
    }


def test_everything_is_created_in_an_empty_database() -> None:
    target = TargetState((course(),), ({"slug": "wash", "position": 1},))
    assert counts(target, PublishedState()) == {
        "sector": "1 created", "course": "1 created", "module": "2 created", "question": "2 created",
    }  # fmt: skip


def test_the_same_files_change_nothing() -> None:
    target = TargetState((course(),), ({"slug": "wash", "position": 1},))
    plan = make_plan(target, published(target))
    assert plan.is_empty
    assert (plan.courses, plan.retired) == ((), ())


def test_changes_are_counted_one_by_one() -> None:
    before = published(TargetState((course(),), ()))
    after = course(modules={"quay": "m9", "board": "m2"}, questions={"full": "k9", "new": "k1"})
    assert counts(TargetState((after,), ()), before) == {
        "course": "1 revised",
        "module": "1 revised 1 unchanged",
        "question": "1 created 1 revised 1 retired",
    }
    assert counts(TargetState((course(words="Ships"),), ()), before)["course"] == "1 revised"


def test_a_course_without_folder_is_retired_once_and_can_return() -> None:
    before = published(TargetState((course(), course("ships")), ()))
    target = TargetState((course(),), ())
    assert counts(target, before) == {
        "course": "1 retired 1 unchanged", "module": "2 retired 2 unchanged", "question": "2 retired 2 unchanged",
    }  # fmt: skip
    after = published(target, before)
    assert make_plan(target, after).is_empty
    assert counts(TargetState((course(), course("ships")), ()), after)["course"] == "1 revised 1 unchanged"


def test_renumbering_modules_is_no_new_revision_of_them() -> None:
    before = published(TargetState((course(),), ()))
    after = course(modules={"board": "m2", "quay": "m1"})
    assert counts(TargetState((after,), ()), before)["course"] == "1 revised"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"modules": {"quay": "m1"}}, "the list of modules changes (board); raise the edition to 2"),
        ({"modules": {"quay": "m1", "board": "m2", "bank": "m3"}}, "the list of modules changes (bank)"),
        ({"rules": RULES | {"pass_mark": 70}}, "the passing rules change (pass_mark)"),
        ({"rules": RULES | {"draw": 4, "pause": "PT1H"}}, "the passing rules change (draw, pause)"),
        ({"rules": RULES | {"per_sector": True}}, "the passing rules change (per_sector)"),
        ({"questions": {"full": "x1", "many": "k2"}}, "the right answers change (full)"),
    ],
)
def test_the_meaning_is_fixed_within_an_edition(change: dict[str, Any], words: str) -> None:
    before = published(TargetState((course(),), ()))
    plan = make_plan(TargetState((course(**change),), ()), before)
    assert str(plan.refusals[0]).startswith(f"modules/boats/course.yml:4: {words}")
    raised = make_plan(TargetState((course(edition=2, **change),), ()), before)
    assert raised.refusals == ()


def test_an_edition_is_never_lowered() -> None:
    before = published(TargetState((course(edition=2),), ()))
    plan = make_plan(TargetState((course(),), ()), before)
    assert [str(problem) for problem in plan.refusals] == [
        "modules/boats/course.yml:4: edition 2 is published already; an edition is never lowered"
    ]


def test_a_question_that_returns_must_have_its_old_key() -> None:
    """An id is never used twice within an edition, not even after its question has gone."""
    first = published(TargetState((course(),), ()))
    gone = TargetState((course(questions={"many": "k2"}),), ())
    assert counts(gone, first)["question"] == "1 retired 1 unchanged"
    back = make_plan(TargetState((course(questions={"full": "x1", "many": "k2"}),), ()), published(gone, first))
    assert "the right answers change (full)" in back.refusals[0].message


def test_a_sector_in_use_is_not_removed() -> None:
    before = PublishedState({}, ({"slug": "wash", "position": 1}, {"slug": "health", "position": 2}))
    plan = make_plan(TargetState((), ({"slug": "wash", "position": 9},)), before)
    assert plan.sectors == ({"slug": "wash", "position": 9},)
    assert [problem.message for problem in plan.refusals] == ["the sector “health” is in use and cannot be removed"]


def test_a_digest_depends_on_its_parts_only(course_files: CourseFiles) -> None:
    def digests() -> tuple[str, dict[str, str], dict[str, str]]:
        found = target_state(check_folders(course_files.modules, course_files.quizzes)[0]).courses[0]
        modules = {f"{part.slug}.{part.language}": part.digest for part in found.modules}
        return found.digest, modules, {part.slug: part.digest for part in found.questions}

    first = digests()
    assert digests() == first
    course_files.edit("quizzes/boats.yml", "course: boats", "# A remark.\ncourse: boats")
    course_files.edit("modules/boats/course.yml", "title: Boats", "title: 'Boats'  # A remark.")
    course_files.move("modules/boats/02-on-board.md", "modules/boats/05-on-board.md")
    assert digests() == first
    course_files.edit("modules/boats/01-at-the-quay.md", "Text with", "Text  with")
    second = digests()
    assert second[0] != first[0]
    assert [name for name in first[1] if first[1][name] != second[1][name]] == ["at-the-quay.en"]
    assert second[2] == first[2]


# On a busy machine an example may take long to make.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

digests = st.sampled_from(["a1", "a2", "b1"])
courses = st.builds(
    course,
    st.sampled_from(["boats", "ships", "rafts"]),
    edition=st.integers(1, 3),
    modules=st.dictionaries(st.sampled_from(["quay", "board", "bank"]), digests, min_size=1),
    questions=st.dictionaries(st.sampled_from(["full", "many", "true"]), digests, min_size=1),
    rules=st.sampled_from([RULES, RULES | {"draw": 5}]),
    words=st.sampled_from(["Boats", "Ships"]),
)
target_states = st.lists(courses, max_size=3, unique_by=lambda each: each.slug).map(
    lambda found: TargetState(tuple(found), ())
)


@unhurried
@given(st.lists(target_states, min_size=1, max_size=5))
def test_an_applied_plan_leaves_nothing_to_do(history: list[TargetState]) -> None:
    existing = PublishedState()
    for target in history:
        plan = make_plan(target, existing)
        if plan.refusals:
            continue
        existing = published(target, existing)
        again = make_plan(target, existing)
        assert again.is_empty
        assert again.refusals == ()


@unhurried
@given(target_states, target_states)
def test_every_part_is_counted_once(before: TargetState, after: TargetState) -> None:
    plan = make_plan(after, published(before))
    for kind, name in (("module", "modules"), ("question", "questions")):
        target = sum(len(getattr(each, name)) for each in after.courses)
        number = plan.counts[kind]
        assert number["created"] + number["revised"] + number["unchanged"] == target
