"""How much long work does in one transaction: what takes a part of a second, since others wait to save meanwhile."""

TRANSACTION_SECONDS = 0.3
"""How long a transaction is to take: on SQLite nobody else can save anything meanwhile."""


def size_next(done: int, seconds: float, most: int) -> int:
    """Returns how many the next transaction does, from how many the last did in what time: at most twice as many."""
    fitting = int(done * TRANSACTION_SECONDS / max(seconds, 0.001))
    return max(1, min(fitting, 2 * done, most))
