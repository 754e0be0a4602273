"""Takes the screenshots of the README and of the author's manual from the demonstration.

Usage: python -m tools.screenshots [INSTANCE]

INSTANCE is the folder of an installation with the demonstration; without it a new one is made, which takes a minute.
Chromium is found, or named by CHROMIUM.
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from playwright.sync_api import Page, ViewportSize, sync_playwright

from lms.kernel.config import ROOT

FOLDER = ROOT / "docs" / "img"
MAX_BYTES = 150_000
PASSWORD = "learn-safely-2026"  # noqa: S105 - of the demonstration, and in the README
PHONE = ViewportSize(width=390, height=800)
LAPTOP = ViewportSize(width=1200, height=950)
WINDOW = ViewportSize(width=860, height=640)
START_SECONDS = 60
FONTS = f"""<?xml version="1.0"?>
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir>{ROOT / "certificates" / "fonts"}</dir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Noto Sans</family></prefer></alias>
</fontconfig>
"""
"""Pages show the fonts of the device; with these the screenshots are the same on every machine."""


def flask(*words: str) -> list[str]:
    """Returns a command line of the application."""
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


def free_port() -> int:
    """Returns a port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running_server(instance: Path) -> Iterator[str]:
    """Prepares an installation and serves it; yields its address."""
    environment = os.environ | {"LMS_INSTANCE": str(instance), "LMS_RATE_LIMITS": "false"}
    subprocess.run(flask("prepare"), cwd=ROOT, env=environment, check=True)  # noqa: S603
    port = free_port()
    command = flask("serve", "--port", str(port), "--workers", "1", "--no-worker")
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/healthz")
            yield address
        finally:
            process.terminate()


def wait_for(address: str) -> None:
    """Waits until an address answers."""
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def sign_in(page: Page, address: str, email: str) -> None:
    """Signs a person of the demonstration in."""
    page.goto(f"{address}/login")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_url("**/my")


def compressed(png: bytes) -> bytes:
    """Returns a PNG whose pixels are compressed as far as they can be; browsers write them in a hurry."""
    chunks, pixels, place = [], b"", 8
    while place < len(png):
        length, kind = struct.unpack_from(">I4s", png, place)
        data = png[place + 8 : place + 8 + length]
        if kind == b"IDAT":
            pixels += data
        else:
            chunks.append((kind, data))
        place += 12 + length
    chunks.insert(-1, (b"IDAT", zlib.compress(zlib.decompress(pixels), 9)))
    parts = [
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    ]
    return png[:8] + b"".join(parts)


def take(page: Page, address: str, name: str, *, top: str = "") -> None:
    """Writes what the window shows of a page to a file, from an element on where one is named.

    Stops where the page has an error or the file is too large for a README.
    """
    path = FOLDER / name
    answer = page.goto(address)
    if answer is None or not answer.ok:
        raise click.ClickException(f"{address} could not be shown.")
    if top:
        page.locator(top).first.evaluate("each => window.scrollBy(0, each.getBoundingClientRect().top - 16)")
    image = compressed(page.screenshot())
    if len(image) > MAX_BYTES:
        raise click.ClickException(f"{name} has {len(image)} bytes, more than {MAX_BYTES}.")
    path.write_bytes(image)
    click.echo(f"{path.relative_to(ROOT)}: {len(image)} bytes")


def take_authoring(page: Page, address: str) -> None:
    """Takes those of the author's manual, and leaves a draft behind."""
    sign_in(page, address, "tomas@demo.example")
    course = "safe-identification"
    take(page, f"{address}/author/{course}/statistics", "author-statistics.png", top="h2:text('The questions')")
    page.goto(f"{address}/author/{course}")
    page.fill("#title", "Clearer examples at the tap")
    page.click("main button:text('Start a draft')")
    page.wait_for_url("**/drafts/*")
    draft = page.url
    text = f"{draft}/files/modules/{course}/01-four-words-for-harm.md"
    page.goto(text)
    written = page.locator(".cm-content")
    written.get_by_text("##").first.click()
    page.keyboard.press("End")
    page.keyboard.type(" at the tap")
    page.keyboard.press("Control+s")
    page.locator("[data-save-state]:has-text('Saved at')").wait_for()
    take(page, text, "author-editor.png", top="h1")
    take(page, f"{draft}/review", "author-review.png")
    take(page, f"{draft}/questions/si-four-humiliation", "author-question.png")


@click.command()
@click.argument("instance", required=False, type=click.Path(file_okay=False, path_type=Path))
def main(instance: Path | None) -> None:
    """Takes the screenshots of the README and of the author's manual from the demonstration."""
    FOLDER.mkdir(exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as made,
        running_server(instance or Path(made) / "instance") as address,
        sync_playwright() as playwright,
    ):
        fonts = Path(made) / "fonts.conf"
        fonts.write_text(FONTS)
        environment: dict[str, str | float | bool] = dict(os.environ | {"FONTCONFIG_FILE": str(fonts)})
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"], env=environment)
        phone = browser.new_page(viewport=PHONE, reduced_motion="reduce", locale="en-GB")
        sign_in(phone, address, "amina@demo.example")
        take(
            phone,
            f"{address}/courses/safe-identification/noticing-safely-in-your-job",
            "module.png",
            top='h2:text("Where you meet children")',
        )
        laptop = browser.new_page(viewport=LAPTOP, reduced_motion="reduce", locale="en-GB")
        sign_in(laptop, address, "hana@demo.example")
        take(laptop, f"{address}/compliance", "report.png")
        take_authoring(browser.new_page(viewport=WINDOW, reduced_motion="reduce", locale="en-GB"), address)
        browser.close()


if __name__ == "__main__":
    main()
