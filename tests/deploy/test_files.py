"""The files in deploy/ fit the program: names of settings, commands, paths; nginx and systemd accept theirs."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from flask import Flask

from lms.kernel.config import ROOT, Settings
from tests.factories.services import nginx_folder, program

DEPLOY = ROOT / "deploy"
INSTALLED = "/opt/every-sector"
UNITS = sorted((DEPLOY / "systemd").iterdir())
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file())
COMMAND = re.compile(r"^Exec\w+=/opt/every-sector/\.venv/bin/flask --app wsgi (.+)$", re.MULTILINE)


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def containerfile() -> list[list[str]]:
    lines = (DEPLOY / "Containerfile").read_text().replace("\\\n", " ").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


def check_command(app: Flask, words: list[str]) -> None:
    """Runs a command with --help behind its words: it fails where the command or an option is unknown."""
    command: Any = app.cli
    rest = list(words)
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), rest.pop(0))
    command.make_context("flask", rest, resilient_parsing=False)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_setting_exists(path: Path) -> None:
    known = {f"LMS_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"\bLMS_[A-Z_]+", path.read_text())) <= known


def test_the_example_is_valid_and_safe(monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"set -a; . {DEPLOY / 'settings.example.env'}; env -0"
    given = subprocess.run(["sh", "-c", program], capture_output=True, text=True, check=True, env={}).stdout
    for name, value in (line.split("=", 1) for line in given.split("\0") if line.startswith("LMS_")):
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.secure_cookies
    assert settings.trusted_proxies == 1
    assert settings.languages == ["en"]
    assert "password" not in settings.database_url


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_command_exists(app: Flask) -> None:
    commands = [words for unit in UNITS for words in COMMAND.findall(unit.read_text())]
    assert len(commands) == 3
    listed = [words.split() for words in commands]
    listed += [
        service["command"] for service in compose()["services"].values() if service.get("image") == "every-sector"
    ]
    (start,) = [" ".join(line[1:]) for line in containerfile() if line[0] == "CMD"]
    listed.append(yaml.safe_load(start))
    for words in listed:
        check_command(app, words)


def test_containers_are_hardened_and_complete() -> None:
    described = compose()
    services = described["services"]
    assert {"web", "worker", "database", "valkey", "proxy"} <= set(services)
    for name, service in services.items():
        assert "no-new-privileges:true" in service["security_opt"], name
        image = service["image"]
        assert image == "every-sector" or re.fullmatch(r"docker\.io/[\w./-]+:\d[\w.-]*", image), image
        assert set(service.get("depends_on", {})) <= set(services), name
        if name != "database":
            # PostgreSQL's image begins as root, gives its folder to its user and goes on as that one.
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            # The certificate of TLS is the administrator's own.
            assert source in described["volumes"] or source == "./tls" or (DEPLOY / source).is_file(), source
    # While the image of PostgreSQL prepares its folder, its server answers at the socket and closes again.
    assert "-h 127.0.0.1" in " ".join(services["database"]["healthcheck"]["test"])
    for name in ("web", "worker"):
        assert services[name]["init"], "without it, a stop is not heard while the program starts"
        unit = (DEPLOY / "systemd" / f"every-sector-{name}.service").read_text()
        assert f"\nTimeoutStopSec={services[name]['stop_grace_period'].removesuffix('s')}\n" in unit
    assert not services["database"].get("ports")
    assert not services["valkey"].get("ports")
    build = services["web"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).samefile(DEPLOY / "Containerfile")


def test_the_image_has_what_it_needs_and_runs_as_nobody_in_particular() -> None:
    lines = containerfile()
    copied = [word for line in lines if line[0] == "COPY" and "--from=libraries" not in line for word in line[1:-1]]
    assert all((ROOT / path).exists() for path in copied)
    assert {"lms", "migrations", "modules", "quizzes", "certificates", "wsgi.py", "pyproject.toml"} <= set(copied)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{path}" for path in copied} <= set(ignored)
    assert [line[1] for line in lines if line[0] == "USER"] == ["10001:10001"]
    made = [" ".join(line) for line in lines if "useradd" in line]
    assert len(made) == 1
    assert "--uid 10001 --gid 10001" in made[0]
    version = next(line[1] for line in lines if line[0] == "FROM").partition(":")[2]
    assert version.startswith("3.11-")
    client = re.search(r"postgresql-client-(\d+)", (DEPLOY / "Containerfile").read_text())
    assert client is not None
    assert compose()["services"]["database"]["image"].endswith(f":{client[1]}")


@pytest.mark.parametrize("unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name)
def test_services_of_systemd_are_hardened(unit: Path) -> None:
    text = unit.read_text()
    for line in ("User=every-sector", "NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet="):
        assert f"\n{line}\n" in text
    assert "/etc/every-sector/settings.env" in text
    # The folder that the settings' example names is the one that systemd makes.
    assert "\nStateDirectory=every-sector\n" in text


def test_systemd_accepts_its_units(tmp_path: Path) -> None:
    verify = program("systemd", "systemd-analyze")
    for unit in UNITS:
        text = unit.read_text().replace(f"{INSTALLED}/.venv", str(ROOT / ".venv")).replace(INSTALLED, str(ROOT))
        (tmp_path / unit.name).write_text(
            text.replace("User=every-sector", "User=root").replace("Group=every-sector", "")
        )
    checked = subprocess.run(
        [verify, "verify", "--man=no", *sorted(str(path) for path in tmp_path.iterdir())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    ours = [line for line in checked.stderr.splitlines() if "every-sector" in line]
    assert ours == [], checked.stderr


def test_nginx_accepts_the_example(tmp_path: Path) -> None:
    configuration = nginx_folder(tmp_path, ports=(8080, 8443), upstream=["127.0.0.1:8000"])
    checked = subprocess.run(
        [program("nginx", "nginx"), "-t", "-c", str(configuration)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert "warn" not in checked.stderr


def test_the_command_of_an_installation_is_a_shell_script() -> None:
    assert shutil.which("sh")
    subprocess.run(["sh", "-n", str(DEPLOY / "every-sector")], check=True)
    assert (DEPLOY / "every-sector").stat().st_mode & 0o111
