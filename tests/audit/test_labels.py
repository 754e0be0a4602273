"""Whatever a package records has a sentence and a word on the page of the audit trail."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from markupsafe import Markup

from lms.audit.labels import ACTIONS, SUBJECTS, sentence, subject_with_number

LMS = Path(__file__).resolve().parents[2] / "lms"


def recorded() -> Iterator[tuple[str, ast.expr, ast.expr]]:
    """Yields where an act is recorded, with its action and its subject."""
    for path in sorted(LMS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and len(node.args) >= 3:
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name == "record":
                    yield f"{path.relative_to(LMS)}:{node.lineno}", node.args[1], node.args[2]


def words(expression: ast.expr) -> list[str]:
    """Returns the words an expression may be: one, or both of a choice between two."""
    if isinstance(expression, ast.IfExp):
        return words(expression.body) + words(expression.orelse)
    return [expression.value] if isinstance(expression, ast.Constant) and isinstance(expression.value, str) else []


def test_every_act_has_a_sentence_and_every_subject_a_word() -> None:
    found = list(recorded())
    assert len(found) > 20, "the acts of the packages are not found any more"
    unknown = [
        f"{where}: {word}"
        for where, action, subject in found
        for word, table in [(each, ACTIONS) for each in words(action)] + [(each, SUBJECTS) for each in words(subject)]
        if word not in table
    ]
    assert unknown == [], "add these to lms/audit/labels.py"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sentences(app: Flask) -> None:
    with app.test_request_context():
        assert (
            sentence("accounts.grant", "Hana", subject_with_number("account", 3)) == "Hana granted a role to account 3"
        )
        assert sentence("certification.revoke", "<b>", Markup("<i>x</i>")) == "&lt;b&gt; revoked <i>x</i>"
        assert sentence("old.act", "Hana", subject_with_number("old_thing", None)) == "Hana did old.act: old thing"
        for action in ACTIONS:
            said = sentence(action, "Hana", subject_with_number("award", 3))
            assert "Hana" in said
            assert "certificate 3" in said
