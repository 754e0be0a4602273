"""Every page at three widths, light and dark, left to right and right to left: nothing for axe, nothing sticks out."""

import sqlite3
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.journeys.conftest import Server, Visitor, visitor

pytestmark = pytest.mark.journey

COURSE = "/courses/safe-identification"
PAGES = {
    "": ("/", "/help-now", "/login", "/reset", "/join", "/verify", "/verify/0000-0000-00000", "/not-here"),
    "amina@demo.example": (
        "/my", "/my/record", "/account", "/account/password", "/courses", COURSE,
        f"{COURSE}/noticing-safely-in-your-job", f"{COURSE}/the-first-ten-minutes", f"{COURSE}/quiz",
        "/pathways/north-river", "/certificates/{serial}", "/verify/{serial}", "/people",
    ),
    "hana@demo.example": (
        "/compliance", "/compliance/people", "/compliance/people?standing=late&sector=wash",
        "/compliance?compare_with=2026-03-31", "/compliance/changes", "/compliance/reports", "/compliance/views",
        "/compliance/prepare?kind=people&form=csv", "/requirements",
        "/requirements/new", "/requirements/{requirement}", "/exemptions", "/exemptions/new", "/people", "/people/new",
        "/people/{person}", "/people/{person}/placement", "/people/codes", "/pathways/north-river/edit",
    ),
    "karim@demo.example": ("/compliance", "/pathways"),
    "root@demo.example": ("/admin", "/admin/users", "/admin/organisations", "/admin/stations"),
}  # fmt: skip
LOOKS = {
    "320 px, light": {"width": 320, "color_scheme": "light"},
    "320 px, dark, right to left": {"width": 320, "color_scheme": "dark", "language": "ar"},
    "768 px, light, right to left": {"width": 768, "color_scheme": "light", "language": "ar"},
    "1280 px, dark": {"width": 1280, "color_scheme": "dark"},
}


def numbers(instance: Path) -> dict[str, object]:
    """Returns one of each thing that addresses name."""
    connection = sqlite3.connect(instance / "every_sector.db")

    def one(query: str) -> object:
        return connection.execute(query).fetchone()[0]

    raw = str(
        one(
            "SELECT award.serial FROM award JOIN account ON account.person_id = award.person_id "
            "WHERE account.email = 'amina@demo.example' ORDER BY award.id DESC LIMIT 1"
        )
    )
    found = {
        "serial": f"{raw[:4]}-{raw[4:8]}-{raw[8:]}",
        "person": one("SELECT person_id FROM account WHERE email = 'amina@demo.example'"),
        "requirement": one(
            "SELECT requirement.id FROM requirement JOIN organisation ON organisation.id = organisation_id "
            "WHERE organisation.slug = 'rivers-relief' ORDER BY requirement.id LIMIT 1"
        ),
    }
    connection.close()
    return found


def faults_of(page: Page) -> list[str]:
    """Says what axe finds, and whether the page is wider than the window."""
    found = [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in Axe().run(page).response["violations"]
    ]
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
        found.append("wider than the window")
    return found


def look_at(who: Visitor, identity: str, known: dict[str, object], complaints: list[str]) -> list[str]:
    """Opens every page of a person and collects the faults."""
    if identity:
        who.signs_in(identity)
    faults = []
    for path in PAGES[identity]:
        address = path.format(**known)
        who.goes(address)
        faults += [f"{address}: {fault}" for fault in faults_of(who.page)]
        faults += [f"{address}: {text}" for text in complaints if "Content Security Policy" in text]
        complaints.clear()
    return faults


@pytest.mark.parametrize("look", LOOKS, ids=lambda name: name.replace(" ", "-"))
def test_every_page(browser: Browser, server: Server, look: str) -> None:
    known = numbers(server.instance)
    choices = dict(LOOKS[look])
    language = str(choices.pop("language", "en"))
    faults: list[str] = []
    for identity in PAGES:
        who = visitor(browser, server, **choices)  # type: ignore[arg-type]
        who.page.context.add_cookies([{"name": "language", "value": language, "url": server.address}])
        complaints: list[str] = []

        def hear(message: ConsoleMessage, heard: list[str] = complaints) -> None:
            heard.append(message.text)

        who.page.on("console", hear)
        found = look_at(who, identity, known, complaints)
        assert (who.page.locator("html").get_attribute("dir") == "rtl") == (language == "ar")
        faults += [f"{identity or 'anybody'} {fault}" for fault in found]
        who.page.context.close()
    assert faults == []
