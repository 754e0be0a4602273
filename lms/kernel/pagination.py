"""The one pagination: a page of rows of a longer list.

Flask-SQLAlchemy's own ``SelectPagination`` gives single entities only and an empty page past the end. Lists here have
rows of several columns and show the last page instead. Templates show the links with ``ui.pagination``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Row, Select, func, select

from lms.kernel.db import session

T = TypeVar("T")
U = TypeVar("U")

PER_PAGE = 50
"""Rows on one page of a list."""


def clamp_page(page: int, total: int, per_page: int = PER_PAGE) -> int:
    """Returns a page number that exists: the first page is 1, and past the end it is the last."""
    return max(1, min(page, -(-total // per_page)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination(Generic[T]):
    """The rows of one page; ``total`` counts those of all pages. Pages of lists with more to say subclass this."""

    items: Sequence[T]
    total: int
    page: int = 1
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        """Returns the number of pages, at least 1."""
        return max(1, -(-self.total // self.per_page))

    def with_items(self, items: Sequence[U]) -> "Pagination[U]":
        """Returns the same page with other items, for example row types in place of rows."""
        return Pagination(items=items, total=self.total, page=self.page, per_page=self.per_page)


def paginate(
    statement: Select[*tuple[Any, ...]], page: int, per_page: int = PER_PAGE
) -> Pagination[Row[*tuple[Any, ...]]]:
    """Runs a statement for one page of its rows, in two queries, or in one where it finds nothing.

    A page past the end is the last one.
    """
    total = session.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    shown = clamp_page(page, total, per_page)
    rows = session.execute(statement.limit(per_page).offset((shown - 1) * per_page)).all() if total else ()
    return Pagination(items=rows, total=total, page=shown, per_page=per_page)


def paginate_list(items: Sequence[T], page: int, per_page: int = PER_PAGE) -> Pagination[T]:
    """Returns one page of a list in memory; a page past the end is the last one."""
    shown = clamp_page(page, len(items), per_page)
    start = (shown - 1) * per_page
    return Pagination(items=items[start : start + per_page], total=len(items), page=shown, per_page=per_page)
