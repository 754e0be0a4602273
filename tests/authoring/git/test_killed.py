"""Killed at any step between publishing and git: nothing is half there, nothing is lost, nothing is committed twice."""

import os
import signal
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from dulwich.refs import DiskRefsContainer
from flask import Flask

import lms.authoring.git.operations as following
import lms.authoring.publishing.operations as publishing
from lms.accounts.queries import find_account_by_email
from lms.authoring.git import jobs
from lms.authoring.git.repository import GitRepository
from lms.kernel import clock, db, outbox
from lms.kernel.db import reading
from lms.kernel.errors import require_found
from tests.authoring.git.remote import MODULE, Remote, change, files_of, open_drafts, ours
from tests.factories.application import disconnect
from tests.factories.people import actor_of

pytestmark = pytest.mark.faults

PUBLISHING = (
    ("before the text is written", publishing, "publish_files", False),
    ("before git is told", publishing, "put_synchronisation", False),
    ("before the commit of the transaction", db.session, "commit", False),
    ("after the commit of the transaction", db.session, "commit", True),
)
FOLLOWING = (
    ("before the worker begins", jobs, "synchronise", False),
    ("before git is asked", GitRepository, "fetch", False),
    ("before the commit in git", GitRepository, "add_commit", False),
    ("after the commit in git", GitRepository, "add_commit", True),
    ("before the push", GitRepository, "push", False),
    ("in the middle of the push", DiskRefsContainer, "set_if_equals", False),
    ("after the push", GitRepository, "push", True),
    ("before what was committed is stored", following, "remove_value", False),
    ("after what was committed is stored", jobs, "find_value", False),
    ("before the work is closed", jobs, "synchronise", True),
)
"""A step, and the function at whose beginning, or end, the process is killed."""
ON_POSTGRESQL = (PUBLISHING[2:], FOLLOWING[6:7])
"""Where it matters what the database keeps of a process that is gone."""


def kill(*_words: Any, **_more: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_killed(app: Flask, work: Callable[[], object], owner: Any, name: str, *, at_end: bool) -> None:
    """Does something in another process, which is killed at the beginning of a function, or at its end."""
    disconnect(app)
    child = os.fork()
    if child:
        assert os.waitpid(child, 0)[1] == signal.SIGKILL, f"it was not killed at {name}"
        return
    try:
        real = getattr(owner, name)

        def ended(*words: Any, **more: Any) -> None:
            real(*words, **more)
            kill()

        setattr(owner, name, ended if at_end else kill)
        with app.app_context():
            work()
    finally:
        os._exit(1)


def restart(minutes: int) -> None:
    """Does what a worker does that is started later: what is left, and the look that it takes every five minutes."""
    with clock.using(clock.FixedClock(clock.now() + timedelta(minutes=minutes))):
        while outbox.sweep():
            pass
        assert jobs.synchronise()


@pytest.mark.usefixtures("folder")
def test_killed_at_any_step_everything_is_there_once(app: Flask, remote: Remote, backend: str) -> None:
    with app.app_context():
        assert jobs.synchronise()
        with reading():
            tomas = actor_of(require_found(find_account_by_email("tomas@demo.example")))
    first, second = (PUBLISHING, FOLLOWING) if backend == "sqlite" else ON_POSTGRESQL
    for number, (step, owner, name, at_end) in enumerate((*first, *second), start=1):
        publishes = number <= len(first)
        text = f"\nStep {number}.\n"

        def publish(text: str = text, step: str = step) -> None:
            change(text, tomas, f"Killed {step}")

        with app.app_context():
            before = ours()[MODULE]
            if not publishes:
                publish()
        run_killed(app, publish if publishes else outbox.sweep, owner, name, at_end=at_end)
        with app.app_context():
            # All of it is published, or nothing; then its author does it again.
            assert ours()[MODULE] in (before, before + text.encode()), step
            if ours()[MODULE] == before:
                publish()
            # Others go on meanwhile, with the same file.
            change("\nMore.\n", tomas, f"Since then {step}")
            restart(minutes=10 * number)
            log = remote.log()
            assert log[-2:] == [f"Tomas Silva: {what} {step}" for what in ("Killed", "Since then")], step
            assert len(log) == 1 + 2 * number, step
            assert open_drafts() == [], step
    with app.app_context():
        assert files_of(remote.checkout()) == ours()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_others_pushed_onto_an_interrupted_push_comes_in(app: Flask, remote: Remote) -> None:
    with app.app_context():
        assert jobs.synchronise()
        change("\nOurs.\n")
    run_killed(app, outbox.sweep, GitRepository, "push", at_end=True)
    quiz = "quizzes/first-course.yml"
    with app.app_context():
        change("\nOurs again.\n")
        remote.push("Theirs", **{quiz: ours()[quiz].decode() + "# Theirs.\n"})
        restart(minutes=10)
        (draft,) = open_drafts()
        assert draft.title == "From git: Theirs"
        we, they = "Every Sector", "Erik"
        assert [line.partition(": ")[0] for line in remote.log()] == [we, we, they, we]
        merged = files_of(remote.checkout())
        assert merged[MODULE] == ours()[MODULE]
        assert b"# Theirs." in merged[quiz] and b"# Theirs." not in ours()[quiz]
