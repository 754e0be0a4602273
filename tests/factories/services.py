"""Programs of the system that tests run: Redis (or Valkey) and nginx; where one is missing, how to get it."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from lms.kernel.config import ROOT
from tests.waiting import process_group, wait_until

EXAMPLE = ROOT / "deploy" / "nginx"


def program(package: str, *names: str) -> str:
    """Returns the path of a program of the system, the first of its names; fails the test where it has none."""
    places = "/usr/local/sbin:/usr/sbin:/sbin"
    found = next((path for name in names if (path := shutil.which(name) or shutil.which(name, path=places))), None)
    if found is None:
        pytest.fail(f"No {names[0]} was found. Get it: apt-get install --no-install-recommends {package}")
    return found


@contextmanager
def redis_server(port: int, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Runs a Redis or Valkey on a port, with its data in the memory, from when it answers."""
    server = program("redis-server", "redis-server", "valkey-server")
    command = [server, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    with process_group([*command, "--dir", str(folder)], stdout=subprocess.DEVNULL) as process:
        wait_until(lambda: _answers(port) or process.poll() is not None, "Redis answers")
        assert process.poll() is None, "Redis ended"
        yield process


def _answers(port: int) -> bool:
    try:
        with Redis(port=port) as client:
            return bool(client.ping())
    except RedisError:
        return False


def nginx_folder(folder: Path, *, ports: tuple[int, int], upstream: Sequence[str]) -> Path:
    """Fills a folder with nginx's configuration and a certificate; returns the path of ``nginx.conf``.

    It is the example of ``deploy/nginx`` for other ports and addresses: plain and TLS, in this order.
    """
    folder.mkdir(exist_ok=True)
    tls = folder / "tls"
    tls.mkdir()
    names = ["-subj", "/CN=learn.example.org", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    files = ["-keyout", str(tls / "privkey.pem"), "-out", str(tls / "fullchain.pem")]
    key = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run([program("openssl", "openssl"), *key, *names, *files], check=True, capture_output=True)
    site = (EXAMPLE / "every-sector.conf").read_text().replace("/etc/nginx/tls", str(tls))
    site = re.sub(r"^ +listen \[::\].*\n", "", site, flags=re.MULTILINE)
    for number, port in zip((80, 443), ports, strict=True):
        site = re.sub(rf"listen {number}\b", f"listen 127.0.0.1:{port}", site)
    (server,) = re.findall(r"^ +server .+\n", upstreams := (EXAMPLE / "upstream.conf").read_text(), re.MULTILINE)
    servers = "".join(server.replace("127.0.0.1:8000", address) for address in upstream)
    (folder / "site.conf").write_text(upstreams.replace(server, servers) + site)
    own = "".join(
        f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(
        f"daemon off;\nworker_processes 1;\npid {folder}/pid;\nerror_log stderr crit;\n"
        f"events {{ worker_connections 256; }}\nhttp {{\n{own}    include {folder}/site.conf;\n}}\n"
    )
    return configuration
