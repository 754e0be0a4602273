"""The manual's installation, word by word: its code blocks are run as printed, for other places by their variables."""

import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lms.kernel.config import ROOT
from tests.deploy.installation import find_python, listens, open_folder, without_rights
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port, wait_until

MANUAL = (ROOT / "docs" / "handbook" / "operate.md").read_text()
EMAIL, PASSWORD = "root@example.org", "a long pass phrase for tests"

EDITOR = """#!/bin/sh
# The administrator's own words in the settings' file: its path is the last argument.
sed -i "s|^LMS_INSTANCE=.*|LMS_INSTANCE=$DATA|; s|^LMS_PUBLIC_ADDRESS=.*|LMS_PUBLIC_ADDRESS=https://localhost|" "$1"
"""


def blocks(title: str) -> list[str]:
    """Returns the code blocks of a section, without those of its subsections."""
    section = re.split(r"^##+ ", MANUAL.split(f"\n## {title}\n")[1], maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```(?:sh)?\n(.*?)^```", section, re.MULTILINE | re.DOTALL)


def test_what_the_manual_copies_and_starts_exists() -> None:
    services, proxy = blocks("A real installation")[3:]
    started = set(re.findall(r"every-sector-\w+(?:\.timer)?", services))
    units = {path.name for path in (ROOT / "deploy" / "systemd").iterdir()}
    assert {name if "." in name else f"{name}.service" for name in started} <= units
    copied = re.findall(r"deploy/[\w./-]+", proxy)
    assert copied
    assert all((ROOT / path).is_file() for path in copied)


def make_repository(folder: Path) -> None:
    """Makes a repository of the files as they are here, also of what is not committed yet."""
    files = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(files, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    identity = ["-c", "user.name=A test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q", "-b", "main"], ["add", "--all"], [*identity, "commit", "-q", "-m", "as it is"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.fixture(scope="module")
def places() -> Iterator[dict[str, str]]:
    """The environment of somebody who installs to other places, with programs that stand in for the system's."""
    with open_folder() as top:
        for name in ("repository", "bin"):
            (top / name).mkdir()
        make_repository(top / "repository")
        editor, systemctl = top / "bin" / "editor", top / "bin" / "systemctl"
        editor.write_text(EDITOR)
        systemctl.write_text("#!/bin/sh\n")
        python = find_python(top / "python")
        for path in (editor, systemctl):
            path.chmod(0o755)
        # The first python3 on the path is one that the server's user can run too, as a system's own is.
        (top / "bin" / "python3").write_text(f'#!/bin/sh\nexec {python.path} "$@"\n')
        (top / "bin" / "python3").chmod(0o755)
        user = pwd.getpwuid(without_rights().get("user", os.getuid())).pw_name
        yield {
            **{name: value for name, value in os.environ.items() if not name.startswith(("LMS_", "PYTHON"))},
            **{name: value for name, value in python.environment.items() if name != "PYTHONPATH"},
            "PATH": f"{top / 'bin'}:{os.environ['PATH']}",
            "REPOSITORY": str(top / "repository"),
            "CODE": str(top / "code"),
            "DATA": str(top / "data"),
            "BACKUPS": str(top / "backups"),
            "SETTINGS": str(top / "settings" / "settings.env"),
            "SERVICE_USER": user,
            "EDITOR": str(editor),
        }


def run(script: str, places: dict[str, str], typed: str = "") -> str:
    """Runs lines as somebody types them, one after the other while none fails; returns what they said."""
    done = subprocess.run(
        ["sh", "-e", "-c", f"umask 022\n{script}"], input=typed, env=places, cwd=Path(places["REPOSITORY"]).parent,
        capture_output=True, text=True, check=False, start_new_session=True,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


def test_the_installation_and_the_upgrade_work_as_printed(places: dict[str, str]) -> None:
    code, settings, data = blocks("A real installation")[:3]
    typed = f"Root Admin\n{EMAIL}\n{PASSWORD}\n{PASSWORD}\n"
    assert "Root Admin is now an administrator" in run(code + settings + data, places, typed)
    command = [f"{places['CODE']}/deploy/every-sector"]
    assert stat.S_IMODE(Path(places["SETTINGS"]).stat().st_mode) == 0o640
    with (
        reserved_port() as port,
        process_group(
            [*command, "serve", "--port", str(port), "--no-worker"], env=places, stdout=subprocess.DEVNULL
        ) as server,
    ):
        wait_until(lambda: listens(port) or server.poll() is not None, "the server listens")
        assert server.poll() is None
        status = Path(f"/proc/{server.pid}/status").read_text()
        assert re.search(rf"^Uid:\s+{pwd.getpwnam(places['SERVICE_USER']).pw_uid}\b", status, re.MULTILINE)
        os.killpg(server.pid, signal.SIGINT)
        server.wait(DEADLINE_SECONDS)
    (upgrade,) = blocks("Upgrading")
    run(f"cd {places['CODE']}\n{upgrade}", places)
    (backup,) = Path(places["BACKUPS"]).glob("every-sector-*.zip")
    # What is set for one command wins over the settings' file, so that a drill never meets the real data.
    drill = places | {"LMS_INSTANCE": f"{places['DATA']}/drill", "LMS_DATABASE_URL": ""}
    assert "Restored the backup" in run(f'"{command[0]}" restore "{backup}"', drill)
