"""Writing a course file in the browser: nothing is lost by a network, a session, a colleague or a closed tab."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import PASSWORD, Server, Visitor, visitor
from tests.journeys.test_pages import faults_of

pytestmark = pytest.mark.journey

COURSE = "safe-identification"
MODULE = "01-four-words-for-harm.md"
PUBLISHED = (Path(__file__).resolve().parents[2] / "modules" / COURSE / MODULE).read_text()


def begins_a_draft(who: Visitor) -> str:
    """Begins a draft of a course and returns the address of a module's page in it."""
    page = who.goes(f"/author/{COURSE}")
    page.fill("[name=title]", "Clearer words")
    page.get_by_role("button", name="Start a draft").click()
    page.wait_for_url("**/drafts/*")
    return page.url.removeprefix(who.address) + f"/files/modules/{COURSE}/{MODULE}"


def opens(who: Visitor, address: str) -> Page:
    page = who.goes(address)
    expect(text_of(page)).to_be_visible()
    return page


def text_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Text", exact=True)


def writes(page: Page, words: str, *, line: int = 0) -> None:
    """Writes at the end of the text, or of one of its first lines."""
    text_of(page).focus()
    page.keyboard.press("Control+Home" if line else "Control+End")
    for _line in range(1, line):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    first, *others = words.split("\n")
    page.keyboard.insert_text(first)
    for part in others:
        page.keyboard.press("Enter")
        page.keyboard.insert_text(part)


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-save-state]")).to_contain_text(words)


def saved_text(who: Visitor, address: str) -> str:
    """Returns what the server has, as a browser without a script is shown it."""
    answer = who.page.context.request.get(who.address + address)
    found = re.search(r'<textarea[^>]*name="text"[^>]*>\r?\n(.*?)</textarea>', answer.text(), re.DOTALL)
    assert found
    return found[1].replace("&#39;", "'").replace("&#34;", '"').replace("&gt;", ">").replace("&amp;", "&")


