"""How many random examples a property test tries."""

import os


def examples(count: int) -> int:
    """Returns ``count``, or the part of it that TEST_EXAMPLES names: ``make test T=…`` tries a tenth of them."""
    return max(5, round(count * float(os.environ.get("TEST_EXAMPLES") or 1)))
