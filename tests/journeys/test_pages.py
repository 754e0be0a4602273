"""Every page as phones and screens show it, light and dark, in both directions: nothing for axe, nothing too wide."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.journeys.conftest import ROOT, Server, Visitor, environment, running_server, visitor

pytestmark = pytest.mark.journey

COURSE = "/courses/safe-identification"
PAGES = {
    "": ("/", "/help-now", "/support", "/login", "/reset", "/join", "/verify", "/verify/0000-0000-00000", "/not-here"),
    "amina@demo.example": (
        "/my", "/my/record", "/account", "/account/password", "/courses", COURSE,
        f"{COURSE}/noticing-safely-in-your-job", f"{COURSE}/the-first-ten-minutes", f"{COURSE}/quiz",
        "/courses/child-friendly-communication/words-that-help",
        "/pathways/north-river", "/certificates/{serial}", "/verify/{serial}", "/people",
        "/courses/about", "/glossary", "/my/record/wrong", "/reminders/why", "/support", "/feedback",
        "/feedback?module=1",
    ),
    "hana@demo.example": (
        "/compliance", "/compliance/people", "/compliance/people?status=late&sector=wash",
        "/compliance/matrix", "/compliance/matrix?status=late&sector=wash",
        "/compliance?compare_with=2026-03-31", "/compliance/changes", "/compliance/reports", "/compliance/views",
        "/compliance/prepare?kind=people&form=csv", "/requirements",
        "/requirements/new", "/requirements/{requirement}", "/exemptions", "/exemptions/new", "/people", "/people/new",
        "/people/{person}", "/people/{person}/placement", "/people/codes", "/people/invitations",
        "/pathways/north-river", "/pathways/north-river/edit", "/pathways/north-river/versions/1",
        "/people/{person}?as_of=2026-03-31", "/people/{person}/merge", "/people/{person}/merge/{other}",
        "/people/queries", "/people/queries/{query}", "/people/import", "/people/import/{columns}/columns",
        "/people/import/{checked}", "/people/import/{applied}", "/people/import/{applied}/undo", "/compliance/lookup",
        "/exemptions/print", "/sessions", "/sessions/new", "/sessions/{session}", "/sessions/prior",
        "/sessions/prior/new", "/sessions/prior/list", "/reminders", "/reminders/settings", "/reminders/print",
        "/certificates/marked-again",
    ),
    "karim@demo.example": ("/compliance", "/compliance/coverage", "/pathways"),
    "tomas@demo.example": (
        "/author",
        *(f"/author{COURSE.removeprefix('/courses')}/{page}" for page in ("statistics", "questions", "feedback")),
        "/author/child-safeguarding/questions/safe-two-terms/correct",
    ),
    "root@demo.example": ("/admin", "/admin/audit", "/admin/users", "/admin/organisations", "/admin/stations"),
}  # fmt: skip
REFUSED = {("", "/not-here"), ("", "/verify/0000-0000-00000"), ("amina@demo.example", "/people")}
LOOKS = {
    "320 px, light": {"width": 320, "color_scheme": "light"},
    "320 px, dark, right to left": {"width": 320, "color_scheme": "dark", "language": "ar"},
    "1280 px, dark": {"width": 1280, "color_scheme": "dark"},
}
WIDTHS = (320, 768, 1000, 1280)
"""No page sticks out at these widths, in either direction: names are longer in one language than in another."""
TEXT_SIZES = {360: "200%", 320: "150%"}
"""Nor where somebody reads with larger letters: the size of text on a phone of each width."""
PHONE = 320
"""The looks of this width are of both directions: in them a page is tried at all the others too."""
WIDER = """\
size => {
  const root = document.documentElement;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    texts.currentNode.data = texts.currentNode.data.replace(
      /\\d+(\\s)[A-Z][a-z]{2,}(?=\\s20\\d\\d)/g,
      (day, space) => "30" + space + (day.length > 6 ? "September" : "Sept"));
  root.style.fontSize = size;
  const wider = root.scrollWidth > root.clientWidth;
  root.style.fontSize = "";
  return wider;
}
"""
LISTS = ("applied", "checked", "columns")
PEOPLE = """\
Staff number,Name,Duty station,Main sector,Role,First day
N-{0}1,Nadia New,North river,wash,promoter,2026-11-01
N-{0}2,Somebody,Nowhere,wash,driver,03/04/2026
"""
SWEEP = """\
from lms.app import create_app
from lms.kernel import outbox
with create_app().app_context():
    while outbox.sweep():
        pass
