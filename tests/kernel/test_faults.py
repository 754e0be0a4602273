"""A full disk, a database that is away: error pages that explain, nothing half-written, and recovery."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from lms.kernel import db as database
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import Organisation
from tests.factories.people import make_small_organisation, organisation, sign_in
from tests.waiting import wait_until

pytestmark = pytest.mark.faults


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_writing_and_serves_reading(app: Flask, client: FlaskClient) -> None:
    @app.post("/writes-much")
    def writes_much() -> str:
        for number in range(400):
            organisation(f"organisation-{number}", name="x" * 100)
        return "done"

    make_small_organisation(app)
    sign_in(client)
    limits = {"pages": 0}
    with app.app_context():
        engine = database.db.engine
        with engine.connect() as connection:
            limits["pages"] = int(connection.execute(text("PRAGMA page_count")).scalar_one())
        engine.dispose()

    # SQLite then answers exactly what it answers when the disk is full.
    @event.listens_for(engine, "connect")
    def bounded(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute(f"PRAGMA max_page_count = {limits['pages']}")

    response = client.post("/writes-much")
    assert response.status_code == 503
    assert "Retry-After" in response.headers
    assert client.get("/my").status_code == 200
    with app.app_context():
        with reading():
            assert session.query(Organisation).count() == 1, "nothing is half-written"
        engine.dispose()
    limits["pages"] = 1_000_000
    assert client.post("/writes-much").status_code == 200


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
def test_a_database_that_goes_away_and_comes_back(app: Flask, client: FlaskClient, database_url: str) -> None:
    make_small_organisation(app)
    sign_in(client)
    url = make_url(database_url.replace("postgresql://", "postgresql+psycopg://", 1))
    admin = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS false'))
        try:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                {"name": url.database},
            )
            # The server is only told to end the connections; a page asked for before it did would still be served.
            connections = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
            wait_until(
                lambda: connection.execute(connections, {"name": url.database}).scalar_one() == 0,
                "no connection to the database is left",
            )
            for path in ("/my", "/courses", "/readyz"):
                response = client.get(path)
                assert response.status_code == 503, path
                assert "Retry-After" in response.headers
            assert client.post("/login", data={"email": "a@demo.example", "password": "x" * 12}).status_code == 503
            assert client.get("/healthz").status_code == 200
            assert client.get("/help-now").status_code == 200
        finally:
            connection.execute(text(f'ALTER DATABASE "{url.database}" ALLOW_CONNECTIONS true'))
    admin.dispose()
    assert client.get("/readyz").status_code == 200
    assert client.get("/my").status_code == 200
    with app.app_context(), unit_of_work():
        organisation("afterwards")
