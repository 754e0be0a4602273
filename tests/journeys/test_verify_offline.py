"""A guard checks certificates where there is no network, with a phone that opened /verify once."""

import io
import re

import pypdfium2
import pytest
import zxingcpp
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Server, Visitor, visitor
from tests.waiting import wait_until

pytestmark = pytest.mark.journey

WITHOUT_ED25519 = """
crypto.subtle.generateKey = () => Promise.reject(new DOMException("unknown", "NotSupportedError"));
const known = crypto.subtle.importKey.bind(crypto.subtle);
crypto.subtle.importKey = (format, key, kind, ...more) =>
  kind === "Ed25519" ? crypto.subtle.generateKey() : known(format, key, kind, ...more);
"""
"""What a browser of 2023 answers."""


def code_of(page: Page, server: Server, serial: str) -> str:
    """Returns what a camera reads off the printed certificate of whoever is signed in."""
    document = page.request.get(f"{server.address}/certificates/{serial}.pdf").body()
    scanned = pypdfium2.PdfDocument(io.BytesIO(document))[0].render(scale=150 / 72).to_pil()
    (code,) = zxingcpp.read_barcodes(scanned)
    # The demonstration's certificates were issued at another address.
    printed, sharp, signed = code.text.partition("#")
    assert printed.endswith(f"/verify/{serial}")
    return f"{server.address}/verify/{serial}{sharp}{signed}"


def shown(page: Page, address: str, outcome: str) -> str:
    """Opens the address of a code and returns what the page says once the code was checked."""
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator("[data-check-code]")).to_have_attribute("data-shown", outcome)
    expect(page.locator("[data-outcome]:visible")).to_have_count(1)
    return page.locator("main").inner_text()


def visits(guard: Visitor) -> None:
    """Opens /verify with a network, until the device has stored what it needs."""
    page = guard.page
    page.context.set_offline(False)
    guard.goes("/verify")
    wait_until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)"), "the worker controls the page")


def test_a_code_is_verified_without_a_network(browser: Browser, server: Server) -> None:
    amina = visitor(browser, server, width=1280)
    amina.signs_in("amina@demo.example")
    links = re.findall(r"/certificates/([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5})", amina.page.content())
    serials = list(dict.fromkeys(links))
    code = code_of(amina.page, server, serials[0])

    guard = visitor(browser, server, width=320)
    visits(guard)
    page = guard.page
    # With a network, the server answers.
    page.goto(code)
    expect(page.locator("h1")).to_have_text("What this certificate says")
    page.context.set_offline(True)

    text = shown(page, code, "valid")
    assert "Amina Yusuf" in text
    assert serials[0] in text
    assert "Not checked" in text
    altered = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert "Amina" not in shown(page, altered, "altered")
    shown(page, code.replace(serials[0], serials[1]), "altered")
    address, _sharp, digits = code.partition("#")
    other_key = str(int(digits) ^ 1 << (int(digits).bit_length() // 8 * 8 - 8))
    shown(page, f"{address}#{other_key}", "unknown-key")
    shown(page, address, "no-code")

    # Revoked while the guard has no network: known after the next visit.
    hana = visitor(browser, server, width=1280)
    hana.signs_in("hana@demo.example")
    form = hana.goes(f"/certificates/{serials[0]}/revoke")
    form.fill("[name=reason]", "The attendance list was of another day.")
    form.click("main [type=submit]")
    expect(form.locator("main")).to_contain_text("Revoked")
    shown(page, code, "valid")
    visits(guard)
    listed_by = page.evaluate(
        "async (address) => (await (await fetch(address)).json()).validFrom", f"{server.address}/certificates/status"
    )
    assert listed_by
    page.context.set_offline(True)
    shown(page, code, "revoked")

    # Another certificate, on an older phone.
    old = visitor(browser, server, width=320)
    old.page.add_init_script(WITHOUT_ED25519)
    visits(old)
    library = "caches.match(document.querySelector('[data-verifier]').dataset.ed25519).then(Boolean)"
    wait_until(lambda: old.page.evaluate(library), "the library is stored")
    old.page.context.set_offline(True)
    other = code_of(amina.page, server, serials[1])
    shown(old.page, other, "valid")
    shown(old.page, other[:-1] + str((int(other[-1]) + 1) % 10), "altered")
    page = old.page
    page.clock.set_fixed_time("2031-01-01T12:00:00Z")
    assert "Amina Yusuf" in shown(page, other, "expired")
