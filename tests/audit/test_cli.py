"""The commands of the trail, and an outsider who recomputes the chain from what they print."""

import hashlib
import json
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from lms.kernel import clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from tests.audit.tampering import NOW, act, drop_triggers


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(FixedClock(NOW)):
        yield


def run(app: Flask, *words: str, status: int = 0) -> str:
    result = app.test_cli_runner().invoke(args=["audit", *words])
    assert result.exit_code == status, result.output
    return result.output


def test_verify_says_how_much_there_is_and_how_far_it_is_sound(app: Flask) -> None:
    assert "0 entries, 0 linked, 0 not linked yet" in run(app, "verify")
    with app.app_context():
        act(3)
    assert "3 entries, 0 linked, 3 not linked yet" in run(app, "verify")
    assert run(app, "link") == "3 entries linked.\n"
    head = run(app, "head").strip()
    assert head.startswith("3:")
    said = run(app, "verify", "--expect", head)
    assert "3 entries, 3 linked, 0 not linked yet" in said
    assert f"The chain is intact up to {head}." in said


def test_verify_fails_on_a_changed_entry_and_names_it(app: Flask) -> None:
    with app.app_context():
        act(3)
    run(app, "link")
    with app.app_context(), unit_of_work():
        drop_triggers()
        session.execute(text("UPDATE audit_entry SET account_id = 66 WHERE id = 2"))
    said = run(app, "verify", "--no-note", status=1)
    assert "The chain has 1 fault:" in said
    assert "link 2: entry 2 or its link was changed" in said


def test_verify_records_its_outcome_by_default(app: Flask) -> None:
    run(app, "verify", "--no-note")
    run(app, "verify")
    with app.app_context():
        assert session.execute(text("SELECT count(*) FROM audit_check")).scalar_one() == 1


def test_verify_finds_the_end_cut_off(app: Flask) -> None:
    with app.app_context():
        act(4)
    run(app, "link")
    head = run(app, "head").strip()
    with app.app_context(), unit_of_work():
        drop_triggers()
        session.execute(text("DELETE FROM audit_link WHERE number = 4"))
        session.execute(text("DELETE FROM audit_entry WHERE id = 4"))
    assert "intact" in run(app, "verify", "--no-note")
    assert "link 4 was recorded earlier and is missing" in run(app, "verify", "--no-note", "--expect", head, status=1)
    with app.app_context():
        act(1)
    run(app, "link")
    assert "link 4 differs from the recorded one" in run(app, "verify", "--expect", head, status=1)


@pytest.mark.parametrize("word", ["3", "x:" + "0" * 64, "3:abc", ""])
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_head_that_cannot_be_read_is_refused(app: Flask, word: str) -> None:
    assert "as flask audit head printed it" in run(app, "verify", "--expect", word, status=2)


def test_an_outsider_recomputes_the_chain_from_the_export(app: Flask) -> None:
    """Without a line of the application's own code: the recipe of the handbook."""
    with app.app_context():
        act(3, account=5, reason='Señora Núñez\' "leave"\nأجازة', course=4, counts={"b": 1, "a": None})
        act(1)
    run(app, "link")
    lines = run(app, "export").splitlines()
    before = "0" * 64
    for number, line in enumerate(lines, 1):
        digest, text = line.split(" ", 1)
        fields = json.loads(text)
        again = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        assert hashlib.sha256(again.encode()).hexdigest() == digest
        assert (fields["link"], fields["previous"]) == (number, before)
        before = digest
    assert run(app, "head").strip() == f"{len(lines)}:{before}"
    assert len(lines) == 4
