"""Fixtures of the catalogue's tests."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.catalogue.library import FILES, Shelf, png


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """A library without a fault."""
    shelf = Shelf(tmp_path / "library")
    for path, text in FILES.items():
        shelf.write(path, text)
    shelf.write("modules/boats/img/boat.png", png())
    return shelf


@pytest.fixture
def ground(app: Flask) -> Iterator[Flask]:
    """An empty database with an application context, outside any transaction."""
    with app.app_context():
        yield app
