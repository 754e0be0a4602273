"""The bundled text editor is what its lock file and sources make: `make editor` writes it again."""

import hashlib
import json
import re
from pathlib import Path

from lms.web.assets import FOLDER

TOOL = Path(__file__).resolve().parents[3] / "tools" / "editor"
HEAD = re.compile(r"// (?P<versions>.+)\. Licences: LICENSE-editor\.txt\. Inputs: sha256 (?P<digest>[0-9a-f]{64})")


def head() -> re.Match[str]:
    found = HEAD.fullmatch((FOLDER / "editor.js").read_text().split("\n", 1)[0])
    assert found, "the bundle does not say what it was made of"
    return found


def locked() -> dict[str, dict[str, object]]:
    packages = json.loads((TOOL / "package-lock.json").read_text())["packages"]
    return {path.removeprefix("node_modules/"): package for path, package in packages.items() if path}


def test_the_bundle_was_made_of_these_sources() -> None:
    digest = hashlib.sha256()
    for path in sorted([*TOOL.glob("*.js"), *TOOL.glob("*.json")], key=lambda path: path.name):
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    assert head()["digest"] == digest.hexdigest(), "run `make editor`"


def test_the_bundle_has_the_locked_versions_and_their_licences() -> None:
    versions = [each.rsplit(" ", 1) for each in head()["versions"].split(", ")]
    assert "@codemirror/state" in dict(versions)
    packages = locked()
    assert {name: packages[name]["version"] for name, _version in versions} == dict(versions)
    licences = (FOLDER / "LICENSE-editor.txt").read_text()
    assert [name for name, version in versions if f"{name} {version}" not in licences] == []
    assert {packages[name]["license"] for name, _version in versions} == {"MIT"}
    assert licences.count("Permission is hereby granted, free of charge") >= 1


def test_every_locked_package_has_a_digest_and_no_address() -> None:
    for name, package in locked().items():
        assert str(package["integrity"]).startswith("sha512-"), name
        assert "resolved" not in package, name
