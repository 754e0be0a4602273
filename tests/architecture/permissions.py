"""Who gets what answer at which address: requested from an application, and read from and written to the handbook."""

import re
import sqlite3
from pathlib import Path

from flask import Flask
from werkzeug.test import TestResponse

from tests.architecture.permission_world import ACTORS

PAGE = Path(__file__).parents[2] / "docs/handbook/permissions.md"
REFUSED = frozenset({"sign-in", "401", "403", "404", "409", "form refused"})

Route = tuple[str, str]
"""An address, its variables in angle brackets, and a method."""
Matrix = dict[Route, list[str]]
"""The answers of every route, one for each of ``ACTORS``."""


def packages(app: Flask) -> dict[Route, str]:
    """Returns every route of the URL map with the package that answers there."""
    found = {}
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<\w+:(\w+)>", r"<\1>", rule.rule)
        module = app.view_functions[rule.endpoint].__module__
        # Flask-Security's own views are set up by accounts.
        package = module.split(".")[1] if module.startswith("lms.") else "accounts"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            found[address, method] = package
    return found


def answer_of(method: str, response: TestResponse, *, wrote: bool) -> str:
    """Returns the word for a response."""
    status = response.status_code
    if status in (301, 302, 303):
        if response.headers["Location"].startswith("/login") and not wrote:
            return "sign-in"
        return "done" if method == "POST" else "redirect"
    if status == 200:
        return "page" if response.mimetype == "text/html" else "file"
    return {400: "form refused", 422: "form refused"}.get(status, str(status))


class Database:
    """The SQLite file of an application: says what was written, and restores what was there before."""

    def __init__(self, path: Path) -> None:
        self.file = sqlite3.connect(path)
        self.before = sqlite3.connect(":memory:")
        self.file.backup(self.before)
        self.version = self.seen = self._version()

    def _version(self) -> object:
        return self.file.execute("PRAGMA data_version").fetchone()

    def changed(self) -> bool:
        """Returns whether anybody has written since this was last asked, or since it was restored."""
        before, self.seen = self.seen, self._version()
        return self.seen != before

    def restore(self) -> dict[str, list[dict[str, object]]]:
        """Restores every table; returns the rows that were new or changed, by table (none where rows are gone)."""
        if self._version() == self.version:
            return {}
        changed = {}
        for (table,) in self.before.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cursor = self.file.execute(f'SELECT * FROM "{table}"')
            rows, old = (set(cursor.fetchall()), set(self.before.execute(f'SELECT * FROM "{table}"').fetchall()))
            if rows != old:
                columns = [column[0] for column in cursor.description]
                changed[table] = [dict(zip(columns, row, strict=True)) for row in rows - old]
        self.before.backup(self.file)
        self.version = self.seen = self._version()
        return changed


def read() -> Matrix:
    """Returns the matrix as the handbook shows it."""
    lines = [line.strip("| ").split(" | ") for line in PAGE.read_text().splitlines() if line.startswith("| `/")]
    return {(address.strip("`"), method): answers for address, method, *answers in lines}


def write(matrix: Matrix, packages: dict[Route, str]) -> None:
    """Writes the tables of the handbook's page, one for each package; the text before them stays."""
    text = PAGE.read_text().partition("\n## ")[0]
    head = " | ".join(("Address", "Method", *ACTORS))
    for package in sorted(set(packages.values())):
        text += f"\n## {package}\n\n| {head} |\n|{'---|' * (len(ACTORS) + 2)}\n"
        for (address, method), answers in matrix.items():
            if packages[address.partition(" ")[0], method] == package:
                text += f"| `{address}` | {' | '.join((method, *answers))} |\n"
    PAGE.write_text(text)
