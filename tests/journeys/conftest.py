"""A real server with the demonstration, and a real browser: Chromium, found or named by CHROMIUM."""

import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from lms.app import create_app
from tests.demo.conftest import copy_published, load
from tests.factories.application import close_connections, make_settings
from tests.log_check import personal_values
from tests.shared import made_once
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port, wait_until

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "learn-safely-2026"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@dataclass(frozen=True)
class Server:
    """A running server: its address, the folder with its files, and its process group."""

    address: str
    instance: Path
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """Kills the server and everything that it started."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(DEADLINE_SECONDS)


def environment(instance: Path, **more: str) -> dict[str, str]:
    ours = {"LMS_INSTANCE": str(instance), "LMS_RATE_LIMITS": "false", "LMS_LANGUAGES": '["en", "ar"]'}
    return dict(os.environ) | ours | more


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "flask", "--app", "wsgi", *words]


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the demonstration, made once for all workers."""

    def make(folder: Path) -> None:
        # In this process: each command would import the application once more.
        file = copy_published(tmp_path_factory, folder, "every_sector.db")
        app = create_app(make_settings(folder, f"sqlite:///{file}"))
        load(app, anchor=None)
        close_connections(app)

    return made_once(tmp_path_factory, "demonstration", make) / "every_sector.db"


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(f"{address}/healthz", timeout=DEADLINE_SECONDS).close()  # noqa: S310 - our own server
    except OSError:
        return False
    return True


@contextmanager
def running_server(instance: Path, **settings: str) -> Iterator[Server]:
    """Runs the real server, from when it answers; at the end it stops as at a terminal, where it still runs."""
    with (
        reserved_port() as port,
        (instance / "server.log").open("ab") as log,
        process_group(
            command("serve", "--port", str(port), "--workers", "1", "--no-worker"),
            cwd=ROOT,
            env=environment(instance, LMS_PUBLIC_ADDRESS=f"http://127.0.0.1:{port}", **settings),
            stdout=log,
            stderr=log,
        ) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(address) or process.poll() is not None, "the server answers")
        assert process.poll() is None, "the server ended"
        yield Server(address, instance, process)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            process.wait(DEADLINE_SECONDS)
    # Not what the command says: it prints who can sign in to the demonstration.
    assert personal_values((instance / "server.log").read_text()) == []


@pytest.fixture
def server(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The real server with its own copy of the demonstration."""
    instance = tmp_path_factory.mktemp("instance")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with running_server(instance) as running:
        yield running


@pytest.fixture(scope="session")
def shared_server(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The same for all walks that change nothing of what others see, such as drafts: a server takes long to start."""
    instance = tmp_path_factory.mktemp("shared_instance")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    with running_server(instance) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, which goes back to pages as people's phones do: from its memory."""
    found = os.environ.get("CHROMIUM") or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if not found:
        pytest.fail("No Chromium was found: apt-get install chromium, or name one with CHROMIUM=/path.")
    # How long a page may take is another test's business: here it only has to come.
    expect.set_options(timeout=DEADLINE_SECONDS * 1000)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=found,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
            ignore_default_args=["--disable-back-forward-cache"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def _closed_windows(browser: Browser) -> Iterator[None]:
    """Closes the windows that a test leaves open: their scripts would go on beside the next ones."""
    yield
    for context in browser.contexts:
        context.close()


@dataclass
class Visitor:
    """Somebody with a browser window, and what they do in it."""

    page: Page
    address: str

    def goes(self, path: str) -> Page:
        """Opens a path."""
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


def visitor(browser: Browser, server: Server, *, width: int = 320, script: bool = True, **more: object) -> Visitor:
    """Opens a window of a width, with or without JavaScript."""
    context: BrowserContext = browser.new_context(
        viewport={"width": width, "height": 700},
        java_script_enabled=script,
        reduced_motion="reduce",
        **more,  # type: ignore[arg-type]
    )
    context.set_default_timeout(DEADLINE_SECONDS * 1000)
    return Visitor(context.new_page(), server.address)
