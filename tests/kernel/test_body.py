"""How slowly a body may arrive, and what becomes of one that stops."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import given, strategies as st
from werkzeug.exceptions import ClientDisconnected, RequestTimeout, ServiceUnavailable

from lms.kernel.body import BodyReader, Patience, discard
from tests.waiting import run_to_the_end

PATIENCE = Patience()


async def arriving(*chunks: bytes, then_silent: bool = False) -> AsyncIterator[bytes]:
    """What RSGI gives: the parts of a body, and an empty one where the client has hung up."""
    for chunk in chunks:
        yield chunk
    if then_silent:
        await asyncio.Event().wait()


def read(chunks: AsyncIterator[bytes], length: int, patience: Patience = PATIENCE, most_bytes: int = 10**9) -> bytes:
    async def reading() -> bytes:
        with await BodyReader(patience, most_bytes).read(chunks, length) as body:
            return body.read()

    return run_to_the_end(reading())


def ends_after(patience: Patience, bytes_per_second: float, length: int, every_seconds: float) -> float | None:
    """Returns after how many seconds a body is given up that arrives evenly, or None where it gets through."""
    seconds, received = 0.0, 0.0
    while received < length:
        deadline = patience.next_deadline(seconds, int(received))
        if deadline < seconds + every_seconds:
            return deadline
        seconds += every_seconds
        received += bytes_per_second * every_seconds
    return None


@pytest.mark.parametrize(
    ("what", "bytes_per_second", "length", "every_seconds", "given_up"),
    [
        ("a form at 1 kB/s", 1000, 2000, 1, None),
        ("a form at 300 B/s, in bursts", 300, 20_000, 20, None),
        ("a list of 30 MB at 10 kB/s", 10_000, 30_000_000, 1, None),
        ("a pause of almost a minute each time", 1000, 500_000, 59, None),
        ("nothing at all", 0, 2000, 61, 60),
        ("a byte every five seconds", 0.2, 2000, 5, 60),
        ("a list of 30 MB at 5 kB/s", 5000, 30_000_000, 1, 3600),
    ],
)
def test_slow_lines_get_through_and_trickles_do_not(
    what: str, bytes_per_second: float, length: int, every_seconds: float, given_up: float | None
) -> None:
    ended = ends_after(PATIENCE, bytes_per_second, length, every_seconds)
    assert ended == (given_up if given_up is None else pytest.approx(given_up, abs=1)), what


@given(seconds=st.floats(0, 10_000), received=st.integers(0, 10**9), more=st.integers(0, 10**9))
def test_whoever_has_sent_more_has_as_much_time_at_least(seconds: float, received: int, more: int) -> None:
    assert PATIENCE.next_deadline(seconds, received + more) >= PATIENCE.next_deadline(seconds, received)
    assert PATIENCE.next_deadline(seconds, received) <= PATIENCE.longest_seconds


def test_a_body_is_read_whole_and_not_further() -> None:
    assert read(arriving(b"ab", b"cd", b"rest"), 4) == b"abcd"
    assert read(arriving(), 0) == b""
    large = [b"x" * 50_000] * 10
    assert read(arriving(*large), 500_000) == b"".join(large)


def test_a_body_that_stops_is_given_up() -> None:
    with pytest.raises(RequestTimeout):
        read(arriving(b"ab", then_silent=True), 4, Patience(silence_seconds=0.05))
    for chunks in (arriving(b"ab"), arriving(b"ab", b""), arriving(b"ab", b"", b"cd")):
        with pytest.raises(ClientDisconnected):
            read(chunks, 4)


def test_all_bodies_together_have_their_room() -> None:
    async def several() -> None:
        bodies = BodyReader(most_bytes=200_000)
        first = asyncio.create_task(bodies.read(arriving(b"x" * 150_000, then_silent=True), 160_000))
        await asyncio.sleep(0)
        with pytest.raises(ServiceUnavailable):
            await bodies.read(arriving(b"x" * 100_000), 100_000)
        # Forms need none of the disk.
        (await bodies.read(arriving(b"x" * 2000), 2000)).close()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        (await bodies.read(arriving(b"x" * 100_000), 100_000)).close()

    run_to_the_end(several())


def test_the_rest_of_a_refused_body_is_read_for_a_while() -> None:
    async def rest() -> int:
        chunks = arriving(*[b"x" * 1000] * 10)
        await discard(chunks, 5000)
        left = [chunk async for chunk in chunks]
        # Whoever sends no more is not waited for.
        await discard(arriving(b"x", then_silent=True), 5000, seconds=0.01)
        return len(left)

    assert run_to_the_end(rest()) == 5
