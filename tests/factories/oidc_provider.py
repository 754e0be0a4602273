"""A provider of another house, npm's oidc-provider, that runs beside the tests."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.shared import made_once
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port, wait_until

PROGRAM = Path(__file__).with_name("oidc_provider_program")
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET")


def _install(folder: Path) -> None:
    for path in PROGRAM.glob("*.js*"):
        shutil.copy(path, folder)
    words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    if any(reason in done.stderr for reason in UNREACHABLE):
        pytest.skip(f"the npm registry cannot be reached: {done.stderr.splitlines()[0]}")
    assert done.returncode == 0, done.stderr


@contextmanager
def running_oidc_provider(factory: pytest.TempPathFactory, back: str, tells: str) -> Iterator[str]:
    """Runs the provider, from when it answers; gives its issuer.

    It leads ``back`` to one address and ``tells`` another when somebody signs out there. Skips the test where it cannot
    be installed: without Node.js or npm's registry.
    """
    for needed in ("node", "npm"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not installed: apt-get install nodejs npm")
    program = made_once(factory, "oidc_provider", _install)
    with (
        reserved_port() as port,
        process_group(
            ["node", "server.js", str(port), back, tells],
            cwd=program,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        issuer = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(issuer) or process.poll() is not None, "the provider answers")
        assert process.poll() is None, "the provider ended"
        yield issuer


def answers(issuer: str) -> bool:
    """Says whether a provider says what it is at an address."""
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=DEADLINE_SECONDS).is_success
    except httpx.TransportError:
        return False
