"""docs/handbook/licences.md lists every library of the lock, each under a licence that the product may be shared with.

`WRITE_LICENCES=1 pytest tests/architecture/test_licences.py` writes the page.
"""

import os
import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "handbook" / "licences.md"
HEAD = """# Libraries and their licences

Every Sector is under the licences of [LICENSE](../../LICENSE). It runs on the libraries below, which `pip` fetches
unchanged by the digests of the lock; none of them is part of the repository. What is part of it is named in LICENSE.

| library | licence |
|---|---|
"""
PERMITTED = {
    "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BSD", "ISC", "LGPL-3.0-only", "MIT", "MIT-0", "MIT-CMU",
    "MPL-2.0", "PSF-2.0", "Unlicense",
}  # fmt: skip
"""MPL and LGPL ask for changes of the library's own files to be shared; the product changes none."""
SHORT = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "The Unlicense (Unlicense)": "Unlicense",
}
"""Names in classifiers, which do not say which of the BSD licences it is."""
READ_IN_THE_SOURCE = {"async-timeout": "Apache-2.0", "brotlicffi": "MIT", "huey": "MIT"}
"""Libraries that do not say it in their metadata, or are installed on other systems only."""


def licence_of(library: str) -> str:
    """Returns what the metadata of a library say: an SPDX expression, a classifier or a word; "" where nothing."""
    try:
        said = metadata(library)
    except PackageNotFoundError:
        return READ_IN_THE_SOURCE.get(library, "")
    classified = [line.split(" :: ")[-1] for line in said.get_all("Classifier") or () if line.startswith("License")]
    word = (said.get("License") or "").strip()
    found = said.get("License-Expression") or (classified or [word if "\n" not in word else ""])[0]
    return SHORT.get(found, found) or READ_IN_THE_SOURCE.get(library, "")


def locked() -> list[str]:
    return sorted(set(re.findall(r"^([a-z0-9._-]+)(?:\[[a-z,]+\])?==", (ROOT / "requirements.txt").read_text(), re.M)))


def is_permitted(licence: str) -> bool:
    """Says whether one of the licences offered may be used; of licences joined by AND, each must be."""
    return any(PERMITTED.issuperset(choice.split(" AND ")) for choice in licence.split(" OR "))


def test_every_library_is_listed_with_a_licence_that_the_product_may_be_shared_with() -> None:
    lines = [(library, licence_of(library)) for library in locked()]
    assert [line for line in lines if not is_permitted(line[1])] == []
    page = HEAD + "".join(f"| {library} | {licence} |\n" for library, licence in lines)
    if os.environ.get("WRITE_LICENCES"):
        PAGE.write_text(page)
    assert PAGE.read_text() == page, "see the first lines of this file for how to update the page"
