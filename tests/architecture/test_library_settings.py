"""Every name that we set in the configuration is one that a library reads: it ignores any other without a word."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flask_security import core

from lms.accounts.sign_in.settings import security_config
from lms.kernel.config import ROOT

LIBRARIES = {
    "SECURITY_": "flask_security", "RATELIMIT_": "flask_limiter", "COMPRESS_": "flask_compress",
    "REMEMBER_": "flask_login", "WTF_": "flask_wtf", "BABEL_": "flask_babel", "SQLALCHEMY_": "flask_sqlalchemy",
    "MAIL_": "flask_mail", "SESSION_": "flask", "PERMANENT_": "flask", "MAX_": "flask", "SECRET_": "flask",
}  # fmt: skip
"""The prefixes of names with the libraries that read them. Other names are our own."""
OURS = "lms"


def names_set() -> Iterator[str]:
    """Yields the names that our code gives to a configuration, or puts into a dictionary for one."""
    for path in (ROOT / OURS).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".config.update"):
                yield from (each.arg for each in node.keywords if each.arg)
            if isinstance(node, ast.Assign):
                found = (re.fullmatch(r".*\.config\['([A-Z_]+)'\]", ast.unparse(each)) for each in node.targets)
                yield from (match[1] for match in found if match)
            if isinstance(node, ast.Dict):
                keys = [key.value for key in node.keys if isinstance(key, ast.Constant)]
                yield from (key for key in keys if isinstance(key, str) and key.startswith(tuple(LIBRARIES)))


@cache
def words_of(package: str) -> frozenset[str]:
    """Returns the names that stand between quotation marks in the code of a package."""
    if package == OURS:
        folder = ROOT / OURS
    else:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            # A library that is gone reads nothing.
            return frozenset()
        folder = Path(spec.origin).parent
    text = "\n".join(path.read_text() for path in folder.rglob("*.py"))
    if package == OURS:
        # Only where it is read: setting a name does not make it one that is known.
        return frozenset(re.findall(r"""config(?:\[|\.get\()["']([A-Z_]+)["']""", text))
    return frozenset(re.findall(r"""["']([A-Z_]+)["']""", text))


def is_read(name: str) -> bool:
    """Returns whether the library that a name belongs to reads it, or our own code."""
    owner = next((package for prefix, package in LIBRARIES.items() if name.startswith(prefix)), OURS)
    if owner == "flask_security":
        key = name.removeprefix("SECURITY_")
        return key in core._default_config or key.removeprefix("MSG_") in core._default_messages
    return name in words_of(owner) or name in words_of(OURS)


def test_libraries_read_every_name_that_we_set() -> None:
    names = {*names_set(), *security_config()}
    assert {"SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", "RATELIMIT_STRATEGY", "COMPRESS_BR_LEVEL"} <= names
    assert [name for name in sorted(names) if not is_read(name)] == []


def test_a_name_that_nobody_reads_is_found() -> None:
    for name in ("SECURITY_PASSWORD_HASH_OPTION", "RATELIMIT_STORE", "COMPRESS_BROTLI_LEVEL", "SESSION_COOKIE_SAFE"):
        assert not is_read(name)
