"""Texts that a new course or module begins with; what must be rewritten is marked (``catalogue.api.placeholder``)."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def fill_starter(name: str, **values: str) -> bytes:
    """Returns a starter, ``course.yml``, ``bank.yml`` or ``module.md``, with values in its gaps."""
    return (_FOLDER / name).read_text(encoding="utf-8").format(**values).encode()