"""


@pytest.fixture(scope="module")
def busy_server(browser: Browser, demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration with what only people's acts make: lists at each step, a message about a record."""
    instance = tmp_path_factory.mktemp("busy_server")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with running_server(instance) as server:
        add_people_acts(browser, server)
        yield server


def add_people_acts(browser: Browser, server: Server) -> None:
    """Lets Amina say that her record is wrong, and Hana send three lists: applied, checked, and just sent."""
    amina = visitor(browser, server, script=False)
    page = amina.signs_in("amina@demo.example")
    amina.goes("/my/record/wrong")
    page.locator("main input[type=radio]").first.check()
    page.fill("main textarea", "The last place of work ended in July.")
    page.click("main form [type=submit]")
    page.context.close()
    hana = visitor(browser, server, script=False)
    page = hana.signs_in("hana@demo.example")
    for state in LISTS:
        hana.goes("/people/import")
        data = PEOPLE.format(state[0].upper()).encode()
        page.set_input_files("[name=file]", {"name": "staff.csv", "mimeType": "text/csv", "buffer": data})
        page.get_by_role("button", name="Upload the list").click()
        page.wait_for_url("**/columns")
        if state != "columns":
            page.locator("form:has([name=column_name]) [type=submit]").click()
            sweep(server)
        if state == "applied":
            page.reload()
            page.fill("[name=reason]", "The list of November.")
            page.get_by_role("button", name="Apply the list").click()
            sweep(server)
    page.context.close()


def sweep(server: Server) -> None:
    """Does what the background worker would do now."""
    words = [sys.executable, "-c", SWEEP]
    subprocess.run(words, cwd=ROOT, env=environment(server.instance), check=True, capture_output=True)


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
        "other": one("SELECT person_id FROM employment WHERE staff_number = 'R-1001'"),
        "query": one("SELECT max(id) FROM correction_request"),
        "session": one(
            "SELECT training_session.id FROM training_session JOIN organisation ON organisation.id = organisation_id "
            "WHERE slug = 'rivers-relief' LIMIT 1"
        ),
    } | {
        state: one(f"SELECT id FROM people_import ORDER BY id LIMIT 1 OFFSET {place}")
        for place, state in enumerate(LISTS)
    }
    connection.close()
    return found


def faults_of(page: Page) -> list[str]:
    """Says what axe finds, and at which widths the page is wider than the window.

    Axe looks at pages from left to right, light on a phone and dark on a screen: it finds nothing else in the others.
    """
    found = []
    if page.locator("html").get_attribute("dir") != "rtl":
        seen = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        found = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in seen]
    own = page.viewport_size
    assert own is not None
    usual = {own["width"], *(WIDTHS if own["width"] == PHONE else ())}
    sizes = TEXT_SIZES if own["width"] == PHONE else {}
    for width, size in (*((width, "100%") for width in usual), *sizes.items()):
        page.set_viewport_size({"width": width, "height": own["height"]})
        if page.evaluate(WIDER, size):
            found.append(f"wider than a window of {width} px with text at {size}")
    page.set_viewport_size(own)
    return found


def look_at(who: Visitor, identity: str, known: dict[str, object], complaints: list[str]) -> list[str]:
    """Opens every page of a person and collects the faults."""
    if identity:
        who.signs_in(identity)
    faults = []
    for path in PAGES[identity]:
        address = path.format(**known)
        answer = who.page.goto(who.address + address)
        if answer is None or (answer.status != 200 and (identity, path) not in REFUSED):
            faults.append(f"{address}: not shown")
        faults += [f"{address}: {fault}" for fault in faults_of(who.page)]
        faults += [f"{address}: {text}" for text in complaints if "Content Security Policy" in text]
        complaints.clear()
    return faults


@pytest.mark.parametrize("look", LOOKS, ids=lambda name: name.replace(" ", "-"))
def test_every_page(browser: Browser, busy_server: Server, look: str) -> None:
    known = numbers(busy_server.instance)
    choices = dict(LOOKS[look])
    language = str(choices.pop("language", "en"))
    faults: list[str] = []
    for identity in PAGES:
        who = visitor(browser, busy_server, **choices)  # type: ignore[arg-type]
        who.page.context.add_cookies([{"name": "language", "value": language, "url": busy_server.address}])
        complaints: list[str] = []

        def hear(message: ConsoleMessage, heard: list[str] = complaints) -> None:
            heard.append(message.text)

        who.page.on("console", hear)
        found = look_at(who, identity, known, complaints)
        assert (who.page.locator("html").get_attribute("dir") == "rtl") == (language == "ar")
        faults += [f"{identity or 'anybody'} {fault}" for fault in found]
        who.page.context.close()
    assert faults == []
