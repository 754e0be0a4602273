"""What comes in from git and what is committed, for any files."""

from hypothesis import given, strategies as st

from lms.authoring.git.rules import changes_to_bring_in, course_of, paths_to_commit

FILES = st.dictionaries(st.sampled_from("abcd"), st.sampled_from("123"))


@given(FILES, FILES)
def test_nothing_comes_in_from_what_was_seen(files: dict[str, str], ours: dict[str, str]) -> None:
    assert changes_to_bring_in(files, files, ours) == {}


@given(FILES, FILES, FILES)
def test_drafts_and_commits_together_make_both_the_same(
    seen: dict[str, str], theirs: dict[str, str], ours: dict[str, str]
) -> None:
    drafted = changes_to_bring_in(seen, theirs, ours)
    committed = paths_to_commit(theirs, ours, drafted)
    assert not set(drafted) & set(committed)
    merged = {path: found for path, found in ({**ours} | drafted).items() if found}
    after = {path: ours.get(path, "") for path in committed}
    assert merged == {path: found for path, found in ({**theirs} | after).items() if found}


def test_files_belong_to_courses() -> None:
    assert course_of("modules/a/course.yml") == course_of("quizzes/a.yml") == course_of("quizzes/a.ar.yml") == "a"
    assert course_of("modules/glossary.yml") is None
