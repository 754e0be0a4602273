"""A clock for the tests of pathways."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lms.kernel import clock


@pytest.fixture(autouse=True)
def fixed_clock() -> Iterator[clock.FixedClock]:
    """Sets the clock to 23 November 2026, nine in the morning."""
    status = clock.FixedClock(datetime(2026, 11, 23, 9, tzinfo=UTC))
    with clock.using(status):
        yield status
