"""Answers requests by the WSGI application in threads of their own; only whole requests get one.

Granian's own WSGI interface uses a thread as soon as the head of a request is there, and the thread then waits for the
body as long as the client likes. So its asynchronous interface (RSGI) is used: an event loop reads bodies, threads
answer, and Granian sends the responses. No client, however slow, holds a thread.
"""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from itertools import chain
from tempfile import TemporaryFile
from typing import IO, Any, Protocol
from wsgiref.types import WSGIApplication, WSGIEnvironment

import structlog
from werkzeug.exceptions import (
    ClientDisconnected,
    HTTPException,
    LengthRequired,
    RequestEntityTooLarge,
    RequestTimeout,
    ServiceUnavailable,
)

from lms.kernel.body import BodyReader, discard
from lms.kernel.logs import describe_error

log = structlog.get_logger(__name__)

REFUSAL = "lms.refusal"
"""The key of the environment with the error that the application answers with: the body was not read."""
_IN_MEMORY_BYTES = 1_000_000
"""A larger response is written to a temporary file before it is sent."""
_FILE_OPENED_SECONDS = 60.0
"""By then Granian has opened the file of a large response."""

_DISCARDED_BYTES = 100_000_000
"""So much is read, and thrown away, of a body that was refused."""

MOST_LONG = 100
"""So many requests that take long may wait for their thread; at twenty a second the last waits for five seconds."""
_BUSY_SECONDS = 10

Headers = list[tuple[str, str]]


class TooManyAtOnce(ServiceUnavailable):
    """More people sent what takes long, such as a password, than can be answered soon."""

    def __init__(self) -> None:
        super().__init__(retry_after=_BUSY_SECONDS)


class RequestHead(Protocol):
    """The head of a request, as RSGI gives it."""

    http_version: str
    server: str
    client: str
    scheme: str
    method: str
    path: str
    query_string: str
    headers: Any


class RequestProtocol(Protocol):
    """A request's body and its response, as RSGI gives them."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Returns the parts of the body as they arrive; an empty one where no more will come."""

    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None:
        """Sends a response."""

    def response_file(self, status: int, headers: Headers, file: str) -> None:
        """Sends a response whose body is a file on the disk."""


