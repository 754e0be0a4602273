"""Publications become commits and commits become drafts; the repository is read and written with git itself."""

import errno
import shutil
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.accounts.queries import find_account_by_email
from lms.authoring.drafts import operations, queries
from lms.authoring.git import jobs
from lms.authoring.git.repository import GitRepository
from lms.authoring.publishing.operations import publish_draft
from lms.catalogue.api import publish
from lms.kernel import outbox
from lms.kernel.actor import SYSTEM
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import require_found
from lms.kernel.installation import find_value
from tests.architecture.test_write_locks import count_locks
from tests.authoring.git.remote import COURSE, MODULE, Remote, change, files_of, open_drafts, ours
from tests.factories.people import actor_of, sign_in

GLOSSARY = "modules/glossary.yml"


def synchronise() -> None:
    assert jobs.synchronise()


@pytest.mark.usefixtures("in_app")
def test_an_empty_repository_gets_everything_then_each_publication_by_its_author(app: Flask, remote: Remote) -> None:
    synchronise()
    assert files_of(remote.checkout()) == ours()
    with reading():
        tomas = actor_of(require_found(find_account_by_email("tomas@demo.example")))
    change("\nOne.\n", tomas, "Asked for\nby learners")
    change("\nTwo.\n")
    with reading():
        waiting = session.query(outbox.OutboxRow).filter_by(kind=jobs.JOB).count()
    assert waiting == 2
    while outbox.sweep():
        pass
    assert files_of(remote.checkout()) == ours()
    assert remote.log() == [
        "Every Sector: Course files as they are published",
        "Tomas Silva: Asked for by learners",
        "Every Sector: A clearer word.",
    ]
    before = remote.log()
    synchronise()
    assert remote.log() == before
    assert open_drafts() == []


@pytest.mark.usefixtures("in_app")
def test_what_changed_in_git_comes_in_as_a_draft(remote: Remote) -> None:
    synchronise()
    text = ours()[MODULE].decode() + "\nFrom git.\n"
    remote.push("Mend a sentence\n\nAnd more.", **{MODULE: text, "modules/new-course/course.yml": "title: New\n"})
    synchronise()
    synchronise()
    drafts = {draft.course: draft for draft in open_drafts()}
    assert set(drafts) == {COURSE, "new-course"}
    assert drafts[COURSE].title == "From git: Mend a sentence"
    with reading():
        assert queries.read_draft(drafts[COURSE])[MODULE] == text.encode()
    # Until somebody decides, neither undoes the other.
    assert remote.log()[-1] == "Erik: Mend a sentence"
    assert ours()[MODULE] != text.encode()
    with unit_of_work():
        publish_draft(SYSTEM, COURSE, drafts[COURSE].id, "Yes.")
    synchronise()
    assert ours()[MODULE] == text.encode()
    assert remote.log()[-1] == "Erik: Mend a sentence"


@pytest.mark.usefixtures("in_app")
def test_a_discarded_draft_gives_git_the_published_text_back(remote: Remote) -> None:
    synchronise()
    remote.push("Unwanted", **{MODULE: "---\ntitle: x\n---\n"})
    synchronise()
    (draft,) = open_drafts()
    with unit_of_work():
        operations.discard_draft(SYSTEM, COURSE, draft.id, "No.")
    synchronise()
    assert files_of(remote.checkout()) == ours()
    assert remote.log()[-2:] == ["Erik: Unwanted", "Every Sector: Course files as they are published"]


@pytest.mark.usefixtures("in_app")
def test_the_same_file_changed_in_both_waits_for_an_author(remote: Remote) -> None:
    synchronise()
    remote.push("Theirs", **{MODULE: ours()[MODULE].decode() + "\nTheirs.\n"})
    change("\nOurs.\n")
    change("\nOurs too.\n", path="modules/first-course/02-second-steps.md")
    synchronise()
    (draft,) = open_drafts()
    with reading():
        assert b"Theirs." in queries.read_draft(draft)[MODULE]
        assert queries.find_file(draft, MODULE).is_outdated
    merged = files_of(remote.checkout())
    assert b"Theirs." in merged[MODULE]
    assert b"Ours." not in merged[MODULE]
    assert b"Ours too." in merged["modules/first-course/02-second-steps.md"]
    with unit_of_work():
        both = ours()[MODULE] + b"\nTheirs.\n"
        published_now = queries.find_file(draft, MODULE).published
        operations.save_file(SYSTEM, COURSE, draft.id, MODULE, both, version=1, base=published_now)
        publish_draft(SYSTEM, COURSE, draft.id, "Both.")
    synchronise()
    assert files_of(remote.checkout())[MODULE] == both == ours()[MODULE]


