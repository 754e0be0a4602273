"""A small load: keep-alive connections that ask for pages as fast as they are answered, and the CPU that costs."""

import selectors
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice, repeat
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """What one run showed."""

    requests: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def cpu_ms(self) -> float:
        """Milliseconds of the server's CPU for one request."""
        return self.cpu_seconds * 1000 / max(self.requests, 1)


def family(*pids: int) -> list[int]:
    """Returns processes and all their descendants."""
    found = list(pids)
    for pid in pids:
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            found += family(*map(int, path.read_text().split()))
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Returns the CPU seconds that processes have used so far, from the clock that Linux keeps of each."""
    return sum(time.clock_gettime(~pid << 3 | 2) for pid in pids)


def pss_mb(pids: list[int]) -> float:
    """Returns the memory of processes in MB, what is shared counted once."""
    total = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                total += int(line.split()[1])
    return total / 1024


def ask(path: str, port: int, cookie: str) -> bytes:
    """Returns one request as sent."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "User-Agent: bench", "Accept-Encoding: br"]
    if cookie:
        lines.append(f"Cookie: {cookie}")
    return "\r\n".join([*lines, "", ""]).encode()


class Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def send(self, request: bytes) -> None:
        """Sends the next request."""
        self.buffer = b""
        self.socket.sendall(request)

    def whole(self) -> bool:
        """Reads what came and says whether the response is whole."""
        self.buffer += self.socket.recv(262144)
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"the page answered {head.splitlines()[0]!r}")
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return len(body) >= int(line[15:])
        return body.endswith(b"0\r\n\r\n")


def run(
    port: int, path: str, pids: Sequence[int], *, cookie: str = "", seconds: float = 5.0, connections: int = 8
) -> Measured:
    """Loads one page for some seconds, after a warm-up of a fifth of them; counts the CPU of processes' families."""
    requests = repeat(ask(path, port, cookie))
    _loop(port, _until(requests, seconds / 5), connections)
    counted = family(*pids)
    before, began = cpu_seconds(counted), time.monotonic()
    done = _loop(port, _until(requests, seconds), connections)
    took = time.monotonic() - began
    return Measured(done, took, cpu_seconds(counted) - before)


def mixed(port: int, pages: Sequence[tuple[str, str]], count: int, connections: int = 8) -> None:
    """Asks for so many pages, each a path and a cookie, in turn."""
    _loop(port, islice(cycle([ask(path, port, cookie) for path, cookie in pages]), count), connections)


def _until(requests: Iterable[bytes], seconds: float) -> Iterator[bytes]:
    end = time.monotonic() + seconds
    for request in requests:
        if time.monotonic() >= end:
            return
        yield request


def _loop(port: int, requests: Iterator[bytes], connections: int) -> int:
    selector = selectors.DefaultSelector()
    for request in islice(requests, connections):
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(request)
    done = 0
    while selector.get_map():
        for key, _ in selector.select(1):
            if not key.data.whole():
                continue
            done += 1
            if request := next(requests, b""):
                key.data.send(request)
            else:
                selector.unregister(key.fileobj)
                key.data.socket.close()
    selector.close()
    return done
