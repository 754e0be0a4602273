"""Fixtures of the tools' tests."""

from tests.catalogue.conftest import course_files

__all__ = ["course_files"]
