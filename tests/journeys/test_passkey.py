"""A passkey in a real browser, with Chromium's own virtual authenticator."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import PASSWORD, Server, visitor

pytestmark = pytest.mark.journey


def test_a_passkey_is_added_and_signs_in(browser: Browser, server: Server) -> None:
    # Browsers know no passkeys of a bare number.
    hana = visitor(browser, replace(server, address=server.address.replace("127.0.0.1", "localhost")))
    page = hana.signs_in("hana@demo.example")
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "automaticPresenceSimulation": True}
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": device})["authenticatorId"]
    hana.goes("/account/second-step")
    page.get_by_role("link", name="Add a passkey").press("Enter")
    page.get_by_label("Name").fill("My phone")
    page.keyboard.press("Enter")
    page.wait_for_url("**/account/second-step")
    expect(page.locator("main")).to_contain_text("My phone")
    page.get_by_role("button", name="Make new recovery codes").press("Enter")
    code = page.locator("ol code").first.inner_text()

    def signs_in_again() -> None:
        page.locator("header form button").click()
        hana.goes("/login")
        page.fill("[name=email]", "hana@demo.example")
        page.fill("[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/login/passkey*")

    signs_in_again()
    page.get_by_role("button", name="Continue").press("Enter")
    page.wait_for_url("**/my")
    # Without the key the page says so, and a recovery code does.
    devices.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": key})
    other = device | {"hasResidentKey": False}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": other})
    signs_in_again()
    page.get_by_role("button", name="Continue").press("Enter")
    expect(page.get_by_role("status")).to_contain_text(re.compile("gave no passkey"))
    page.get_by_role("link", name="Use a code").press("Enter")
    page.get_by_label("recovery code").fill(code)
    page.keyboard.press("Enter")
    page.wait_for_url("**/my")
