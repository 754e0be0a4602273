"""The page for Prometheus: who may read it, what it says, and that the processes of a server add up."""

import http.client
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from lms.home.metrics import list_gauges
from lms.kernel import mail, outbox
from lms.kernel.config import ROOT
from lms.kernel.db import reading, unit_of_work
from lms.kernel.installation import BACKUP, store_value
from tests.waiting import DEADLINE_SECONDS, process_group, reserved_port, wait_until


def figures() -> dict[tuple[str, ...], float]:
    with reading():
        return {(each.name, *(value for _, value in each.labels)): each.value for each in list_gauges()}


def test_without_a_token_there_is_no_such_page(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_the_figures_of_the_installation(app: Flask) -> None:
    with app.app_context():
        before = figures()
        assert before["database_up",] == 1
        assert before["outbox_waiting", "mail"] == before["outbox_oldest_seconds", "job"] == 0
        assert ("last_backup_timestamp_seconds",) not in before
        with unit_of_work():
            mail.queue("amina@demo.example", "Hello", "text")
            outbox.put("test.job", "job", {})
            store_value(BACKUP, "now")
        after = figures()
        assert after["outbox_waiting", "mail"] == after["outbox_waiting", "job"] == 1
        assert after["last_backup_timestamp_seconds",] > 1_700_000_000


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_it_answers_while_the_database_is_away(app: Flask) -> None:
    with app.app_context():
        with unit_of_work() as session:
            session.execute(text("ALTER TABLE outbox RENAME TO elsewhere"))
        assert figures() == {("database_up",): 0}


@pytest.mark.faults
def test_the_processes_of_a_server_add_up(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "every_sector.db")
    settings = {"LMS_INSTANCE": str(tmp_path), "LMS_DATABASE_URL": "", "LMS_METRICS_TOKEN": "a-token-for-tests"}

    def ask(path: str, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=DEADLINE_SECONDS)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    with (
        reserved_port() as port,
        process_group(
            [
                sys.executable,
                "-m",
                "flask",
                "--app",
                "wsgi",
                "serve",
                "--port",
                str(port),
                "--workers",
                "2",
                "--no-worker",
            ],
            cwd=ROOT,
            env=os.environ | settings,
        ),
    ):
        wait_until(lambda: ask("/healthz")[0] == 200, "the server answers")
        assert {ask("/verify/AMINA-YUSUF-0001")[0] for _ in range(12)} == {404}
        assert ask("/support")[0] == 200
        assert ask("/metrics")[0] == ask("/metrics", Authorization="Bearer wrong")[0] == 403
        status, page = ask("/metrics", Authorization="Bearer a-token-for-tests")
    assert status == 200
    counted = re.findall(r"^every_sector_requests_total\{(.*)\} ([\d.]+)$", page, re.MULTILINE)
    assert sum(float(number) for labels, number in counted if "/verify/" in labels) == 12
    assert "every_sector_database_up 1.0" in page
    assert "YUSUF" not in page
    # Nor does it say when somebody needed support.
    assert "/support" not in page