@pytest.mark.usefixtures("in_app")
def test_changes_of_git_and_of_pages_that_do_not_touch_are_in_the_draft_together(remote: Remote) -> None:
    synchronise()
    theirs = ours()[MODULE].decode().replace("title: ", "title: Theirs, ", 1)
    remote.push("Theirs", **{MODULE: theirs})
    change("\nOurs.\n")
    synchronise()
    (draft,) = open_drafts()
    with reading():
        drafted = queries.find_file(draft, MODULE)
        text = queries.read_file(drafted)
        assert not drafted.is_outdated
    assert b"title: Theirs, " in text
    assert text.endswith(b"\nOurs.\n")
    # A second change in git is not taken for one that we have undone.
    more = theirs.replace("\n## ", "\nMore of theirs.\n\n## ", 1)
    remote.push("More", **{MODULE: more})
    synchronise()
    with reading():
        assert queries.read_draft(open_drafts()[-1])[MODULE].decode() == more


@pytest.mark.usefixtures("in_app")
def test_files_of_all_courses_changed_in_git_are_left_as_they_are(remote: Remote) -> None:
    synchronise()
    remote.push("A term", **{GLOSSARY: "terms: []\n", "README.md": "Ours.\n"})
    synchronise()
    assert open_drafts() == []
    found = files_of(remote.checkout())
    assert (found[GLOSSARY], found["README.md"]) == (b"terms: []\n", b"Ours.\n")


@pytest.mark.usefixtures("in_app")
def test_a_folder_that_is_published_is_committed_too(remote: Remote, folder: Path) -> None:
    synchronise()
    (folder / MODULE).write_text((folder / MODULE).read_text() + "\nBy command.\n")
    with unit_of_work():
        publish(folder / "modules", folder / "quizzes", SYSTEM)
    synchronise()
    assert files_of(remote.checkout()) == ours()


@pytest.mark.usefixtures("in_app")
def test_a_file_removed_in_git_is_removed_by_its_draft(remote: Remote) -> None:
    synchronise()
    remote.push("Remove", **{"modules/first-course/02-second-steps.md": None})
    synchronise()
    (draft,) = open_drafts()
    with reading():
        assert "modules/first-course/02-second-steps.md" not in queries.read_draft(draft)


@pytest.mark.usefixtures("in_app")
def test_a_repository_that_is_away_is_tried_again(app: Flask, remote: Remote) -> None:
    synchronise()
    away = remote.path.with_name("away.git")
    remote.path.rename(away)
    change("\nOne.\n")
    assert not jobs.synchronise()
    with reading():
        problem = find_value(jobs.PROBLEM)
        assert problem is not None
        assert str(remote.path) not in problem.value
    away.rename(remote.path)
    synchronise()
    with reading():
        assert find_value(jobs.PROBLEM) is None
    assert files_of(remote.checkout()) == ours()


@pytest.mark.usefixtures("in_app")
def test_without_a_repository_nothing_is_done(app: Flask, remote: Remote) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"git_repository": ""})
    change("\nOne.\n")
    synchronise()
    assert remote.run(remote.path, "branch") == ""


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_look_that_finds_nothing_new_writes_nothing(app: Flask) -> None:
    synchronise()
    taken = count_locks(app)
    synchronise()
    assert taken == []
    change("\nOne.\n")
    assert taken, "nothing was counted"


