"""Every page as phones and screens show it, light and dark, in both directions: nothing for axe, nothing too wide."""

import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

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
        "/feedback?module=1", "/my/record/stored", "/account/second-step", "/account/second-step/app",
        "/account/second-step/passkey", "/certificates/keys", "/verify/offline", "/api/v1/docs",
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
        "/certificates/marked-again", "/certificates/{serial}/revoke", "/account/tokens", "/account/tokens/new",
        "/account/webhooks", "/account/webhooks/new", "/paper", "/paper/new", "/paper/{quiz}", "/paper/copies/{copy}",
        "/paper/copies/{copy}/enter", "/sessions/sheets/new", "/people/{person}/second-step",
    ),
    "karim@demo.example": ("/compliance", "/compliance/coverage", "/pathways"),
    "tomas@demo.example": (
        "/author",
        *(f"/author{COURSE.removeprefix('/courses')}/{page}" for page in ("statistics", "questions", "feedback")),
        "/author/child-safeguarding/questions/safe-two-terms/correct",
    ),
    "root@demo.example": (
        "/admin", "/admin/audit", "/admin/users", "/admin/organisations", "/admin/stations",
        "/people/{person}/erase", "/people/{person}/correct",
    ),
}  # fmt: skip
REFUSED = {("", "/not-here"), ("", "/verify/0000-0000-00000"), ("amina@demo.example", "/people")}
PHONE = 320
WIDTHS = (PHONE, 768, 1000, 1280)
"""No page sticks out at these widths, in either direction: names are longer in one language than in another."""
TEXT_SIZES = {360: "200%", PHONE: "150%"}
"""Nor where somebody reads with larger letters: the size of text on a phone of each width."""
WIDER = """\
size => {
  const root = document.documentElement;
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const longest = texts.currentNode.data.replace(
      /\\d+(\\s)[A-Z][a-z]{2,}(?=\\s20\\d\\d)/g,
      (day, space) => "30" + space + (day.length > 6 ? "September" : "Sept"));
    // What is set is laid out again.
    if (longest !== texts.currentNode.data) texts.currentNode.data = longest;
  }
  if (root.style.fontSize !== size) root.style.fontSize = size;
  return root.scrollWidth > root.clientWidth;
}
"""
VIOLATIONS = """\
async ([known, rules]) => {
  const met = new Set(known), here = new Set(), found = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    if (!texts.currentNode.data.trim()) continue;
    const own = texts.currentNode.parentElement;
    const {color, fontSize, fontWeight, opacity, visibility} = getComputedStyle(own);
    const style = [color, fontSize, fontWeight, opacity, visibility];
    for (let each = own; each; each = each.parentElement) {
      const {backgroundColor, backgroundImage, display} = getComputedStyle(each);
      style.push(each.localName, each.className, each.disabled, backgroundColor, backgroundImage, display);
    }
    const words = style.join();
    if (here.has(words)) continue;
    here.add(words);
    let digest = 0;
    for (let place = 0; place < words.length; place++) digest = Math.imul(31, digest) + words.charCodeAt(place) | 0;
    if (met.has(digest)) continue;
    found.push(digest);
    own.toggleAttribute("data-sample", true);
  }
  axe.configure({rules: [{id: "color-contrast", selector: "[data-sample]"}]});
  const only = rules.length ? {runOnly: {type: "rule", values: rules}} : {};
  const {violations} = await axe.run(document, {resultTypes: ["violations"], preload: false, ...only});
  for (const each of document.querySelectorAll("[data-sample]")) each.removeAttribute("data-sample");
  return [violations.map(({id, nodes}) => [id, nodes[0].html]), found];
}
"""
"""What axe finds. The contrast takes it longest by far: it looks at one text of each style, as pages repeat them.

A style is a text's own and the backgrounds of all around it; of those that were met before there are digests.
"""
LOOKS = ("color-contrast", "link-in-text-block", "scrollable-region-focusable")
"""The rules of axe that judge how a page looks: a narrow light one shows the elements that a wide dark one has."""
_met: set[int] = set()
"""The digests of the styles whose contrast axe has looked at, on any page."""
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
    """The demonstration with what only people's acts make: lists at each step, a message, a quiz on paper."""
    instance = tmp_path_factory.mktemp("busy_server")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with running_server(instance) as server:
        add_people_acts(browser, server)
        yield server


