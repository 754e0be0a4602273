"""The commands of reminders."""

from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from lms.kernel.clock import using
from lms.kernel.db import unit_of_work
from tests.reminders.world import DAY, World, due_in, noon, on, sent


@pytest.fixture
def world(app: Flask) -> World:
    with on(app):
        made = World()
        with unit_of_work():
            made.person("Amina Yusuf", since=due_in(1))
            made.person("Omar Late", since=due_in(-60))
            made.person("Paper Reader", since=due_in(3), email=False)
        return made


def typed(app: Flask, *words: str, days: int = 0) -> Result:
    with using(noon(DAY + timedelta(days=days))):
        return app.test_cli_runner().invoke(args=["reminders", *words])


def test_a_dry_run_counts_and_writes_nothing(app: Flask, world: World) -> None:
    answer = typed(app, "send", "--dry-run")
    assert answer.exit_code == 0, answer.output
    assert answer.output.splitlines()[:3] == [
        "2026-03-03: 2 reminders would be sent.",
        "  Due today or tomorrow        1",
        "  Newly overdue                0",
    ]
    assert "  On the print list            1" in answer.output
    assert "Amina" not in answer.output
    with app.app_context():
        assert sent() == []
    ahead = typed(app, "send", "--dry-run", "--day", "2026-03-20")
    assert "2026-03-20: 2 reminders would be sent." in ahead.output


def test_send_says_what_it_did_and_does_it_once(app: Flask, world: World) -> None:
    for _ in range(2):
        answer = typed(app, "send")
        assert answer.exit_code == 0, answer.output
        assert (
            "2026-03-03: 3 people checked, 2 reminders queued, 1 people on the print list, 0 e-mails with weekly "
            "figures." in answer.output
        )
    with app.app_context():
        assert len(sent()) == 2
    refused = typed(app, "send", "--day", "2026-03-04")
    assert refused.exit_code == 1
    assert "This day is in the future." in refused.output
    assert typed(app, "send", "--day", "tomorrow").exit_code == 2


def test_status_fails_when_no_run_has_ended_in_time(app: Flask, world: World) -> None:
    never = typed(app, "status")
    assert never.exit_code == 1
    assert "No reminders have been sent yet." in never.output
    typed(app, "send")
    fine = typed(app, "status", days=1)
    assert fine.exit_code == 0
    assert "The last run, for 2026-03-03, ended at 2026-03-03 09:00 UTC: 3 people checked, 2" in fine.output
    late = typed(app, "status", days=2)
    assert late.exit_code == 1
    assert "no run has ended within 26 hours" in late.output
