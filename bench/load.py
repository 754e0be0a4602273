"""A small load: keep-alive connections that ask for one page as fast as it is answered, and the CPU that costs."""

import os
import selectors
import socket
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


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


def family(pid: int) -> list[int]:
    """Returns a process and all its descendants."""
    found = [pid]
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pids: list[int]) -> float:
    """Returns the CPU seconds that processes have used so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


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

    def __init__(self, port: int, request: bytes) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
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

    def again(self) -> None:
        """Sends the request once more."""
        self.buffer = b""
        self.socket.sendall(self.request)


def run(port: int, path: str, pid: int, *, cookie: str = "", seconds: float = 5.0, connections: int = 8) -> Measured:
    """Loads one page for some seconds, after a warm-up of a fifth of them."""
    _loop(port, path, cookie, seconds / 5, connections)
    pids = family(pid)
    before, began = cpu_seconds(pids), time.monotonic()
    requests = _loop(port, path, cookie, seconds, connections)
    took = time.monotonic() - began
    return Measured(requests, took, cpu_seconds(pids) - before)


def _loop(port: int, path: str, cookie: str, seconds: float, connections: int) -> int:
    selector = selectors.DefaultSelector()
    request = ask(path, port, cookie)
    for _ in range(connections):
        connection = Connection(port, request)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        for key, _ in selector.select(1):
            if key.data.whole():
                done += 1
                key.data.again()
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    selector.close()
    return done
