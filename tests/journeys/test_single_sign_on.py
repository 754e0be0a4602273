"""A directory is connected as the manual says, and signs somebody in and out: two servers and a real browser."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.factories.canaille import CLIENT_ID, CLIENT_SECRET, PASSWORD as THERE, running_canaille
from tests.journeys.conftest import PASSWORD, running_server, visitor

pytestmark = pytest.mark.journey


def test_a_directory_is_connected_and_signs_somebody_in(
    browser: Browser, demonstration: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    instance = tmp_path_factory.mktemp("instance")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with (
        running_server(instance, LMS_SIGN_IN_NETWORKS='["127.0.0.0/8"]') as server,
        running_canaille(f"{server.address}/login/with/rivers/callback") as canaille,
    ):
        root = visitor(browser, server, width=1280, script=False)
        page = root.signs_in("root@demo.example")
        root.goes("/admin/sign-in/new")
        page.get_by_label("Organisation", exact=True).select_option(label="Rivers Relief")
        page.get_by_label("Name", exact=True).fill("Rivers staff")
        page.get_by_label("Word in the address").fill("rivers")
        page.get_by_label("Issuer").fill(canaille.issuer)
        page.get_by_label("Client id").fill(CLIENT_ID)
        page.get_by_label("Client secret").fill(CLIENT_SECRET)
        page.get_by_label("Claim with the staff number").fill("preferred_username")
        page.get_by_label("Your own password").fill(PASSWORD)
        page.get_by_role("button", name="Add this provider").click()
        page.get_by_role("button", name="Test the provider").click()
        expect(page.get_by_text("The provider answers, and its keys can be read.")).to_be_visible()

        # Whoever has a password connects their account; with script, nothing but the directory's own forms is pressed.
        amina = visitor(browser, server)
        page = amina.signs_in("amina@demo.example")
        amina.goes("/account/sign-in")
        page.get_by_role("button", name="Connect with Rivers staff").click()

        def signs_in_there() -> None:
            page.wait_for_url(f"{canaille.issuer}/**")
            page.fill("[name=login]", "amina")
            page.locator("[name=login]").press("Enter")
            page.fill("[name=password]", THERE)
            page.locator("[name=password]").press("Enter")

        signs_in_there()
        page.wait_for_url("**/account/sign-in")
        expect(page.locator("main")).to_contain_text("Connected on")
        page.locator("header form button").click()
        amina.goes("/login")
        page.get_by_role("link", name="Sign in with Rivers staff").click()
        # She is signed in there still, from connecting; the directory asks nothing.
        page.wait_for_url("**/my")
        # Signing out here signs out there, and leads back.
        page.locator("header form button").click()
        page.wait_for_url("**/login")
        page.get_by_role("link", name="Sign in with Rivers staff").click()
        signs_in_there()
        page.wait_for_url("**/my")
