"""Pages of lists."""

import pytest

from lms.kernel.pagination import paginate_list


@pytest.mark.parametrize(("page", "shown", "items"), [(-3, 1, [0, 1]), (1, 1, [0, 1]), (3, 3, [4]), (9, 3, [4])])
def test_a_page_past_the_end_is_the_last_one(page: int, shown: int, items: list[int]) -> None:
    found = paginate_list(range(5), page, 2)
    assert (found.page, found.pages, list(found.items)) == (shown, 3, items)


def test_an_empty_list_has_one_page() -> None:
    found = paginate_list([], 2)
    assert (found.page, found.pages) == (1, 1)


def test_a_page_keeps_its_place_when_its_items_are_converted() -> None:
    found = paginate_list(range(5), 2, 2).with_items(["2", "3"])
    assert (list(found.items), found.total, found.page, found.pages) == (["2", "3"], 5, 2, 3)
