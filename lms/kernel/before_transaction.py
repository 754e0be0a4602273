"""Work that takes long and needs no database, done before the transaction of a request begins.

Hashing a password takes a part of a second. Done inside of a transaction that writes, it would keep everybody from
saving on SQLite, and a connection busy on PostgreSQL.
"""

from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

results: ContextVar[dict[Hashable, Any] | None] = ContextVar("results", default=None)
"""What has been computed for the present request; None outside of requests that may write."""


class ComputeFirst(BaseException):
    """A request needs a result that must be computed outside of its transaction, and then begins anew.

    Not an ``Exception``, so that nothing on the way handles it.
    """

    def __init__(self, key: Hashable, compute: Callable[[], object]) -> None:
        super().__init__()
        self.key, self.compute = key, compute


def computed_first(key: Hashable, compute: Callable[[], T]) -> T:
    """Returns what ``compute`` returns, which is called once for each key and request, and in no transaction.

    The result must depend on the key alone. Raises ``ComputeFirst``, which the application handles; commands, jobs and
    requests that only read compute at once.
    """
    known = results.get()
    if known is None:
        return compute()
    if key not in known:
        raise ComputeFirst(key, compute)
    return cast("T", known[key])
