"""A phone that several people use shows nobody what another saw."""

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Server, visitor

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("path", ["/my", "/account", "/courses/safe-identification"])
def test_back_after_sign_out_shows_nothing_personal(browser: Browser, shared_server: Server, path: str) -> None:
    amina = visitor(browser, shared_server)
    page = amina.signs_in("amina@demo.example")
    amina.goes(path)
    page.locator("header form button").click()
    page.wait_for_url(shared_server.address + "/**")
    expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    page.go_back()
    page.wait_for_url("**/login**")
    expect(page.locator("[name=password]")).to_be_visible()
