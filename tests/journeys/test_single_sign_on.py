"""Two providers are connected as the manual says, and sign somebody in and out: real servers and a real browser."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.factories.canaille import CLIENT_ID, CLIENT_SECRET, PASSWORD as THERE, running_canaille
from tests.factories.oidc_provider import running_oidc_provider
from tests.journeys.conftest import PASSWORD, Server, running_server, visitor

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def own_network(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server, which may speak with providers on this machine; each test adds one of its own."""
    instance = tmp_path_factory.mktemp("instance")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with running_server(instance, LMS_SIGN_IN_NETWORKS='["127.0.0.0/8"]') as running:
        yield running


def add_provider(browser: Browser, server: Server, *, name: str, word: str, issuer: str, claim: str = "") -> None:
    """Adds a provider of Rivers Relief as the administrator does, and tests it; without a claim, e-mails say who."""
    root = visitor(browser, server, width=1280, script=False)
    page = root.signs_in("root@demo.example")
    root.goes("/admin/sign-in/new")
    page.get_by_label("Organisation", exact=True).select_option(label="Rivers Relief")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Word in the address").fill(word)
    page.get_by_label("Issuer").fill(issuer)
    page.get_by_label("Client id").fill(CLIENT_ID)
    page.get_by_label("Client secret").fill(CLIENT_SECRET)
    if claim:
        page.get_by_label("Claim with the staff number").fill(claim)
    else:
        page.get_by_label("The e-mail, where the provider says").check()
    page.get_by_label("Your own password").fill(PASSWORD)
    page.get_by_role("button", name="Add this provider").click()
    page.get_by_role("button", name="Test the provider").click()
    expect(page.get_by_text("The provider answers, and its keys can be read.")).to_be_visible()


def types_there(page: Page, issuer: str) -> None:
    """Signs Amina in on a provider's own pages."""
    page.wait_for_url(f"{issuer}/**")
    page.fill("[name=login]", "amina")
    # Some ask for the password on the next page.
    if not page.locator("[name=password]").count():
        page.locator("[name=login]").press("Enter")
    page.fill("[name=password]", THERE)
    page.locator("[name=password]").press("Enter")


def test_a_directory_is_connected_and_signs_somebody_in(browser: Browser, own_network: Server) -> None:
    with running_canaille(f"{own_network.address}/login/with/rivers/callback") as canaille:
        there = {"issuer": canaille.issuer, "claim": "preferred_username"}
        add_provider(browser, own_network, name="Rivers staff", word="rivers", **there)

        # Whoever has a password connects their account; with script, nothing but the directory's own forms is pressed.
        amina = visitor(browser, own_network)
        page = amina.signs_in("amina@demo.example")
        amina.goes("/account/sign-in")
        page.get_by_role("button", name="Connect with Rivers staff").click()
        types_there(page, canaille.issuer)
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
        types_there(page, canaille.issuer)
        page.wait_for_url("**/my")


def test_another_provider_signs_in_whom_hr_allows_and_out_both_ways(
    browser: Browser, own_network: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    at = f"{own_network.address}/login/with/hills"
    with running_oidc_provider(tmp_path_factory, f"{at}/callback", f"{at}/logout") as issuer:
        add_provider(browser, own_network, name="Hills", word="hills", issuer=issuer)
        hana = visitor(browser, own_network)
        page = hana.signs_in("hana@demo.example")
        hana.goes("/people?q=Amina+Yusuf")
        page.get_by_role("link", name="Amina Yusuf").click()
        page.get_by_role("link", name="Placements").click()
        page.get_by_role("link", name="Sign-in through the organisation").click()
        page.get_by_role("button", name="Allow sign-in through Hills").click()
        expect(page.get_by_role("status")).to_contain_text("Allowed for 14 days")

        amina = visitor(browser, own_network)
        page = amina.page

        def signs_in() -> None:
            amina.goes("/login")
            page.get_by_role("link", name="Sign in with Hills").click()
            types_there(page, issuer)
            # It asks whether we may know her e-mail.
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url("**/my")

        signs_in()
        # Signing out here leads there, where the page asks, and back; then both ask anew.
        page.locator("header form button").click()
        page.wait_for_url(f"{issuer}/**")
        page.get_by_role("button", name="Yes").click()
        page.wait_for_url("**/login")
        signs_in()
        # Signing out there: the provider tells us before its page says so.
        page.goto(f"{issuer}/session/end")
        page.get_by_role("button", name="Yes").click()
        page.wait_for_url(f"{issuer}/session/end/success")
        amina.goes("/my")
        page.wait_for_url("**/login?next=**")
