"""What is stored about somebody: each table that names a person is in it, nobody else's data is, and no secret."""

import json
import re
from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.audit.models import AuditEntry
from lms.home.own_data.labels import KINDS
from lms.home.own_data.queries import NOT_ABOUT_THE_PERSON, list_tables, shown_columns
from lms.kernel.db import Model, session, unit_of_work
from lms.people.models import Person
from tests.certification import world
from tests.factories.people import sign_in
from tests.people.two_organisations import Places, make_two_organisations

NOT_OF_ONE_PERSON = {
    # What an account did for others: that it did is in the trail, and the trail is in the file.
    "draft", "draft_comment", "draft_file", "draft_review_request", "draft_schedule", "draft_signoff",
    "pathway_version", "question_correction", "report_signoff", "session_withdrawal", "training_session",
    # Lists that HR uploaded, until their texts are removed; mails until they are sent.
    "people_import", "people_import_file_part", "people_import_row", "outbox",
    # What a program recorded about others, for a week.
    "answered_write",
    # What somebody typed who is no person here yet, until HR decides or for 30 days.
    "registration_request",
    # What was told to an organisation's program, by staff number, for 30 days.
    "webhook_delivery",
}  # fmt: skip


@pytest.fixture
def at(app: Flask) -> Places:
    places = make_two_organisations(app)
    with app.app_context(), unit_of_work():
        world.earned(session.get_one(Person, places.amina), world.course(), date(2026, 3, 2))
    return places


def file_of(client: FlaskClient, address: str = "/my/record/stored.json") -> dict[str, list[dict[str, object]]]:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Content-Disposition"] == "attachment; filename=my-data.json"
    return {each["table"]: each["rows"] for each in json.loads(response.text)["tables"]}


def test_every_table_with_personal_data_is_in_it_and_has_its_words() -> None:
    reached = {table.name for table in list_tables()}
    assert reached == KINDS.keys()
    personal = {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Model.registry.mappers
        if not re.search(r"Personal\s+data:\s+none\b", mapper.class_.__doc__ or "")
    }
    assert personal - reached - NOT_ABOUT_THE_PERSON == NOT_OF_ONE_PERSON
    assert not NOT_ABOUT_THE_PERSON & reached


def test_no_column_that_lets_somebody_sign_in_is_shown() -> None:
    shown = {f"{table.name}.{column.name}" for table in list_tables() for column in shown_columns(table)}
    assert {"account.email", "attempt.grades", "placement.from_on", "award.serial"} <= shown
    assert not {
        "account.password", "account.fs_uniquifier", "signed_in_session.token", "one_time_code.digest", "attempt.seed",
        "sign_in_slips.people", "sign_in_slips.files", "employment.staff_number_key",
    } & shown  # fmt: skip


def test_a_person_takes_along_what_is_theirs_and_nothing_else(app: Flask, client: FlaskClient, at: Places) -> None:
    sign_in(client)
    page = client.get("/my/record/stored")
    assert page.status_code == 200
    assert "Your staff numbers" in page.text
    assert "Certificates that were revoked" not in page.text
    tables = file_of(client)
    assert [row["name"] for row in tables["person"]] == ["Amina Yusuf"]
    assert [row["staff_number"] for row in tables["employment"]] == ["W-1"]
    assert [row["name"] for row in tables["award_name"]] == ["Amina Yusuf"]
    assert [row["earned_on"] for row in tables["award"]] == ["2026-03-02"]
    assert {row["person_id"] for rows in tables.values() for row in rows if "person_id" in row} == {at.amina}
    text = json.dumps(tables)
    assert [name for name in ("Basma", "Bilal", "Hana", "H-2") if name in text] == []
    with app.app_context():
        entry = session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert entry is not None
        assert (entry.action, entry.detail) == ("audit.download", {"file": "home.stored_json"})


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_an_administrator_gives_it_to_somebody_without_an_account(client: FlaskClient, at: Places) -> None:
    sign_in(client, "root@demo.example")
    address = f"/people/{at.basma}/stored.json"
    assert [row["name"] for row in file_of(client, address)["person"]] == ["Basma Idris"]
    assert client.get("/people/99999/stored.json").status_code == 404
