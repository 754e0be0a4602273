"""Programs of the system that tests run: Redis (or Valkey) and nginx; where one is missing, how to get it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from tests.waiting import process_group, wait_until


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
