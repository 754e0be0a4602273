"""Which version of the platform runs: read once from the project's own file."""

import tomllib

from lms.kernel.config import ROOT

VERSION = str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
"""The version, as in the change log."""
