"""A trainer writes a question in the browser, tries it, and meets nothing that needs script or a mouse."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Server, visitor
from tests.journeys.test_pages import faults_light_and_dark

pytestmark = pytest.mark.journey

COURSE = "/author/safe-identification"


def begin_draft(page: Page) -> str:
    page.get_by_label("What do you want to change?").fill("A question about wells")
    page.keyboard.press("Enter")
    page.wait_for_url("**/drafts/*")
    return page.url


def press(page: Page, name: str) -> None:
    """Presses a button or a summary by keyboard; it must be one that the Tab key reaches."""
    button = page.get_by_role("button", name=name, exact=True).and_(page.locator(":not([tabindex='-1'])")).last
    button.focus()
    page.keyboard.press("Enter")


def test_a_question_is_written_and_tried_by_keyboard_without_script(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server, width=320, script=False)
    page = tomas.signs_in("tomas@demo.example")
    tomas.goes(COURSE)
    begin_draft(page)
    page.get_by_role("link", name="Questions (").click()
    page.locator("summary", has_text="Add a question").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Name of the question").fill("si-at-the-well")
    page.keyboard.press("Enter")
    page.wait_for_url("**/questions/si-at-the-well")
    page.get_by_label("Situation and question").fill("At the well a girl cries. What do you do first?")
    page.locator("#options-0-text").fill("Ask whether she would like to sit with you.")
    press(page, "Add an answer")
    expect(page.get_by_label("Situation and question")).to_have_value("At the well a girl cries. What do you do first?")
    page.locator("#options-3-text").fill("Take a photograph: others must know.")
    page.locator("#options-3-feedback").fill("It takes her dignity, and others may find her.")
    press(page, "Save and try it")
    page.wait_for_url("**/si-at-the-well/try")
    page.get_by_label("Take a photograph: others must know.").focus()
    page.keyboard.press("Space")
    press(page, "Submit my answers")
    expect(page.locator("main")).to_contain_text("Incorrect")
    expect(page.locator("main")).to_contain_text("It takes her dignity, and others may find her.")
    page.get_by_role("link", name="Try again").click()
    page.get_by_label("Ask whether she would like to sit with you.").check()
    press(page, "Submit my answers")
    expect(page.locator("main")).to_contain_text("Your answer, and why it is correct")
    page.context.close()


def test_the_pages_of_questions_have_no_faults(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server, width=320, color_scheme="light")
    page = tomas.signs_in("tomas@demo.example")
    tomas.goes(COURSE)
    draft = begin_draft(page).removeprefix(shared_server.address)
    tomas.goes(f"{draft}/questions?only=red_line")
    expect(page.get_by_role("heading", level=1)).to_have_text("Questions")
    assert faults_light_and_dark(page) == []
    links = page.locator("main .cards a", has_text="Change")
    first = str(links.first.get_attribute("href"))
    for address, heading in ((first, first.rpartition("/")[2]), (f"{first}/try", "Try it")):
        tomas.goes(address)
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert faults_light_and_dark(page) == [], address
    for kind in ("ordering", "matching", "statements", "branching"):
        tomas.goes(f"{draft}/questions")
        page.locator("summary", has_text="Add a question").click()
        page.locator("form[method=post] [name=kind]").select_option(kind)
        page.fill("[name=question_id]", f"si-{kind}")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/questions/si-{kind}")
        expect(page.get_by_role("heading", level=1)).to_have_text(f"si-{kind}")
        assert faults_light_and_dark(page) == [], kind
    page.context.close()