HOSTILE = {
    "script": b"\n<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1))\n",
    "other encodings": "\nUTF-8: é.\n".encode() + "Latin-1: é.\n".encode("latin-1") + "UTF-16: é.\n".encode("utf-16"),
    "invisible signs": "\nA\x00B\u202eC\u2066D\x1bE\r\rF\x0bG\u2028H\n".encode(),
    "one long line": b"\n" + b"word " * 40_000 + b"\n",
    "many lines": b"\n" + b"\n\n".join(b"Line %d." % number for number in range(3000)) + b"\n",
    "signs of a difference": b"\n<<<<<<< HEAD\nOurs.\n=======\nTheirs.\n>>>>>>> branch\n--- a\n+++ b\n@@ -1 +1 @@\n",
}
"""What a merge may bring that an author then looks at."""


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_whatever_a_merge_brings_is_shown_as_text(
    app: Flask, client: FlaskClient, folder: Path, remote: Remote
) -> None:
    with app.app_context():
        synchronise()
        before = ours()
    sign_in(client, "tomas@demo.example")
    for number, (name, words) in enumerate(HOSTILE.items(), start=1):
        with app.app_context():
            remote.push(f"<script>alert(2)</script> {name}", **{MODULE: before[MODULE] + words})
            synchronise()
            (draft,) = open_drafts()
            assert draft.id == number
        page = f"/author/{COURSE}/drafts/{number}"
        for address in (page, f"{page}/review", f"{page}/files/{MODULE}", f"{page}/insert/note/{MODULE}"):
            shown = client.get(address)
            assert shown.status_code == 200, (name, address)
            text = shown.get_data(as_text=True)
            harm = [each for each in ("<script>alert", "<img src=x", 'href="javascript') if each in text]
            assert not harm, (name, address)
        if name == "other encodings":
            copied = client.post(f"{page}/modules", data={"title": "A copy", "copy_of": MODULE})
            assert copied.status_code == 409 and "is not UTF-8" in copied.get_data(as_text=True)
        if name in ("other encodings", "invisible signs"):
            answer = client.post(f"{page}/publish", data={"reason": "A test."}, follow_redirects=True)
            assert "This draft has errors, so nothing was published." in answer.get_data(as_text=True), name
        with app.app_context():
            assert ours() == before
            with unit_of_work():
                operations.discard_draft(SYSTEM, COURSE, number, "No.")
            synchronise()


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("copy_is_removed", [False, True])
def test_a_branch_that_was_written_anew_comes_in_as_a_draft(
    remote: Remote, settings: Settings, *, copy_is_removed: bool
) -> None:
    synchronise()
    change("\nOurs.\n")
    synchronise()
    clone = remote.checkout()
    remote.run(clone, "checkout", "--quiet", "--orphan", "other")
    (clone / MODULE).write_bytes(ours()[MODULE] + b"\nTheirs.\n")
    remote.run(clone, "add", "--all")
    remote.run(clone, "commit", "--quiet", "--message", "All of it anew")
    remote.run(clone, "push", "--quiet", "--force", "origin", "HEAD:main")
    if copy_is_removed:
        shutil.rmtree(settings.instance / "course-files.git")
    synchronise()
    (draft,) = open_drafts()
    assert remote.log() == ["Erik: All of it anew"]
    with unit_of_work():
        publish_draft(SYSTEM, COURSE, draft.id, "Yes.")
    synchronise()
    assert ours()[MODULE].endswith(b"\nTheirs.\n")
    assert files_of(remote.checkout()) == ours()


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_pushed_between_the_look_and_the_push_is_never_overwritten(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    synchronise()
    change("\nOurs.\n")
    push = GitRepository.push

    def late(repository: GitRepository, new: str, old: str | None) -> None:
        remote.push("Theirs", **{"README.md": "Theirs.\n"})
        push(repository, new, old)

    with monkeypatch.context() as context:
        context.setattr(GitRepository, "push", late)
        assert not jobs.synchronise()
    assert remote.log()[-1] == "Erik: Theirs"
    synchronise()
    assert remote.log()[-2:] == ["Erik: Theirs", "Every Sector: A clearer word."]
    assert open_drafts() == []


@pytest.mark.usefixtures("in_app")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_full_disk_is_said_and_made_good(remote: Remote, monkeypatch: pytest.MonkeyPatch) -> None:
    synchronise()
    change("\nOurs.\n")

    def full(*_words: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as context:
        context.setattr("dulwich.object_store.DiskObjectStore.add_object", full)
        assert not jobs.synchronise()
    with reading():
        assert find_value(jobs.PROBLEM) is not None
    synchronise()
    assert remote.log()[-1] == "Every Sector: A clearer word."
    with reading():
        assert find_value(jobs.PROBLEM) is None
