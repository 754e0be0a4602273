"""Fixtures of the tests of compliance. Nothing here loads the application, since tests of pure rules use it too."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lms.kernel import clock


@pytest.fixture
def fixed_clock() -> Iterator[None]:
    """The time of tests.factories.compliance: 22 November 2026, 09:00 UTC."""
    with clock.using(clock.FixedClock(datetime(2026, 11, 22, 9, tzinfo=UTC))):
        yield
