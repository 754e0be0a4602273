"""A directory that runs beside the tests, and people who sign in there with a browser of their own."""

import hashlib
import subprocess
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from lms.kernel.config import ROOT
from tests.factories.oidc_provider import answers
from tests.factories.pages import read_html
from tests.shared import locked_file
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port, wait_until

LOCK = ROOT / "requirements-directory.txt"
SCRIPT = Path(__file__).with_name("canaille_server.py")
PASSWORD = "directory-2026"
CLIENT_ID, CLIENT_SECRET = "every-sector", "secret-of-tests"


def directory_python() -> str:
    """Returns the Python of an environment that has Canaille, made where there is none of today's lock.

    In ours, its libraries would hide what is ours: one has a package ``tests``, one a command ``flask worker``.
    """
    folder = ROOT / ".venv" / "directory"
    python, stamp, digest = (
        folder / "bin" / "python",
        folder / "installed",
        hashlib.sha256(LOCK.read_bytes()).hexdigest(),
    )
    with locked_file(ROOT / ".venv" / "directory.lock"):
        if not stamp.exists() or stamp.read_text() != digest:
            venv.create(folder, clear=True, with_pip=True)
            command = [python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", LOCK]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
            assert done.returncode == 0, f"The tests' directory could not be installed:\n{done.stderr[-2000:]}"
            stamp.write_text(digest)
    return str(python)


@dataclass
class Canaille:
    """A running directory: its address, which is its issuer, and its process."""

    issuer: str
    process: subprocess.Popen[str]
    browsers: dict[str, httpx.Client] = field(default_factory=dict)

    def signs_in(self, address: str, name: str, back: str) -> str:
        """Signs somebody in where a page of ours has led them; returns where the directory leads them ``back``.

        Everybody has one browser, in which they stay signed in there: the directory asks for the password once.
        """
        if name not in self.browsers:
            self.browsers[name] = httpx.Client(timeout=DEADLINE_SECONDS)
        return sign_in_at(self.browsers[name], address, back, {"login": name}, {"password": PASSWORD})

    def rotates_its_key(self) -> None:
        """Gives it another key."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write("rotate\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ready\n"


def sign_in_at(browser: httpx.Client, address: str, back: str, *typed: dict[str, str]) -> str:
    """Signs in at a directory, by the first form of each of its pages; returns where it leads ``back``."""
    page = browser.get(address)
    for values in (*typed, {}):
        while page.is_redirect:
            onward = str(page.next_request.url) if page.next_request else ""
            if onward.startswith(back):
                return onward
            page = browser.get(onward)
        if values:
            (form, *_more), _links = read_html(page.text)
            page = browser.post(page.url.join(form.action), data=form.values | values)
    raise AssertionError(f"The directory does not lead back, but to {page.url}: {page.text[:500]}")


@contextmanager
def running_canaille(return_address: str) -> Iterator[Canaille]:
    """Runs a directory that leads back to an address, from when it answers."""
    with (
        reserved_port() as port,
        process_group(
            # Without -P, our own modules beside the script would hide others of the same name.
            [directory_python(), "-P", str(SCRIPT), str(port), return_address],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process,
    ):
        issuer = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(issuer) or process.poll() is not None, "the directory answers")
        assert process.poll() is None, "the directory ended"
        running = Canaille(issuer, process)
        yield running
        for browser in running.browsers.values():
            browser.close()
