"""A real server with the demonstration, and a real browser: Chromium, found or named by CHROMIUM."""

import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "learn-safely-2026"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Server:
    """A running house: where it answers and where its files are."""

    address: str
    instance: Path
    pid: int


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(instance: Path, **more: str) -> dict[str, str]:
    ours = {"LMS_INSTANCE": str(instance), "LMS_RATE_LIMITS": "false", "LMS_LANGUAGES": '["en", "ar"]'}
    return dict(os.environ) | ours | more


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the demonstration, made once for all workers."""
    root = tmp_path_factory.getbasetemp()
    shared = root.parent if os.environ.get("PYTEST_XDIST_WORKER") else root
    folder = shared / "demonstration"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            folder.mkdir(exist_ok=True)
            for words in (("db", "upgrade"), ("content", "publish"), ("demo", "load")):
                subprocess.run(
                    command(*words), cwd=ROOT, env=environment(folder), check=True, capture_output=True
                )
            (folder / "ready").touch()
    return folder / "every_sector.db"


def start(instance: Path, *words: str, **more: str) -> tuple[subprocess.Popen[bytes], str]:
    """Starts the real server and waits until it answers."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    with (instance / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command("serve", "--port", str(port), "--workers", "1", "--no-worker", *words),
            cwd=ROOT,
            env=environment(instance, LMS_PUBLIC_ADDRESS=address, **more),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 - our own server
        except OSError:
            assert process.poll() is None, "the server ended"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.05)
        else:
            return process, address
    raise AssertionError("the server did not answer")


@pytest.fixture
def server(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server with its own copy of the demonstration."""
    instance = tmp_path_factory.mktemp("instance")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    process, address = start(instance)
    yield Server(address, instance, process.pid)
    os.killpg(process.pid, signal.SIGINT)
    process.wait(20)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    found = os.environ.get("CHROMIUM") or next(
        (path for name in BROWSERS if (path := shutil.which(name))), None
    )
    if not found:
        pytest.fail("No Chromium was found: apt-get install chromium, or name one with CHROMIUM=/path.")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
            ],
        )
        yield chromium
        chromium.close()


@dataclass
class Visitor:
    """Somebody with a browser window, and what they do in it."""

    page: Page
    address: str

    def goes(self, path: str) -> Page:
        """Opens a path of the house."""
        self.page.goto(self.address + path)
        return self.page

    def signs_in(self, identity: str) -> Page:
        """Signs in as the form asks."""
        self.goes("/login")
        self.page.fill("[name=email]", identity)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main [type=submit]")
        self.page.wait_for_url("**/my")
        return self.page


def visitor(
    browser: Browser, server: Server, *, width: int = 320, script: bool = True, **more: object
) -> Visitor:
    """Opens a window of a width, with or without JavaScript."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 700},
        java_script_enabled=script,
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    return Visitor(context.new_page(), server.address)
