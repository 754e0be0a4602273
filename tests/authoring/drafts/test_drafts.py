"""Drafts: begun, edited, checked, previewed, published and discarded from pages that need no script."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.drafts import operations, queries
from lms.authoring.drafts.errors import DraftClosed, EditConflict
from lms.authoring.models import Draft
from lms.authoring.publishing.operations import publish_draft, raise_edition
from lms.catalogue.api import list_published_files, publish, read_published_files
from lms.catalogue.models import Publication
from lms.kernel.actor import SYSTEM
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import Invalid
from tests.factories.courses import make_organisation_with_course, published
from tests.factories.pages import form_on, send, words_of
from tests.factories.people import sign_in

MODULE = "modules/first-course/01-first-steps.md"
DRAFT = "/author/first-course/drafts/1"
EDIT = f"{DRAFT}/files/{MODULE}"


@pytest.fixture
def folder(app: Flask, tmp_path: Path) -> Path:
    make_organisation_with_course(app, tmp_path)
    return tmp_path


@pytest.fixture
def tomas(client: FlaskClient, folder: Path) -> FlaskClient:
    sign_in(client, "tomas@demo.example")
    return client


def test_published_files_are_those_of_the_folders(app: Flask, folder: Path) -> None:
    with app.app_context(), reading():
        files = read_published_files()
    on_disk = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in {"red-lines.yml", "figures.yml"}
    }
    assert files == on_disk
    assert MODULE in files


def begin(app: Flask, path: str = MODULE, data: bytes | None = None) -> int:
    with app.app_context(), unit_of_work():
        draft = operations.begin_draft(SYSTEM, "first-course", "Clearer words")
        if data is not None:
            operations.save_file(SYSTEM, "first-course", draft.id, path, data, version=0)
        return draft.id


def test_a_trainer_edits_previews_and_publishes(app: Flask, tomas: FlaskClient) -> None:
    address = "/author/first-course"
    response = send(tomas, form_on(tomas.get(address), address), title="Clearer words")
    assert response.location == DRAFT
    form = form_on(tomas.get(EDIT), EDIT)
    text = form.values["text"] + "\nA sentence of the draft.\n"
    form.values["preview"] = "1"
    response = send(tomas, form, text=text.replace("\n", "\r\n"))
    assert response.location == f"{DRAFT}/preview/{MODULE}"
    assert f"{DRAFT}/page/{MODULE}" in tomas.get(response.location).text
    assert "A sentence of the draft." in words_of(tomas, f"{DRAFT}/page/{MODULE}")
    assert "A sentence of the draft." not in words_of(tomas, "/courses/first-course/first-steps")
    response = send(tomas, form_on(tomas.get(f"{DRAFT}/review"), f"{DRAFT}/publish"), reason="Learners asked for it.")
    assert response.location == address
    assert "A sentence of the draft." in words_of(tomas, "/courses/first-course/first-steps")
    assert "Learners asked for it." in words_of(tomas, address)
    with app.app_context(), reading():
        publication = session.query(Publication).order_by(Publication.id.desc()).first()
        assert publication is not None
        assert (publication.origin, publication.reason) == ("pages", "Learners asked for it.")
        assert session.query(Draft).one().publication_id == publication.id
        assert read_published_files()[MODULE].decode() == text
    assert "This draft is closed" in send(tomas, form, text="Too late.").text


def test_a_save_based_on_an_older_version_overwrites_nobody(app: Flask, tomas: FlaskClient) -> None:
    number = begin(app)
    form = form_on(tomas.get(EDIT), EDIT)
    theirs, mine = form.values["text"] + "Theirs.\n", form.values["text"] + "Mine.\n"
    with app.app_context(), unit_of_work():
        operations.save_file(SYSTEM, "first-course", number, MODULE, theirs.encode(), version=0)
    response = send(tomas, form, text=mine)
    assert response.status_code == 409
    shown = form_on(response, EDIT)
    assert shown.values["mine"] == mine
    assert "\nTheirs.\n======= your text\nMine.\n" in shown.values["text"]
    assert send(tomas, shown, text=mine).location == EDIT
    with app.app_context(), reading():
        versions = queries.list_versions(queries.load_draft("first-course", number), MODULE)
        assert [version.version for version in versions] == [2, 1]
        assert queries.read_draft(queries.load_draft("first-course", number))[MODULE] == mine.encode()


def test_saving_the_same_again_changes_nothing(app: Flask, folder: Path) -> None:
    number = begin(app, data=b"First.")
    with app.app_context(), unit_of_work():
        # The answer to the first was lost, so it is sent again, as it was.
        saved = operations.save_file(SYSTEM, "first-course", number, MODULE, b"First.", version=0)
        assert saved.version == 1
        with pytest.raises(EditConflict) as conflict:
            operations.save_file(SYSTEM, "first-course", number, MODULE, b"Second.", version=0)
        assert conflict.value.version == 1


@pytest.mark.parametrize(
    "path",
    [
        "modules/first-course/../../x.md", "modules/other-course/01-x.md", "quizzes/other-course.yml", "/etc/passwd",
        "modules/first-course/notes.md", "modules/sectors.yml", "modules/first-course/img/x.exe", "",
        "modules/first-course/01-x.md\n", f"modules/first-course/01-{'x' * 300}.md",
    ],
)  # fmt: skip
def test_files_that_are_not_of_the_course_are_refused(app: Flask, folder: Path, path: str) -> None:
    number = begin(app)
    with app.app_context(), unit_of_work(), pytest.raises(Invalid):
        operations.save_file(SYSTEM, "first-course", number, path, b"x", version=0)


def test_a_discarded_draft_changes_no_more_and_stays_readable(app: Flask, tomas: FlaskClient) -> None:
    number = begin(app, data=b"---\ntitle: A\n---\nText")
    form = form_on(tomas.get(DRAFT), f"{DRAFT}/discard")
    assert send(tomas, form, reason="Not needed.").location == "/author"
    assert "This draft was discarded." in words_of(tomas, DRAFT)
    with app.app_context(), unit_of_work(), pytest.raises(DraftClosed):
        operations.save_file(SYSTEM, "first-course", number, MODULE, b"x", version=1)


def test_a_draft_with_errors_is_not_published(app: Flask, tomas: FlaskClient) -> None:
    begin(app, data=b"---\ntitle: A\n---\n/// unknown\nText\n///\n")
    before = publications(app)
    # The page of the draft does not publish, and that of its review only what has no errors.
    form = form_on(tomas.get(DRAFT), f"{DRAFT}/discard")
    assert f"{DRAFT}/publish" not in tomas.get(DRAFT).text + tomas.get(f"{DRAFT}/review").text
    form.action = f"{DRAFT}/publish"
    send(tomas, form, reason="Try.")
    page = words_of(tomas, f"{DRAFT}/review")
    assert "Correct them first" in page
    assert "01-first-steps.md:" in page
    assert publications(app) == before


def test_a_draft_does_not_overwrite_what_was_published_since(app: Flask, tomas: FlaskClient, folder: Path) -> None:
    begin(app, data=(folder / MODULE).read_bytes() + b"\nMine.\n")
    with app.app_context(), unit_of_work():
        published(folder, extra_words="\nTheirs.\n")
    send(tomas, form_on(tomas.get(f"{DRAFT}/review"), f"{DRAFT}/publish"), reason="Try.")
    assert "Bring the changes together first." in words_of(tomas, DRAFT)
    assert "Theirs." in words_of(tomas, "/courses/first-course/first-steps")


@pytest.mark.parametrize(
    ("mine", "theirs", "keep"),
    [
        (b"Mine.", None, "mine"), (b"Mine.", None, "theirs"), (None, b"Theirs.", "mine"), (None, b"Theirs.", "theirs"),
    ],
)  # fmt: skip
def test_a_file_that_one_of_both_removed_is_decided_by_a_choice(
    app: Flask, tomas: FlaskClient, mine: bytes | None, theirs: bytes | None, keep: str
) -> None:
    path = "modules/first-course/02-second-steps.md"
    address = f"{DRAFT}/choose/{path}"
    with app.app_context(), unit_of_work():
        front = read_published_files()[path]
        mine, theirs = (text and front + b"\n" + text + b"\n" for text in (mine, theirs))
        number = operations.begin_draft(SYSTEM, "first-course", "Clearer words").id
        operations.save_file(SYSTEM, "first-course", number, path, mine, version=0)
    with app.app_context(), unit_of_work():
        other = operations.begin_draft(SYSTEM, "first-course", "Another").id
        operations.save_file(SYSTEM, "first-course", other, path, theirs, version=0)
        raise_edition(SYSTEM, "first-course", other, [], "Read it again.")
        publish_draft(SYSTEM, "first-course", other, "First.")
    form = form_on(tomas.get(DRAFT), address)
    form.values[keep] = "1"
    assert "Somebody else has" in words_of(tomas, DRAFT)
    assert send(tomas, form).location == DRAFT
    # The answer to the first was lost, so it is sent again, as it was.
    assert send(tomas, form).location == DRAFT
    with app.app_context(), reading():
        draft = queries.load_draft("first-course", number)
        assert queries.read_draft(draft).get(path) == (mine if keep == "mine" else theirs)
        assert [version.version for version in queries.list_versions(draft, path)] == [2, 1]
    assert address not in tomas.get(DRAFT).text


def test_a_choice_between_two_versions_holds_for_those_that_were_shown(app: Flask, tomas: FlaskClient) -> None:
    path = "modules/first-course/02-second-steps.md"
    with app.app_context(), unit_of_work():
        text = read_published_files()[path]
        number = operations.begin_draft(SYSTEM, "first-course", "Clearer words").id
        operations.save_file(SYSTEM, "first-course", number, path, None, version=0)
    for words in (b"\nOne.\n", b"\nTwo.\n"):
        with app.app_context(), unit_of_work():
            other = operations.begin_draft(SYSTEM, "first-course", "Another").id
            operations.save_file(SYSTEM, "first-course", other, path, text + words, version=0)
            publish_draft(SYSTEM, "first-course", other, "Again.")
        if words == b"\nOne.\n":
            form = form_on(tomas.get(DRAFT), f"{DRAFT}/choose/{path}")
    form.values["mine"] = "1"
    assert send(tomas, form).status_code == 409
    assert f"{DRAFT}/choose/{path}" in tomas.get(DRAFT).text


def rewrite(app: Flask, course: str) -> None:
    """Lets somebody write words of their own for those of the template, in every file of a draft."""
    with app.app_context(), unit_of_work():
        (draft,) = queries.list_drafts(course)
        for path, file in queries.list_files(draft).items():
            if path.startswith((f"modules/{course}/", f"quizzes/{course}")) and file.digest:
                text = re.sub("[⟦⟧]", "", queries.read_text(file))
                operations.save_file(SYSTEM, course, draft.id, path, text.encode(), version=file.version)


def test_a_new_course_is_published_once_nothing_of_its_template_is_left(app: Flask, tomas: FlaskClient) -> None:
    address = "/author/new-course"
    form = form_on(tomas.get(address), address)
    assert "There is such a course" in send(tomas, form, title="X", course="first-course").get_data(as_text=True)
    assert "lower-case" in send(tomas, form, title="X", course="../X").get_data(as_text=True)
    page = send(tomas, form, title='Water: "safe" & kind', course="safe-water").location
    problems = words_of(tomas, page)
    assert "this is still the text of a template: “⟦One sentence on what this course is for.⟧”" in problems
    assert "“⟦Describe a situation at work, and ask what to do first.⟧”" in problems
    assert f"{page}/publish" not in tomas.get(f"{page}/review").text
    rewrite(app, "safe-water")
    assert "No problems were found." in words_of(tomas, page)
    response = send(tomas, form_on(tomas.get(page), f"{page}/modules"), title="À côté du puits")
    assert response.location.endswith("/files/modules/safe-water/02-a-cote-du-puits.md")
    copied = form_on(tomas.get(page), f"{page}/modules")
    copied.values["copy_of"] = "modules/safe-water/01-first-steps.md"
    assert send(tomas, copied, title="At the tap").location.endswith("03-at-the-tap.md")
    remove = form_on(tomas.get(page), f"{page}/remove")
    assert "Choose a file first." in words_of(tomas, send(tomas, remove).location)
    assert send(tomas, remove, file="1:modules/safe-water/03-at-the-tap.md").location == page
    assert send(tomas, remove, file="1:modules/safe-water/03-at-the-tap.md").status_code == 303
    assert send(tomas, remove, file="0:modules/safe-water/02-a-cote-du-puits.md").status_code == 409
    assert "removed" in words_of(tomas, page)
    assert "02-a-cote-du-puits.md" in words_of(tomas, page).partition("Problems")[2]
    rewrite(app, "safe-water")
    send(tomas, form_on(tomas.get(f"{page}/review"), f"{page}/publish"), reason="A new course.")
    assert "À côté du puits" in words_of(tomas, "/courses/safe-water")


def test_only_comments_changed_is_published_as_files(app: Flask, folder: Path) -> None:
    bank = folder / "quizzes" / "first-course.yml"
    bank.write_text("# Reviewed.\n" + bank.read_text())
    before = publications(app)
    for _again in range(2):
        with app.app_context(), unit_of_work():
            publish(folder / "modules", folder / "quizzes", SYSTEM)
        assert publications(app) == before + 1
    with app.app_context(), reading():
        assert read_published_files()["quizzes/first-course.yml"].startswith(b"# Reviewed.")
        assert list_published_files()["quizzes/first-course.yml"].origin == "files"


def publications(app: Flask) -> int:
    with app.app_context(), reading():
        return session.query(Publication).count()
