"""Amina earns a certificate on a small phone, and Hana sees it in the report."""

import re

import pytest
from playwright.sync_api import Browser, expect
from pypdf import PdfReader

from tests.journeys.bank import answer_rightly
from tests.journeys.conftest import Server, Visitor, visitor

pytestmark = pytest.mark.journey
COURSE = "safe-identification"


def earns(amina: Visitor) -> str:
    """Walks from sign-in to the certificate and returns its serial."""
    page = amina.signs_in("amina@demo.example")
    expect(page.locator("h1")).to_contain_text("Amina")
    amina.goes(f"/courses/{COURSE}")
    with page.expect_navigation():
        page.locator("main a.button").first.click()
    for _ in range(8):
        if page.url.split("?")[0].endswith("/quiz"):
            break
        with page.expect_navigation():
            page.locator("article.module footer .button.large").click()
    page.locator("main form[method=post] button").first.click()
    page.wait_for_url("**/attempts/*")
    expect(page.locator("fieldset.question")).to_have_count(12)
    assert "red line" not in page.locator("fieldset.question").first.inner_text().lower()
    assert answer_rightly(page, COURSE) == 12
    page.get_by_role("button", name="Submit my answers").click()
    expect(page.locator("h1")).to_have_text("You have passed")
    page.get_by_role("link", name="See your certificate").click()
    page.wait_for_url(re.compile(r"/certificates/[0-9A-Z]{4}-"))
    found = re.search(r"/certificates/([0-9A-Z-]+)$", page.url)
    assert found is not None, page.url
    return found[1]


@pytest.mark.parametrize("script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_amina_earns_a_certificate_that_anybody_verifies_and_hana_sees(
    browser: Browser, server: Server, script: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    hana = visitor(browser, server, width=1280)
    hana.signs_in("hana@demo.example")
    before = wash(hana)
    amina = visitor(browser, server, width=320, script=script)
    serial = earns(amina)
    page = amina.page
    expect(page.locator(".holder")).to_contain_text("Amina Yusuf")
    after = wash(hana)
    assert after["people"] == before["people"]
    assert after["compliant"] == before["compliant"] + 1, "the figure of WASH changes by exactly one person"

    answer = page.request.get(f"{server.address}/certificates/{serial}.pdf")
    assert answer.ok
    path = tmp_path_factory.mktemp("pdf") / "certificate.pdf"
    path.write_bytes(answer.body())
    text = PdfReader(path).pages[0].extract_text()
    assert "Amina Yusuf" in text
    assert serial in text

    anybody = visitor(browser, server, width=320, script=script)
    shown = anybody.goes("/verify")
    shown.fill("main [name=serial]", serial.lower().replace("-", " "))
    shown.click("main [type=submit]")
    expect(shown.locator("main")).to_contain_text("Amina Yusuf")
    expect(shown.locator("main")).to_contain_text("Safe identification")
    assert "overdue" not in shown.locator("main").inner_text().lower()


def wash(hana: Visitor) -> dict[str, int]:
    """Reads WASH's row of the report on one course, as the page shows it."""
    page = hana.goes(f"/compliance?course={COURSE}")
    row = page.locator("table.bars tbody tr", has_text="WASH")
    people, not_yet_due, overdue = (
        int(re.sub(r"\D", "", row.locator(f'td[data-label="{label}"]').inner_text()))
        for label in ("People", "Not yet due", "Overdue")
    )
    return {"people": people, "compliant": people - not_yet_due - overdue}
