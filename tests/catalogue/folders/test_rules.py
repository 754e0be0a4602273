"""Which text of a file goes on: that of the folder or that of the pages."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from lms.catalogue.folders.rules import FileOutcome, compare, merge, unit_of
from lms.catalogue.queries.files import FileChange

History = list[tuple[str, str | None]]


def changes(history: History) -> list[FileChange]:
    """Returns a history from (origin, digest), with publications from 1 on."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        FileChange("modules/a/01-b.md", digest, number, origin, "", moment, None)
        for number, (origin, digest) in enumerate(history, start=1)
    ]


FILES, PAGES = ("files", "a"), ("pages", "b")


@pytest.mark.parametrize(
    ("history", "folder", "seen", "outcome"),
    [
        ([], "a", None, FileOutcome.FOLDER),
        ([FILES], "a", None, FileOutcome.SAME),
        ([FILES], "x", None, FileOutcome.FOLDER),
        ([FILES], None, None, FileOutcome.FOLDER),
        # The pages have changed it since, and the folder has what it published, or something older.
        ([FILES, PAGES], "b", None, FileOutcome.SAME),
        ([FILES, PAGES], "a", None, FileOutcome.PAGES),
        ([("files", "0"), FILES, PAGES], "0", None, FileOutcome.PAGES),
        ([FILES, ("pages", None)], "a", None, FileOutcome.PAGES),
        # A new file of the pages is not in the folder.
        ([PAGES], None, None, FileOutcome.PAGES),
        ([PAGES], "x", None, FileOutcome.CONFLICT),
        # Both have changed it.
        ([FILES, PAGES], "x", None, FileOutcome.CONFLICT),
        ([FILES, PAGES], None, None, FileOutcome.CONFLICT),
        ([FILES, ("pages", None)], "x", None, FileOutcome.CONFLICT),
        # The folder was exported with the change, so what it has was written on purpose.
        ([FILES, PAGES], "x", ("b", 2), FileOutcome.FOLDER),
        ([FILES, PAGES], "a", ("b", 2), FileOutcome.FOLDER),
        ([FILES, PAGES], None, ("b", 2), FileOutcome.FOLDER),
        ([PAGES], None, ("b", 1), FileOutcome.FOLDER),
        # Exported with an earlier change, or by another installation.
        ([FILES, PAGES, ("pages", "c")], "x", ("b", 2), FileOutcome.CONFLICT),
        ([FILES, PAGES, ("pages", "c")], "b", ("b", 2), FileOutcome.PAGES),
        ([FILES, PAGES], "x", ("b", 7), FileOutcome.CONFLICT),
        # The pages have brought back a text that the folder knew, after the folder has changed it.
        ([FILES, PAGES, ("files", "c"), PAGES], "c", ("b", 2), FileOutcome.PAGES),
        # What the folder replaced on purpose is the folder's.
        ([FILES, PAGES, ("files", "c")], "x", None, FileOutcome.FOLDER),
    ],
)  # fmt: skip
def test_which_text_goes_on(
    history: History, folder: str | None, seen: tuple[str | None, int] | None, outcome: FileOutcome
) -> None:
    assert compare(folder, changes(history), seen) is outcome


DIGESTS = st.one_of(st.none(), st.sampled_from("abcd"))
HISTORIES = st.lists(st.tuples(st.sampled_from(["files", "pages"]), DIGESTS), max_size=6)


@given(HISTORIES, DIGESTS, st.one_of(st.none(), st.tuples(DIGESTS, st.integers(1, 6))))
def test_the_last_change_of_pages_is_replaced_only_by_a_folder_that_has_seen_it(
    history: History, folder: str | None, seen: tuple[str | None, int] | None
) -> None:
    known = changes(history)
    outcome = compare(folder, known, seen)
    if outcome is FileOutcome.FOLDER and known and known[-1].origin == "pages":
        assert seen == (known[-1].digest, known[-1].publication_id)
    assert (outcome is FileOutcome.SAME) == (folder == (known[-1].digest if known else None))


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("modules/boats/course.yml", "boats"), ("modules/boats/img/a.svg", "boats"), ("quizzes/boats.yml", "boats"),
        ("quizzes/boats.ar.yml", "boats"), ("modules/sectors.yml", "modules/sectors.yml"),
        ("modules/boats", "modules/boats"),
    ],
)  # fmt: skip
def test_a_course_goes_on_with_its_banks(path: str, unit: str) -> None:
    assert unit_of(path) == unit


def test_files_are_merged_by_where_they_stand() -> None:
    outcomes = {
        "modules/a/1": FileOutcome.FOLDER, "modules/a/2": FileOutcome.PAGES, "modules/a/3": FileOutcome.PAGES,
        "modules/b/1": FileOutcome.FOLDER, "modules/b/2": FileOutcome.CONFLICT, "modules/b/3": FileOutcome.FOLDER,
    }  # fmt: skip
    folder = {"modules/a/1": b"f", "modules/a/2": b"f", "modules/b/1": b"f", "modules/b/2": b"f", "modules/b/3": b"f"}
    published = {"modules/a/1": b"p", "modules/a/3": b"p", "modules/b/1": b"p", "modules/b/2": b"p"}
    assert merge(folder, published, outcomes, {"b"}) == {
        "modules/a/1": b"f", "modules/a/3": b"p", "modules/b/1": b"p", "modules/b/2": b"p",
    }  # fmt: skip