def add_people_acts(browser: Browser, server: Server) -> None:
    """Lets Amina say that her record is wrong, and Hana send three lists (applied, checked, just sent) and a quiz."""
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
    hana.goes("/paper/new")
    page.select_option("[name=course]", label="Safe identification of abuse, neglect, exploitation and violence")
    page.fill("[name=numbers]", "R-1001")
    page.locator("main form:has([name=numbers]) [type=submit]").click()
    page.wait_for_url(re.compile(r"/paper/\d+$"))
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
        "quiz": one("SELECT max(id) FROM paper_quiz"),
        "copy": one("SELECT max(code) FROM quiz_copy"),
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


def violations(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Says what axe finds on a page as it is shown, by some of its rules or by all."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    violations, styles = page.evaluate(VIOLATIONS, [list(_met), list(rules)])
    _met.update(styles)
    return [f"{name}: {place[:160]}" for name, place in violations]


def faults_of(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Says what axe finds by these rules or by all, and for a phone's page at which widths it is wider than the window.

    Axe looks at pages from left to right: it finds nothing else in the others.
    """
    found = [] if page.locator("html").get_attribute("dir") == "rtl" else violations(page, rules)
    own = page.viewport_size
    assert own is not None
    on_phone = own["width"] == PHONE
    looks = [(width, "") for width in (WIDTHS if on_phone else (own["width"],))]
    for width, size in (*looks, *(TEXT_SIZES.items() if on_phone else ())):
        page.set_viewport_size({"width": width, "height": own["height"]})
        if page.evaluate(WIDER, size):
            found.append(f"wider than a window of {width} px with text at {size or 'its usual size'}")
    page.set_viewport_size(own)
    page.evaluate(WIDER, "")
    return found


def faults_on_a_dark_screen(page: Page) -> list[str]:
    """Says what axe finds on the same page, dark and wide."""
    own = page.viewport_size
    assert own is not None
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": max(WIDTHS), "height": own["height"]})
    found = [f"{fault} (dark, wide)" for fault in violations(page)]
    page.set_viewport_size(own)
    page.emulate_media(color_scheme="light")
    return found


def faults_light_and_dark(page: Page) -> list[str]:
    """Says the faults in the looks of a light page on a phone, and all that axe finds on it dark and wide."""
    is_from_right = page.locator("html").get_attribute("dir") == "rtl"
    return faults_of(page, LOOKS) + ([] if is_from_right else faults_on_a_dark_screen(page))


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
        faults += [f"{address}: {fault}" for fault in faults_light_and_dark(who.page)]
        faults += [f"{address}: {text}" for text in complaints if "Content Security Policy" in text]
        complaints.clear()
    return faults


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("identity", PAGES, ids=lambda identity: identity.partition("@")[0] or "anybody")
def test_every_page(browser: Browser, busy_server: Server, identity: str, language: str) -> None:
    known = numbers(busy_server.instance)
    # From left to right each page is seen light on a phone and dark on a screen, the other way dark on a phone.
    who = visitor(browser, busy_server, width=PHONE, color_scheme="light" if language == "en" else "dark")
    who.page.context.add_cookies([{"name": "language", "value": language, "url": busy_server.address}])
    complaints: list[str] = []
    who.page.on("console", lambda message: complaints.append(message.text))
    assert look_at(who, identity, known, complaints) == []
    assert (who.page.locator("html").get_attribute("dir") == "rtl") == (language == "ar")
    who.page.context.close()
