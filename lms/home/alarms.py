"""What an administrator must know of neighbours on this floor, which cannot be asked directly."""

from collections.abc import Callable

alarm_sources: list[Callable[[], list[str]]] = []
"""Each returns sentences in the language of the page, none where all is well; filled by ``lms/app.py``."""


def list_alarms() -> list[str]:
    """Returns everything that neighbours have to say."""
    return [sentence for source in alarm_sources for sentence in source()]
