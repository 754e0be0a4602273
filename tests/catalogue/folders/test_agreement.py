"""The folders and the pages never undo one another, and become the same byte for byte."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from lms.catalogue import api as catalogue
from lms.catalogue.folders import operations, writing
from lms.catalogue.models import Publication
from lms.catalogue.source.read import EDITORIAL_FILES
from lms.cli.commands import publish as publish_at_start
from lms.kernel.actor import SYSTEM
from lms.kernel.config import ROOT, Settings
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.courses import write_course
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in

pytestmark = pytest.mark.pages

MODULE = "modules/first-course/01-first-steps.md"
SECOND = "modules/first-course/02-second-steps.md"
OTHER = "modules/other-course/01-first-steps.md"
COURSE = "modules/first-course/course.yml"


@pytest.fixture
def folder(app: Flask, settings: Settings, tmp_path: Path) -> Path:
    """Two published courses, in the folders of the settings."""
    for slug in ("first-course", "other-course"):
        write_course(tmp_path, slug)
    app.extensions["settings"] = settings.model_copy(
        update={"modules": tmp_path / "modules", "quizzes": tmp_path / "quizzes"}
    )
    make_small_organisation(app)
    start(app)
    return tmp_path


def start(app: Flask) -> str:
    """Publishes as the start of the server does; returns what it prints."""
    with app.app_context():
        return publish_at_start()


def run(app: Flask, *words: str, code: int = 0) -> str:
    """Runs a command of course files; returns what it prints."""
    result = FlaskCliRunner(app).invoke(args=["content", *words])
    assert result.exit_code == code, result.output
    return result.output


def change_on_page(app: Flask, path: str, change: Callable[[bytes], bytes] | None, why: str = "Clearer.") -> None:
    """Publishes one file as the pages do; None removes it."""
    with app.app_context(), unit_of_work():
        files = dict(catalogue.read_published_files())
        data = files.pop(path, b"")
        if change is not None:
            files[path] = change(data)
        result = catalogue.publish_files(files, SYSTEM, why)
        assert not result.refused, [str(problem) for problem in result.problems]


def published(app: Flask, path: str = MODULE) -> bytes | None:
    with app.app_context(), reading():
        return catalogue.read_published_files().get(path)


def publications(app: Flask) -> int:
    with app.app_context(), reading():
        return session.query(Publication).count()


def append(words: str) -> Callable[[bytes], bytes]:
    return lambda data: data + words.encode()


def edit(folder: Path, path: str, words: str) -> None:
    (folder / path).write_bytes((folder / path).read_bytes() + words.encode())


def test_a_restart_never_undoes_a_change_made_on_a_page(app: Flask, folder: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    before = publications(app)
    assert start(app).startswith("nothing changed")
    assert (published(app) or b"").endswith(b"Of the page.\n")
    # The program is upgraded: another module of the course has changed in the folder, and another course.
    edit(folder, SECOND, "\nOf the folder.\n")
    edit(folder, OTHER, "\nOf the folder.\n")
    assert "not published" not in start(app)
    assert (published(app) or b"").endswith(b"Of the page.\n")
    assert (published(app, SECOND) or b"").endswith(b"Of the folder.\n")
    assert (published(app, OTHER) or b"").endswith(b"Of the folder.\n")
    assert publications(app) == before + 1
    assert start(app) == "nothing changed"


def test_a_course_begun_on_pages_is_not_retired_by_a_restart(app: Flask, folder: Path) -> None:
    with app.app_context(), unit_of_work():
        files = dict(catalogue.read_published_files())
        new = {
            path.replace("first-course", "water-course"): data.replace(b"first-course", b"water-course")
            .replace(b"FIRST-COURSE", b"WATER-COURSE").replace(b"First Course", b"Water Course")
            for path, data in files.items() if "first-course" in path
        }  # fmt: skip
        assert not catalogue.publish_files(files | new, SYSTEM, "New.").refused
    edit(folder, OTHER, "\nOf the folder.\n")
    start(app)
    with app.app_context(), reading():
        assert catalogue.published_course("water-course") is not None
    run(app, "publish")
    with app.app_context(), reading():
        assert catalogue.published_course("water-course") is not None
    run(app, "export")
    assert (folder / "modules/water-course/course.yml").is_file()


def test_a_course_changed_in_both_stays_as_it_is_and_the_pages_say_so(
    app: Flask, folder: Path, client: FlaskClient
) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    edit(folder, MODULE, "\nOf the folder.\n")
    edit(folder, SECOND, "\nOf the folder.\n")
    edit(folder, OTHER, "\nOf the folder.\n")
    assert "The files of first-course were not published" in start(app)
    assert (published(app) or b"").endswith(b"Of the page.\n")
    assert not (published(app, SECOND) or b"").endswith(b"Of the folder.\n"), "a course goes on as a whole"
    assert (published(app, OTHER) or b"").endswith(b"Of the folder.\n")
    sentence = "changed on pages and in the folders of course files; what the folders have was not published: first-co"
    for who, address in (("tomas", "/author"), ("root", "/admin")):
        sign_in(client, f"{who}@demo.example")
        assert sentence in words_of(client, address)
        client.post("/logout")
    run(app, "publish", "--replace-pages", "The folder is right.")
    sign_in(client, "root@demo.example")
    assert "was not published" not in words_of(client, "/admin")


def test_files_that_do_not_go_together_with_those_of_pages_stop_no_start(app: Flask, folder: Path) -> None:
    # The page refers to a section that the folder's next version no longer has.
    change_on_page(app, SECOND, append("\nSee [there](/courses/first-course/first-steps#first-of-first-steps).\n"))
    text = (folder / MODULE).read_text().replace("## First of first-steps", "## Other words")
    bank = folder / "quizzes/first-course.yml"
    (folder / MODULE).write_text(text)
    bank.write_text(bank.read_text().replace("first-of-first-steps", "other-words"))
    edit(folder, OTHER, "\nOf the folder.\n")
    assert "The files of first-course were not published" in start(app)
    assert b"## Other words" not in (published(app) or b"")
    assert (published(app, OTHER) or b"").endswith(b"Of the folder.\n")


def test_an_edition_raised_on_pages_is_not_lowered_by_an_upgrade(app: Flask, folder: Path) -> None:
    change_on_page(app, COURSE, lambda data: data.replace(b'"edition": 1', b'"edition": 2'))
    edit(folder, SECOND, "\nOf the folder.\n")
    course = folder / COURSE
    course.write_text(course.read_text().replace("Notice and tell.", "Notice and tell early."))
    assert "first-course" in start(app)
    assert b'"edition": 2' in (published(app, COURSE) or b"")


def test_errors_of_the_folders_alone_stop_the_start_as_before(app: Flask, folder: Path) -> None:
    edit(folder, MODULE, "\n/// unknown\nText\n///\n")
    with app.app_context(), pytest.raises(Exception, match="nothing was published"):
        publish_at_start()


def test_with_changes_of_pages_errors_of_the_folders_withhold_everything(app: Flask, folder: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    edit(folder, OTHER, "\n/// unknown\nText\n///\n")
    before = publications(app)
    assert "The files of other-course were not published" in start(app)
    assert publications(app) == before


def test_publishing_by_command_refuses_shows_the_files_and_offers_choices(app: Flask, folder: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"), "Learners asked.")
    edit(folder, MODULE, "\nOf the folder.\n")
    before = publications(app)
    said = run(app, "publish", code=1)
    assert f"{MODULE}: changed on " in said and "Learners asked." in said
    assert "Of the[- page.-][+ folder.+]" in said
    for choice in ("--take-pages", "--replace-pages", "export --to"):
        assert choice in said
    assert publications(app) == before
    taken = run(app, "publish", "--take-pages")
    assert (folder / MODULE).read_bytes() == published(app)
    assert ".replaced/first-course/01-first-steps.md" in taken
    kept = folder / "modules/.replaced/first-course/01-first-steps.md"
    assert kept.read_text().endswith("Of the folder.\n")
    # From now on the folder has seen the change, so what is written there is on purpose.
    edit(folder, MODULE, "\nLater.\n")
    assert "Published" in run(app, "publish")
    assert (published(app) or b"").endswith(b"Of the page.\n\nLater.\n")


def test_replacing_what_pages_changed_takes_a_reason_that_is_recorded(app: Flask, folder: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    edit(folder, MODULE, "\nOf the folder.\n")
    run(app, "publish", "--replace-pages", "Agreed with Tomas.")
    assert (published(app) or b"").endswith(b"Of the folder.\n")
    with app.app_context(), reading():
        last = session.query(Publication).order_by(Publication.id.desc()).first()
        assert last is not None and (last.origin, last.reason) == ("files", "Agreed with Tomas.")


def test_publishing_by_command_says_what_only_pages_have(app: Flask, folder: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    said = run(app, "publish")
    assert "Changed on pages, and not yet in the folders" in said and MODULE in said
    assert "Nothing changed." in said
    assert "Changed on pages" not in run(app, "publish", "--take-pages")
    assert (folder / MODULE).read_bytes() == published(app)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for top in ("modules", "quizzes")
        for path in (folder / top).rglob("*")
        if path.is_file()
    }


def test_an_export_writes_what_is_published_and_touches_nothing_else(app: Flask, folder: Path) -> None:
    others = {"modules/notes.txt": b"Mine", "modules/first-course/draft.docx": b"x", "modules/red-lines.yml": b"y: 1"}
    for path, data in others.items():
        (folder / path).write_bytes(data)
    change_on_page(app, MODULE, append("\r\nOf the page.\r\n"))
    change_on_page(app, COURSE, lambda data: data.replace(b'"edition": 1', b'"edition": 2'))
    (folder / MODULE).chmod(0o640)
    said = run(app, "export")
    assert f"written  {MODULE}" in said and SECOND not in said
    assert (folder / MODULE).read_bytes().endswith(b"\r\nOf the page.\r\n")
    assert (folder / MODULE).stat().st_mode & 0o777 == 0o640
    now = snapshot(folder)
    assert {path: now[path] for path in others} == others
    with app.app_context(), reading():
        assert {path: data for path, data in now.items() if path not in others and "/." not in path} == (
            catalogue.read_published_files()
        )
    assert "The files are those that are published." in run(app, "export")
    assert snapshot(folder) == now
    assert start(app).startswith("nothing changed")


def test_an_export_removes_files_that_are_no_longer_published(app: Flask, folder: Path) -> None:
    picture = folder / "modules/first-course/img/a.svg"
    picture.parent.mkdir()
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1"/>')
    run(app, "publish")
    change_on_page(app, "modules/first-course/img/a.svg", None)
    assert "removed  modules/first-course/img/a.svg" in run(app, "export")
    assert not picture.parent.exists()
    assert (folder / "modules/first-course").is_dir()
    # Brought back from git on purpose, it is published again.
    picture.parent.mkdir()
    picture.write_text('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1" viewBox="0 0 1 1"/>')
    run(app, "publish")
    assert published(app, "modules/first-course/img/a.svg")


def test_an_export_refuses_to_lose_texts_that_were_never_published(app: Flask, folder: Path) -> None:
    change_on_page(app, SECOND, append("\nOf the page.\n"))
    edit(folder, MODULE, "\nNever published.\n")
    new = folder / "modules/first-course/03-third.md"
    new.write_text("New.")
    before = snapshot(folder)
    said = run(app, "export", code=1)
    assert MODULE in said and "03-third.md" in said and SECOND not in said
    assert snapshot(folder) == before
    run(app, "export", "--overwrite")
    assert (folder / MODULE).read_bytes() == published(app)
    assert not new.exists()
    kept = folder / "modules/.replaced/first-course"
    assert (kept / "03-third.md").read_text() == "New."
    assert (kept / "01-first-steps.md").read_text().endswith("Never published.\n")


def test_an_export_into_an_empty_folder_and_links_that_lead_out(app: Flask, folder: Path, tmp_path: Path) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    target = tmp_path / "exported"
    run(app, "export", "--to", str(target))
    with app.app_context(), reading():
        files = catalogue.read_published_files()
    assert {path: data for path, data in snapshot(target).items() if "/." not in path} == files
    assert (target / MODULE).stat().st_mode & 0o777 == 0o644
    outside = tmp_path / "outside"
    outside.mkdir()
    linked = tmp_path / "linked"
    (linked / "modules").mkdir(parents=True)
    (linked / "modules/first-course").symlink_to(outside)
    run(app, "export", "--to", str(linked), code=1)
    assert not list(outside.iterdir())


def test_nothing_published_is_said_and_nothing_removed(app: Flask, settings: Settings, tmp_path: Path) -> None:
    write_course(tmp_path)
    app.extensions["settings"] = settings.model_copy(
        update={"modules": tmp_path / "modules", "quizzes": tmp_path / "quizzes"}
    )
    assert "publish the course files first" in run(app, "export", code=1)
    assert (tmp_path / MODULE).is_file()


def test_a_full_disk_leaves_whole_files_and_the_next_export_does_the_rest(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / SECOND).read_bytes()
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    change_on_page(app, SECOND, append("\nOf the page.\n"))
    written = 0

    def fsync(number: int) -> None:
        nonlocal written
        written += 1
        if written > 1:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(writing.os, "fsync", fsync)
        assert "No space left on device" in run(app, "export", code=1)
    assert (folder / MODULE).read_bytes() == published(app)
    assert (folder / SECOND).read_bytes() == before
    assert not list((folder / "modules").rglob("*.unfinished"))
    # As after a kill: the file that says what the folder has was not written, and nothing is undone.
    assert start(app).startswith("nothing changed")
    run(app, "export")
    assert (folder / SECOND).read_bytes() == published(app, SECOND)


class Killed(BaseException):
    """The process has ended: nothing of it runs any more."""


@pytest.mark.parametrize("step", [1, 2, 3])
def test_an_export_that_is_killed_undoes_nothing_and_is_done_by_the_next(
    app: Flask, folder: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    for path in (MODULE, SECOND):
        change_on_page(app, path, append("\nOf the page.\n"))
    steps = 0

    def fsync(number: int) -> None:
        nonlocal steps
        steps += 1
        if steps == step:
            raise Killed

    with monkeypatch.context() as patch, app.app_context(), reading(), pytest.raises(Killed):
        patch.setattr(writing.os, "fsync", fsync)
        operations.export_files(folder / "modules", folder / "quizzes")
    assert start(app).startswith("nothing changed")
    assert (published(app, SECOND) or b"").endswith(b"Of the page.\n")
    run(app, "export")
    assert (folder / SECOND).read_bytes() == published(app, SECOND)
    assert not list((folder / "modules").rglob("*.unfinished"))
    edit(folder, SECOND, "\nOn purpose.\n")
    run(app, "publish")
    assert (published(app, SECOND) or b"").endswith(b"On purpose.\n")


@pytest.mark.parametrize("text", ["", "x", "<<<<<<< ours\n", f"{'0' * 64} x {MODULE}\n", "\xff\x00", "- 1 \n"])
def test_a_damaged_file_of_what_was_seen_counts_for_nothing(app: Flask, folder: Path, text: str) -> None:
    change_on_page(app, MODULE, append("\nOf the page.\n"))
    (folder / "modules/.published").write_bytes(text.encode("latin-1"))
    edit(folder, MODULE, "\nOf the folder.\n")
    run(app, "publish", code=1)


def test_the_whole_repository_comes_back_byte_for_byte(app: Flask, settings: Settings, tmp_path: Path) -> None:
    app.extensions["settings"] = settings.model_copy(update={"modules": ROOT / "modules", "quizzes": ROOT / "quizzes"})
    start(app)
    run(app, "export", "--to", str(tmp_path / "exported"))
    expected = {
        path: data
        for path, data in snapshot(ROOT).items()
        if path.rpartition("/")[2] not in EDITORIAL_FILES and "/." not in path
    }
    assert snapshot(tmp_path / "exported") == expected
    assert len(expected) > 100
