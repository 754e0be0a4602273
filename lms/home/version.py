"""The version of the application, read once from ``pyproject.toml``."""

import tomllib

from lms.kernel.config import ROOT

VERSION = str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
"""The version, as in the changelog."""
