"""Memory: of work that keeps millions of values, and of blocks that are large and soon done with."""

import ctypes
import gc
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MMAP_THRESHOLD = -3
LARGE = 1_048_576
"""From how many bytes on a block goes back to the system as soon as it is done with."""


def release_large_blocks() -> None:
    """Lets the C library return every large block at once; this process and its children keep to it.

    Once it has returned one, the GNU library would keep blocks of that size for the next time, in each thread: hashing
    a password takes 19 MiB for 20 ms. Other libraries do not know the setting and keep none.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


@contextmanager
def gc_paused() -> Iterator[None]:
    """Runs a block without the collector of cycles, which would walk what the block keeps again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()
