"""Tomas finds the question of the demonstration that fails people, sees what correcting it changes, and applies it."""

import sqlite3

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Server, visitor

pytestmark = pytest.mark.journey


def has_no_side_scroll(page: Page) -> bool:
    """Returns whether the page fits into the width of its window."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@pytest.mark.parametrize(("width", "script"), [(1280, True), (320, False)], ids=["desktop", "phone-without-script"])
def test_the_worst_question_is_found_and_corrected(
    browser: Browser, server: Server, *, width: int, script: bool
) -> None:
    tomas = visitor(browser, server, width=width, script=script)
    tomas.signs_in("tomas@demo.example")
    pages: list[str] = []
    tomas.page.on("domcontentloaded", lambda shown: pages.append(shown.url))
    page = tomas.goes("/author/child-safeguarding/statistics")
    worst = page.locator("table tbody tr", has_text="check the key").first
    expect(worst).to_contain_text("safe-two-terms")
    worst.get_by_role("link", name="Correct this question").click()
    # The key of the file is ticked; by keyboard what strong people chose becomes right as well.
    page.locator("[name=kind][value=rekey]").focus()
    page.keyboard.press("ArrowDown")
    page.locator("[name=right_1][value=c]").focus()
    page.keyboard.press("Space")
    page.locator("[name=reason]").fill("Two answers can be defended.")
    page.get_by_role("button", name="See what would change").press("Enter")
    effect = page.locator("#effect")
    expect(effect).to_contain_text("Nothing is recorded yet.")
    expect(effect).to_contain_text("People who had this question:")
    assert has_no_side_scroll(page)
    page.get_by_role("button", name="Correct the question").press("Enter")
    expect(page.locator("main, body").first).to_contain_text("The question is corrected.")
    expect(page.locator("table tbody tr", has_text="safe-two-terms")).to_contain_text("Corrected on")
    expect(page.locator("table tbody tr", has_text="safe-two-terms")).not_to_contain_text("check the key")
    # What the author's manual says it takes: how long that is depends on the network and the reader alone.
    assert len(pages) == 4, pages
    with sqlite3.connect(server.instance / "every_sector.db") as database:
        found = database.execute("SELECT kind, key, reason FROM question_correction").fetchall()
        jobs = database.execute("SELECT count(*) FROM outbox WHERE kind = 'assessment.regrade'").fetchone()
    assert found == [("accept", '["b", "c"]', "Two answers can be defended.")]
    assert jobs == (2,)