def test_a_text_is_written_by_keyboard_checked_previewed_and_saved(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server, width=1280)
    tomas.signs_in("tomas@demo.example")
    complaints: list[str] = []
    tomas.page.on("console", lambda message: complaints.append(message.text))
    address = begins_a_draft(tomas)
    page = opens(tomas, address)
    assert saved_text(tomas, address) == PUBLISHED
    writes(page, "\n/// unknown\nwith a\ttab\n///\n")
    problem = page.locator("[data-problem-list] a").first
    expect(problem).to_be_visible()
    number = int(problem.get_attribute("data-line") or 0)
    problem.focus()
    page.keyboard.press("Enter")
    expect(text_of(page)).to_be_focused()
    page.keyboard.insert_text("/// note")
    expect(page.locator("[data-no-problems]")).to_be_visible()
    page.keyboard.press("Control+s")
    says(page, "Saved at")
    assert saved_text(tomas, address) == PUBLISHED + "\n/// note\nwith a\ttab\n///\n"
    assert number == PUBLISHED.count("\n") + 2
    expect(page.frame_locator("iframe").get_by_text("with a tab")).to_be_visible()
    page.get_by_label("Colours").select_option("dark")
    page.get_by_label("Direction").select_option("rtl")
    page.get_by_label("Width").select_option("320")
    shown = page.frame_locator("iframe").locator("html[dir=rtl] body")
    expect(shown).to_have_css("background-color", "rgb(20, 24, 29)")
    assert page.locator("iframe").evaluate("frame => frame.clientWidth") == 320
    text_of(page).focus()
    page.keyboard.press("Tab")
    expect(text_of(page)).not_to_be_focused()
    writes(page, "Saved by itself.\n")
    expect(page.frame_locator("iframe").get_by_text("Saved by itself.")).to_be_visible()
    assert saved_text(tomas, address).endswith("Saved by itself.\n")
    page.locator("[data-blocks] summary").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Check", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Check")
    expect(dialog.get_by_label("Question")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("link", name="Do not", exact=True).press("Enter")
    dialog = page.get_by_role("dialog", name="Do not")
    dialog.get_by_label("Text").fill("Do not search.")
    dialog.get_by_role("button", name="Insert").press("Enter")
    expect(dialog).to_be_hidden()
    expect(text_of(page)).to_be_focused()
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(page.frame_locator("iframe").get_by_text("Do not search.")).to_be_visible()
    assert "/// dont\nDo not search.\n///\n" in saved_text(tomas, address)
    cut_with_mouse_and_keys(tomas, address.partition("/files/")[0])
    assert [text for text in complaints if "Content Security Policy" in text] == []
    assert faults_of(page) == []


def cut_with_mouse_and_keys(who: Visitor, draft: str) -> None:
    """Adds a picture of which a frame drawn with the mouse remains, and its right side moved by keyboard."""
    page = who.goes(f"{draft}/pictures")
    picture = BytesIO()
    Image.new("RGB", (400, 200), "steelblue").save(picture, "PNG")
    page.set_input_files("[name=file]", {"name": "a.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    page.get_by_text("Cut the picture").click()
    shown = page.get_by_role("img", name="The chosen picture")
    expect(shown).to_be_visible()
    shown.scroll_into_view_if_needed()
    box = shown.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + box["height"] * 3 / 4)
    page.mouse.up()
    page.get_by_role("slider", name="Cut off at the right").press("ArrowRight")
    sides = [page.locator(f"[name={side}]").input_value() for side in ("left", "right", "top", "bottom")]
    assert sides == ["25", "24", "25", "25"]
    assert faults_of(page) == []
    page.get_by_label("What it shows, in a sentence").fill("The sea")
    page.get_by_role("button", name="Add the picture").click()
    added = page.get_by_role("img", name="the-sea.png")
    expect(added).to_be_visible()
    assert added.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [204, 100]


def test_two_authors_at_once_overwrite_nobody(browser: Browser, shared_server: Server) -> None:
    tomas, root = visitor(browser, shared_server, width=1280), visitor(browser, shared_server, width=320)
    tomas.signs_in("tomas@demo.example")
    root.signs_in("root@demo.example")
    address = begins_a_draft(tomas)
    mine, theirs = opens(tomas, address), opens(root, address)
    writes(theirs, " of Root", line=2)
    writes(theirs, " Root alone.", line=9)
    theirs.keyboard.press("Control+s")
    says(theirs, "Saved at")
    writes(mine, " of Tomas", line=2)
    writes(mine, "The last words.\n")
    mine.keyboard.press("Control+s")
    expect(mine.get_by_role("heading", name="Somebody else has saved this file")).to_be_focused()
    says(mine, "Look at what both of you changed")
    assert "of Tomas" not in saved_text(tomas, address)
    assert faults_of(mine) == []
    # Beside the text stand both others; what Root alone changed is in it, the title is decided by keyboard.
    expect(mine.get_by_role("textbox", name="Their text")).to_contain_text("of Root")
    expect(mine.get_by_role("textbox", name="Your text")).to_contain_text("of Tomas")
    left = mine.locator("[data-places-left]")
    expect(left).to_have_text("Places to decide: 1.")
    mine.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(mine.get_by_text("there are still marks of a conflict (lines 2, 4, 6)").first).to_be_visible()
    expect(left).to_have_text("Places to decide: 1.")
    mine.get_by_role("button", name="Next difference").press("Enter")
    mine.get_by_role("button", name="Take theirs here").press("Enter")
    expect(left).to_contain_text("Every place is decided.")
    mine.get_by_role("button", name="Save", exact=True).press("Enter")
    expect(mine.get_by_text("Saved.", exact=True)).to_be_visible()
    saved = saved_text(tomas, address)
    assert saved.splitlines()[1].endswith(" of Root")
    assert " Root alone." in saved
    assert saved.endswith("The last words.\n")
    assert faults_of(theirs) == []
    for act in ("preview", "page", "versions", "versions/1", "insert/sector", "insert/picture"):
        root.goes(address.replace("/files/", f"/{act}/"))
        assert faults_of(theirs) == [], act


def test_a_dead_network_loses_nothing(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server)
    tomas.signs_in("tomas@demo.example")
    address = begins_a_draft(tomas)
    page = opens(tomas, address)
    page.context.set_offline(True)
    writes(page, "Written without a network.\n")
    page.keyboard.press("Control+s")
    says(page, "There is no connection")
    page.context.set_offline(False)
    says(page, "Saved at")
    assert saved_text(tomas, address).endswith("Written without a network.\n")


def test_a_text_of_a_closed_tab_is_offered_again_and_gone_after_sign_out(
    browser: Browser, shared_server: Server
) -> None:
    tomas = visitor(browser, shared_server, width=1280)
    tomas.signs_in("tomas@demo.example")
    address = begins_a_draft(tomas)
    page = opens(tomas, address)
    page.context.set_offline(True)
    writes(page, "Of a closed tab.\n")
    page.keyboard.press("Control+s")
    says(page, "There is no connection")
    page.close()
    assert not saved_text(tomas, address).endswith("Of a closed tab.\n")
    tomas.page = page = page.context.new_page()
    page.context.set_offline(False)
    opens(tomas, address)
    page.get_by_role("button", name="Go on with that text").click()
    says(page, "Saved at")
    assert saved_text(tomas, address).endswith("Of a closed tab.\n")
    page.evaluate("localStorage.setItem('unsaved text', 'x')")
    page.locator("header form button").click()
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_an_expired_session_is_continued_beside(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server, width=1280)
    tomas.signs_in("tomas@demo.example")
    address = begins_a_draft(tomas)
    page = opens(tomas, address)
    page.context.clear_cookies()
    writes(page, "Written while signed out.\n")
    page.keyboard.press("Control+s")
    says(page, "You are signed out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in again").click()
    beside = opened.value
    beside.fill("[name=email]", "tomas@demo.example")
    beside.fill("[name=password]", PASSWORD)
    beside.keyboard.press("Enter")
    beside.wait_for_url(lambda url: "/login" not in url)
    beside.close()
    page.bring_to_front()
    text_of(page).focus()
    page.keyboard.press("Control+s")
    says(page, "Saved at")
    assert saved_text(tomas, address).endswith("Written while signed out.\n")


def test_everything_works_without_a_script(browser: Browser, shared_server: Server) -> None:
    tomas = visitor(browser, shared_server, script=False)
    page = tomas.signs_in("tomas@demo.example")
    address = begins_a_draft(tomas)
    tomas.goes(address)
    page.fill("[name=text]", PUBLISHED + "Without a script.\n")
    page.get_by_role("button", name="Save and preview").click()
    expect(page.frame_locator("iframe").get_by_text("Without a script.")).to_be_visible()
    page.get_by_label("Width").select_option("768")
    page.get_by_role("button", name="Preview").click()
    assert page.url.partition("?")[2].startswith("sector=protection&width=768")
    page.get_by_role("link", name="Edit the text").click()
    page.locator("[data-blocks] summary").click()
    page.get_by_role("link", name="Caution").click()
    page.get_by_label("Text").fill("Act now.")
    page.get_by_role("button", name="Insert").click()
    assert saved_text(tomas, address).endswith("Without a script.\n\n/// caution\nAct now.\n///\n")
    page.get_by_role("link", name="Versions").click()
    page.get_by_role("link", name="The published text that this draft began with").click()
    expect(page.locator("ins", has_text="Without a script.")).to_be_visible()
    page.get_by_role("button", name="Save this version again").click()
    assert saved_text(tomas, address) == PUBLISHED
