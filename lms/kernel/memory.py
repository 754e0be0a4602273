"""Memory: the garbage collector during large work, large blocks that are freed soon, libraries that are not needed."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_MMAP_THRESHOLD = -3
LARGE = 1_048_576
"""The size in bytes from which a block is returned to the system as soon as it is freed."""


def release_large_blocks() -> None:
    """Makes the C library return large blocks at once, in this process and its children.

    The GNU library would otherwise raise its threshold after the first one and retain blocks of that size in each
    thread: hashing a password takes 19 MiB for 20 ms. Other C libraries have no such threshold.
    """
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(_MMAP_THRESHOLD, LARGE)


def return_free_memory() -> None:
    """Makes the GNU library return what it keeps for later to the system; takes a fifth of a millisecond and more."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)


def freeze_loaded() -> None:
    """Takes what is loaded now out of the garbage collector: it stays, and walking it takes a sixth of a second.

    Processes forked later go on sharing its memory.
    """
    gc.collect()
    gc.freeze()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Runs a block without the garbage collector, which would walk millions of live objects again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@contextmanager
def loading() -> Iterator[None]:
    """Loads a program in a block without the garbage collector, which afterwards leaves alone what was loaded.

    Loading throws next to nothing away, and looking for it again and again takes a fifth of the time.
    """
    with gc_paused():
        yield
        gc.freeze()


@contextmanager
def absent(*names: str) -> Iterator[None]:
    """Runs a block in which modules that are not loaded yet are not there: some libraries load whatever they find."""
    hidden = [name for name in names if name not in sys.modules]
    # To Python this means that there is no such module.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]
