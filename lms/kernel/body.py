"""Reading the body of a request before a thread is used for it, within limits of size and time.

Whoever sends half a request, or a byte now and then, holds memory or a temporary file for a while, and never one of the
few threads that answer pages.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO

from werkzeug.exceptions import ClientDisconnected, RequestTimeout, ServiceUnavailable

_IN_MEMORY_BYTES = 65_536
"""A larger body is written to a temporary file."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How slowly a body may arrive: a phone on 2G that pauses must get through, a trickle without end must not."""

    silence_seconds: float = 60.0
    """The longest time without a byte, and what a slow body has to begin with."""
    bytes_per_second: float = 250.0
    """What a slow body must reach on average after that."""
    longest_seconds: float = 3600.0
    """The longest time for one body, however fast it arrives."""

    def next_deadline(self, seconds: float, received: int) -> float:
        """Returns until when the next bytes must be there, in seconds since the body began.

        ``seconds`` have passed, ``received`` bytes have arrived.
        """
        slowest = self.silence_seconds + received / self.bytes_per_second
        return min(seconds + self.silence_seconds, slowest, self.longest_seconds)


class BodyReader:
    """Reads bodies into memory or temporary files, all of a process together within ``most_bytes`` of the disk."""

    def __init__(self, patience: Patience | None = None, most_bytes: int = 300_000_000) -> None:
        self._patience = patience or Patience()
        self._most_bytes = most_bytes
        self._bytes_being_read = 0

    async def read(self, chunks: AsyncIterator[bytes], length: int) -> IO[bytes]:
        """Returns a body of ``length`` bytes as a file; the caller closes it.

        Raises ``RequestTimeout`` where it arrives too slowly, ``ServiceUnavailable`` where there is no room for it, and
        ``ClientDisconnected`` where the rest will not come.
        """
        # It is returned open.
        body = SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115
        try:
            await self._fill(body, chunks, length)
            body.seek(0)
        except OSError as error:
            body.close()
            raise ServiceUnavailable from error
        except BaseException:
            body.close()
            raise
        return body

    async def _fill(self, body: IO[bytes], chunks: AsyncIterator[bytes], length: int) -> None:
        clock = asyncio.get_running_loop().time
        began, received = clock(), 0
        try:
            while received < length:
                deadline = began + self._patience.next_deadline(clock() - began, received)
                try:
                    async with asyncio.timeout_at(deadline):
                        chunk = await next_chunk(chunks)
                except TimeoutError:
                    raise RequestTimeout from None
                if not chunk:
                    raise ClientDisconnected
                received += len(chunk)
                self._bytes_being_read += len(chunk)
                if received > _IN_MEMORY_BYTES and self._bytes_being_read > self._most_bytes:
                    raise ServiceUnavailable
                body.write(chunk)
        finally:
            self._bytes_being_read -= received


async def next_chunk(chunks: AsyncIterator[bytes]) -> bytes:
    """Returns the next part of a body, or nothing where no more will come."""
    # Not ``anext(chunks, b"")``: what that awaits cannot be cancelled where Granian makes the parts.
    try:
        return await anext(chunks)
    except StopAsyncIteration:
        return b""


async def discard(chunks: AsyncIterator[bytes], most_bytes: int, seconds: float = 10.0) -> None:
    """Reads on for a while after a refusal: a browser still sends, and shows the page only if nobody hangs up."""
    received = 0
    try:
        async with asyncio.timeout(seconds):
            while received < most_bytes and (chunk := await next_chunk(chunks)):
                received += len(chunk)
    except TimeoutError:
        pass
