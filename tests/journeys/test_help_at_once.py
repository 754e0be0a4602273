"""Who is worried about a child sees at once whom to call, and who must leave the page leaves nothing on the screen."""

import re

import pytest
from playwright.sync_api import Browser, Route

from tests.journeys.conftest import Server, visitor

pytestmark = pytest.mark.journey

SCREEN = 700
LEAVE = """\
() => {
  document.querySelector("a[data-quick-exit]").click();
  return [location.pathname, document.title, document.body.checkVisibility()];
}
"""


@pytest.mark.parametrize("path", ["/my", "/help-now"])
def test_the_first_screen_of_a_phone_says_whom_to_call(browser: Browser, shared_server: Server, path: str) -> None:
    amina = visitor(browser, shared_server)
    amina.signs_in("amina@demo.example")
    page = amina.goes(path)
    for contact in ("Emergency, day and night", "Child protection focal point"):
        line = page.locator("main li").filter(has_text=contact).first
        box = line.locator("a[href^='tel:']").first.bounding_box()
        assert box is not None and box["y"] + box["height"] <= SCREEN, (contact, box)
        assert box["height"] >= 44


def neutral(route: Route) -> None:
    route.fulfill(body="An ordinary page.", content_type="text/plain")


@pytest.mark.parametrize("path", ["/help-now", "/courses"])
def test_leaving_a_page_blanks_it_at_once(browser: Browser, shared_server: Server, path: str) -> None:
    amina = visitor(browser, shared_server)
    amina.signs_in("amina@demo.example")
    page = amina.goes(path)
    page.context.route(re.compile(r"^https://"), neutral)
    # What the screen shows when the click is over, before the other page has come.
    assert page.evaluate(LEAVE) == [path, "", False]
    page.wait_for_url("https://**")