def make_environment(head: RequestHead, body: IO[bytes]) -> WSGIEnvironment:
    """Returns the WSGI environment (PEP 3333) of a request whose body is ``body``."""
    server, _, port = head.server.rpartition(":")
    environment: WSGIEnvironment = {
        "REQUEST_METHOD": head.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": head.path.encode().decode("latin-1"),
        "QUERY_STRING": head.query_string,
        "REMOTE_ADDR": head.client.rpartition(":")[0].strip("[]"),
        "SERVER_NAME": server.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": f"HTTP/{head.http_version}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": head.scheme,
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in head.headers.items():
        # An underscore would pass for the hyphen of a header that a proxy sets.
        if "_" not in name:
            key = name.upper().replace("-", "_")
            key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
            separator = "; " if key == "HTTP_COOKIE" else ","
            environment[key] = f"{environment[key]}{separator}{value}" if key in environment else value
    return environment


class BufferedApplication:
    """A WSGI application as RSGI: each request is read whole, then answered in one of ``threads`` threads.

    ``body_limit`` returns the largest body of a request, in bytes; it is asked where there is a body. A request whose
    body is refused goes to the application with the error in ``REFUSAL``. Those of which ``takes_long`` says so are
    answered one after the other in a thread of their own, so that no page waits for them; where very many wait,
    ``TooManyAtOnce`` is the error.
    """

    def __init__(
        self,
        application: WSGIApplication,
        *,
        threads: int,
        body_limit: Callable[[WSGIEnvironment], int],
        bodies: BodyReader | None = None,
        takes_long: Callable[[WSGIEnvironment], bool] = lambda _environment: False,
    ) -> None:
        self._application = application
        self._body_limit = body_limit
        self._bodies = bodies or BodyReader()
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        self._takes_long = takes_long
        self._long_thread = ThreadPoolExecutor(1, thread_name_prefix="long-request")
        self._long = 0

    async def __call__(self, head: RequestHead, protocol: RequestProtocol) -> None:
        """Answers one request."""
        environment = make_environment(head, BytesIO())
        if not {"CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"}.isdisjoint(environment):
            chunks = aiter(protocol)
            try:
                environment["wsgi.input"] = await self._read_body(environment, chunks)
            except ClientDisconnected:
                return
            except HTTPException as error:
                environment[REFUSAL] = error
                await self._run(environment, protocol)
                if not isinstance(error, RequestTimeout):
                    await discard(chunks, _DISCARDED_BYTES)
                return
        if not self._takes_long(environment):
            await self._run(environment, protocol)
        elif self._long >= MOST_LONG:
            environment[REFUSAL] = TooManyAtOnce()
            await self._run(environment, protocol)
        else:
            self._long += 1
            try:
                await self._run(environment, protocol, self._long_thread)
            finally:
                self._long -= 1

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Lets the threads end; Granian has waited for their requests."""
        self._threads.shutdown(wait=False)
        self._long_thread.shutdown(wait=False)

    async def _read_body(self, environment: WSGIEnvironment, chunks: AsyncIterator[bytes]) -> IO[bytes]:
        # Browsers and proxies always say how long a body is. A chunked one that is cut off would look whole.
        if "HTTP_TRANSFER_ENCODING" in environment:
            raise LengthRequired
        # Granian has refused what is no number.
        length = int(environment["CONTENT_LENGTH"])
        if length > self._body_limit(environment):
            raise RequestEntityTooLarge
        return await self._bodies.read(chunks, length)

    async def _run(
        self, environment: WSGIEnvironment, protocol: RequestProtocol, threads: ThreadPoolExecutor | None = None
    ) -> None:
        loop = asyncio.get_running_loop()
        large = await loop.run_in_executor(threads or self._threads, self._answer, environment, protocol)
        if large:
            loop.call_later(_FILE_OPENED_SECONDS, large.close)

    def _answer(self, environment: WSGIEnvironment, protocol: RequestProtocol) -> IO[bytes] | None:
        """Runs the application and sends its response; returns the file of a large one, which is closed later."""
        try:
            with environment["wsgi.input"]:
                status, headers, body = run_application(self._application, environment)
        except Exception as error:
            # The application has error pages of its own: this is what went wrong below them.
            log.error("failed", **describe_error(error))
            protocol.response_bytes(500, [], b"")
            return None
        if isinstance(body, bytes):
            protocol.response_bytes(status, headers, body)
            return None
        protocol.response_file(status, headers, f"/dev/fd/{body.fileno()}")
        return body


def run_application(
    application: WSGIApplication, environment: WSGIEnvironment
) -> tuple[int, Headers, bytes | IO[bytes]]:
    """Returns status, headers and the whole body of a response: as bytes, or where it is large as a temporary file."""
    began: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, _error: Any = None, /) -> Callable[[bytes], object]:
        began.append((status, headers))
        return written.append

    result = application(environment, start_response)
    try:
        body = collect(chain(written, result))
    finally:
        if hasattr(result, "close"):
            result.close()
    status, headers = began[-1]
    return int(status[:3]), headers, body


def collect(chunks: Iterable[bytes]) -> bytes | IO[bytes]:
    """Returns all chunks together: as bytes, or where they are many as a temporary file."""
    few: list[bytes] = []
    size = 0
    remaining = iter(chunks)
    for chunk in remaining:
        few.append(chunk)
        size += len(chunk)
        if size > _IN_MEMORY_BYTES:
            break
    else:
        return b"".join(few)
    # It is returned open.
    file = TemporaryFile()  # noqa: SIM115
    try:
        file.writelines(few)
        file.writelines(remaining)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file
