"""Tomas writes a module with a picture and a question and tries it; Ruth reviews it, Amina meets it, git follows.

Without script, on a phone.
"""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from lms.app import create_app
from lms.authoring.git.jobs import synchronise
from lms.kernel.db import db
from tests.authoring.git.remote import Remote
from tests.factories.application import make_settings
from tests.journeys.conftest import ROOT, Server, Visitor, command, environment, visitor

pytestmark = pytest.mark.journey
COURSE = "safety-audits"
SECTORS = (
    "protection", "food-security-livelihoods", "education", "health", "mhpss", "nutrition", "wash",
    "shelter-settlement", "camp-management",
)  # fmt: skip
TEXT = """## Who looks after the tap

The person at the tap sees every child of the camp each day.

/// scenario | The tap at dusk
A girl of nine comes alone after dark.

/// option | best
You let her go first, and tell the focal point today.

She is home sooner, and those who can help know.
///

/// option | harmful
You ask the women in the queue about her family.

The whole queue knows by tomorrow.
///
///

{sectors}
"""


def write_module(page: Page) -> None:
    page.get_by_text("Add a module", exact=True).click()
    page.get_by_label("Title of the new module").fill("The last child at the tap")
    page.get_by_role("button", name="Add the module").click()
    page.wait_for_url("**/files/**")
    text = page.locator("textarea[name=text]")
    front = text.input_value().split("---\n")[1]
    front = re.sub("⟦.*⟧", "You know what to do for a child who comes alone.", front)
    blocks = "\n\n".join(f"/// sector | {sector}\nIn {sector} you are there too.\n///" for sector in SECTORS)
    text.fill(f"---\n{front}---\n{TEXT.format(sectors=blocks)}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("body")).to_contain_text("Saved.")
    expect(page.locator("body")).to_contain_text("No problems were found in this file.")


def add_picture(page: Page, draft: str, picture: Path) -> None:
    page.goto(f"{draft}/pictures")
    page.set_input_files("[name=file]", picture)
    page.get_by_label("What it shows, in a sentence").fill("A tap with a long queue")
    page.get_by_label("Where it goes").select_option(label="04-the-last-child-at-the-tap.md: Who looks after the tap")
    page.get_by_role("button", name="Add the picture").click()
    expect(page.locator("body")).to_contain_text("a-tap-with-a-long-queue.png is in the draft.")


def add_question(page: Page, draft: str) -> None:
    page.goto(f"{draft}/questions")
    page.get_by_text("Add a question", exact=True).click()
    page.get_by_label("Name of the question").fill("sa-tap-at-dusk")
    page.get_by_role("button", name="Add the question").click()
    page.get_by_label("Situation and question").fill("A girl of nine comes to the tap alone after dark. What first?")
    page.locator("[name=source_title]").fill("Minimum Standards for Child Protection in Humanitarian Action")
    # What a new question begins with, the right answer first.
    answer = "You let her go first, and tell the focal point today."
    page.get_by_role("group", name="Answer 1").get_by_label("Answer", exact=True).fill(answer)
    for number, field in enumerate(page.get_by_role("textbox").all()):
        if "⟦" in field.input_value():
            field.fill(f"What is said of it, {number}.")
    page.get_by_role("button", name="Save and try it").click()
    expect(page.locator("h1")).to_have_text("Try it")
    page.get_by_label(answer).check()
    page.get_by_role("button", name="Submit my answers").click()
    expect(page.locator("main")).to_contain_text("You chose correctly")


@contextmanager
def worker_with_git(server: Server, remote: Remote) -> Iterator[None]:
    """Runs what follows as the worker of the server would, with a repository."""
    database = f"sqlite:///{server.instance / 'every_sector.db'}"
    app = create_app(make_settings(server.instance, database, git_repository=str(remote.path)))
    with app.app_context():
        yield
        db.engine.dispose()


def review(ruth: Visitor) -> None:
    """Finds what waits, comments on a paragraph, and signs off."""
    page = ruth.signs_in("root@demo.example")
    ruth.goes("/author")
    expect(page.get_by_role("heading", name="Waiting for your review")).to_be_visible()
    page.locator("li", has_text="Children at the tap").get_by_role("link", name="What changes").click()
    page.locator("main li", has_text="The person at the tap").get_by_role("link", name="Comment").click()
    page.get_by_label("Your comment").fill("Every child? Some fetch water elsewhere.")
    page.get_by_role("button", name="Send the comment").click()
    expect(page.locator(".comment")).to_contain_text("Some fetch water elsewhere.")
    page.get_by_role("link", name="What changes").click()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.get_by_role("button", name="I have read this text and agree").click()
    expect(page.locator("main")).to_contain_text("Holds for this text.")


def test_a_new_module_reaches_its_learners(browser: Browser, server: Server, tmp_path: Path) -> None:
    remote = Remote(tmp_path)
    tomas = visitor(browser, server, width=320, script=False)
    page = tomas.signs_in("tomas@demo.example")
    tomas.goes(f"/author/{COURSE}")
    page.get_by_label("What do you want to change?").fill("Children at the tap")
    page.get_by_role("button", name="Start a draft").click()
    page.wait_for_url("**/drafts/*")
    draft = page.url
    write_module(page)
    picture = tmp_path / "photo.png"
    Image.new("RGB", (900, 600), "steelblue").save(picture)
    add_picture(page, draft, picture)
    add_question(page, draft)
    page.goto(draft)
    page.get_by_role("link", name="See what changes, and for whom").click()
    expect(page.locator("main")).to_contain_text("the list of modules changes")
    page.get_by_label("What is new, in a sentence").fill("A module about the tap.")
    page.get_by_role("button", name="The meaning changes: raise the edition").click()
    expect(page.locator("main")).to_contain_text("The meaning changes: this draft is edition 2")
    page.get_by_role("link", name="Ask for a review").click()
    page.get_by_label("Who should review it?").select_option(label="Ruth Adler")
    page.get_by_role("button", name="Ask for a review").click()
    expect(page.locator("main")).to_contain_text("In review · waits for Ruth Adler")
    review(visitor(browser, server, width=320, script=False))
    page.reload()
    expect(page.locator("main")).to_contain_text("Signed off · 1 open comment")
    page.get_by_role("link", name="Reply or resolve").click()
    page.get_by_label("Reply").fill("Most do.")
    page.get_by_role("button", name="Mark as resolved").click()
    page.get_by_role("link", name="What changes").click()
    with worker_with_git(server, remote):
        assert synchronise()
    page.get_by_label("Reason").fill("Asked for by water committees.")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("body")).to_contain_text("Published: learners see it from now on.")

    amina = visitor(browser, server, width=320, script=False)
    page = amina.signs_in("amina@demo.example")
    amina.goes(f"/courses/{COURSE}/the-last-child-at-the-tap")
    expect(page.locator("article.module")).to_contain_text("The person at the tap sees every child")
    expect(page.get_by_text("In wash you are there too.")).to_be_visible()
    shown = page.get_by_role("img", name="A tap with a long queue")
    assert amina.page.request.get(server.address + str(shown.get_attribute("src"))).ok

    with worker_with_git(server, remote):
        assert synchronise()
        new = f"modules/{COURSE}/04-the-last-child-at-the-tap.md"
        text = (remote.checkout() / new).read_text()
        assert "The person at the tap" in text
        assert remote.log()[-1] == "Tomas Silva: Asked for by water committees."
        remote.push("Say most children", **{new: text.replace("sees every child", "sees most children")})
        assert synchronise()
    page = tomas.goes(f"/author/{COURSE}")
    page.locator("li", has_text="From git: Say most children").get_by_role("link", name="What changes").click()
    expect(page.locator("main ins")).to_contain_text("most children")

    words = command("content", "export", "--to", str(tmp_path / "exported"))
    subprocess.run(words, cwd=ROOT, env=environment(server.instance), check=True, capture_output=True)
    folder = tmp_path / "exported" / "modules" / COURSE
    assert "The person at the tap" in (folder / "04-the-last-child-at-the-tap.md").read_text()
    assert (folder / "img" / "a-tap-with-a-long-queue.png").read_bytes()[:4] == b"\x89PNG"
    assert (folder / "01-prepare-the-audit.md").read_bytes() == (
        ROOT / "modules" / COURSE / "01-prepare-the-audit.md"
    ).read_bytes()
