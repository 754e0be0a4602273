"""Who is worried about a child sees at once whom to call, and who must leave the page leaves nothing on the screen."""

import re

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.journeys.conftest import Server, visitor

pytestmark = pytest.mark.journey

SCREEN = 700


@pytest.mark.parametrize("path", ["/my", "/help-now"])
def test_the_first_screen_of_a_phone_says_whom_to_call(browser: Browser, server: Server, path: str) -> None:
    amina = visitor(browser, server)
    amina.signs_in("amina@demo.example")
    page = amina.goes(path)
    for contact in ("Emergency, day and night", "Child protection focal point"):
        line = page.locator("main li").filter(has_text=contact).first
        box = line.locator("a[href^='tel:']").first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= SCREEN, (contact, box)
        assert box["height"] >= 44


@pytest.mark.parametrize("path", ["/help-now", "/courses"])
def test_leaving_a_page_blanks_it_at_once(browser: Browser, server: Server, path: str) -> None:
    amina = visitor(browser, server)
    amina.signs_in("amina@demo.example")
    page = amina.goes(path)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    # The neutral page is slow to come, as on a bad network.
    page.context.route(re.compile(r"^https://"), hold)
    try:
        page.locator("a[data-quick-exit]").first.click(no_wait_after=True)
        expect(page.locator("body")).to_be_hidden(timeout=5_000)
        assert page.url == server.address + path
        assert page.title() == ""
    finally:
        for route in held:
            route.abort()
