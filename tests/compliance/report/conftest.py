"""What tests of reports share."""

from collections.abc import Iterator

import pytest

from lms.kernel import clock
from lms.kernel.clock import FixedClock
from tests.factories.compliance import NOW


@pytest.fixture
def time() -> Iterator[FixedClock]:
    """A clock that stands still until it is moved."""
    with clock.using(FixedClock(NOW)) as fixed:
        assert isinstance(fixed, FixedClock)
        yield fixed
