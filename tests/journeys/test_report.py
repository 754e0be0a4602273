"""HR finds answers on the report in a few steps, with and without JavaScript."""

import csv
import re
import sqlite3
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Server, Visitor, visitor

pytestmark = pytest.mark.journey


def hana(browser: Browser, server: Server, width: int, script: bool) -> Visitor:
    """Hana, signed in."""
    who = visitor(browser, server, width=width, script=script)
    who.signs_in("hana@demo.example")
    return who


def shown(page: Page) -> None:
    """Sends the filters."""
    page.click("form.filters button[type=submit]")


@pytest.fixture(params=[(1280, True), (320, False)], ids=["desktop", "phone-without-script"])
def who(request: pytest.FixtureRequest, browser: Browser, shared_server: Server) -> Visitor:
    width, script = request.param
    return hana(browser, shared_server, width, script)


def test_who_in_a_sector_at_a_station_will_lapse_before_a_day(who: Visitor) -> None:
    page = who.goes("/compliance")
    page.select_option("[name=sector]", "health")
    shown(page)
    page.goto(page.url.replace("/compliance?", "/compliance/people?"))
    next_year = datetime.now(UTC).year + 1
    page.fill("[name=lapses_before]", f"{next_year}-12-01")
    shown(page)
    page.wait_for_load_state()  # a long table comes in parts
    expect(page.locator("table tbody tr").first).to_be_visible()
    station = page.locator("[name=station] option").nth(1).get_attribute("value")
    page.select_option("[name=station]", station)
    shown(page)
    expect(page.locator("main .lead")).to_contain_text("no longer by 1")
    for row in page.locator("table tbody tr").all():
        expect(row).to_contain_text("Health")
        assert re.search(r"Valid|Exempt", row.inner_text())
    assert f"lapses_before={next_year}-12-01" in page.url


def test_were_we_above_a_rate_on_a_day_as_known_on_another(who: Visitor) -> None:
    page = who.goes("/compliance")
    today = datetime.now(UTC).date()
    year = today.year if (today.month, today.day) > (4, 5) else today.year - 1
    page.fill("[name=as_of]", f"{year}-03-31")
    page.locator("form.filters summary").click()
    page.fill("[name=known_as_of]", f"{year}-04-05")
    shown(page)
    said = page.locator(".report-sentence").inner_text().replace("\u00a0", " ")
    assert re.search(rf"On 31 March {year}, \d+ % of \d+ people are compliant with everything required", said)
    expect(page.locator("#definitions").locator("..")).to_contain_text("5\u00a0April")


def test_why_is_this_person_overdue(who: Visitor) -> None:
    page = who.goes("/compliance")
    page.get_by_role("link", name="See who is overdue").click()
    first = page.locator("table tbody tr").first
    expect(first).to_contain_text("Overdue")
    expect(first).to_contain_text("Was due on")
    name = first.locator("th a").inner_text()
    first.locator("th a").click()
    expect(page.locator("h1")).to_contain_text(name)
    expect(page.locator("main")).to_contain_text("Was due on")


def test_a_printed_report_is_verified(who: Visitor) -> None:
    page = who.goes("/compliance")
    report_id = page.locator(".report-id").inner_text()
    page.get_by_role("link", name="Verify a printed report").click()
    page.fill("main [name=id]", report_id.lower().replace("-", " "))
    page.click("main button[type=submit]")
    expect(page.locator("main")).to_contain_text("The figures match.")
    assert page.url.endswith(report_id)


def test_a_view_is_saved_and_changes_are_listed(who: Visitor) -> None:
    page = who.goes("/compliance?sector=wash")
    page.locator("summary", has_text="Save this view").click()
    # One of each who walks here: they share a server.
    name = f"Water people {page.evaluate('innerWidth')}"
    page.fill("main [name=name]", name)
    page.click("main form[action='/compliance/views'] button")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    page.get_by_role("link", name="What changed since another day").click()
    expect(page.locator("h1")).to_have_text("What changed")
    expect(page.locator("main")).to_contain_text("Joined")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_which_of_these_two_hundred_may_deploy(who: Visitor, shared_server: Server) -> None:
    numbers = two_hundred(shared_server)
    page = who.goes("/compliance")
    page.get_by_role("link", name="Check a list of staff").click()
    page.fill("[name=text]", "\n".join(numbers))
    page.locator("#staff-check").get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("main .lead")).to_contain_text("of 200 may deploy")
    said = page.locator("main .lead").inner_text()
    counts = re.search(r"(\d+) of 200 may deploy\. (\d+) may not\.", said.replace("\u00a0", " "))
    assert counts, said
    may, may_not = int(counts[1]), int(counts[2])
    assert may > 0 and may_not > 0 and may + may_not == 200
    expect(page.locator("table tbody tr")).to_have_count(100)
    page.get_by_label("Show only people without the answer").check()
    page.locator("#staff-check").get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("main .toolbar")).to_contain_text(f"{may_not} entries without the answer “May deploy”.")
    page.wait_for_load_state()  # a long table comes in parts
    for row in page.locator("table tbody tr").all():
        expect(row).to_contain_text("May not deploy")
        assert re.search(r"Overdue|Expired|In grace|Due|On leave|Not working for you", row.inner_text()), (
            row.inner_text()
        )
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    with download.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len({row["entry"] for row in rows}) == may_not
    assert {row["answer"] for row in rows} == {"may_not"}


def two_hundred(server: Server) -> list[str]:
    """Returns the first two hundred staff numbers of Hana's organisation."""
    connection = sqlite3.connect(server.instance / "every_sector.db")
    rows = connection.execute(
        "SELECT staff_number FROM employment JOIN organisation ON organisation.id = organisation_id "
        "WHERE slug = 'rivers-relief' ORDER BY staff_number LIMIT 200"
    ).fetchall()
    connection.close()
    return [str(row[0]) for row in rows]
