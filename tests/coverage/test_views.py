"""The page of coordinators: shared counts only, month ends only, no names, nothing under ten."""

import csv
import re
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.coverage.jobs import publish
from lms.kernel.actor import Role
from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation
from tests.factories import people
from tests.factories.people import make_small_organisation, sign_in

PAGE = "/compliance/coverage"


@pytest.fixture
def published(shared: Flask) -> Flask:
    with shared.app_context():
        publish()
    return shared


@pytest.fixture
def karim(client: FlaskClient, published: Flask) -> FlaskClient:
    """The coordinator's browser, with figures published."""
    sign_in(client, "karim@demo.example")
    return client


def page(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.get_data(as_text=True)[:2000]
    return response.get_data(as_text=True)


def words(body: str) -> str:
    """The words of a page, without tags and with plain spaces."""
    return " ".join(re.sub(r"<[^>]+>", "", body).replace("\xa0", " ").split())


def rows(client: FlaskClient, address: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(client.get(address).data.decode("utf-8-sig"))))


def test_a_coordinator_sees_shared_counts_without_names(karim: FlaskClient) -> None:
    body = page(karim, PAGE)
    assert "On 31 October 2026, about" in words(body)
    assert "Shared by: Rivers Relief." in body
    assert "Hill Aid" not in body
    assert "Person " not in body
    assert "/people/" not in body
    for address in ("/compliance/people", "/compliance/people.csv", "/people/1", "/requirements", "/exemptions"):
        page(karim, address, 403)


def test_the_report_leads_a_coordinator_to_coverage(karim: FlaskClient) -> None:
    answer = karim.get("/compliance?sector=wash")
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"{PAGE}?sector=wash")
    assert karim.get("/compliance.csv").headers["Location"].endswith(f"{PAGE}.csv")


def test_nobody_else_has_coverage(client: FlaskClient, app: Flask) -> None:
    make_small_organisation(app)
    for who in ("hana", "root", "amina", "tomas"):
        sign_in(client, f"{who}@demo.example")
        page(client, PAGE, 403)
        page(client, f"{PAGE}.csv", 403)
        client.post("/logout")


def test_only_month_ends_and_known_filters_are_answered(karim: FlaskClient) -> None:
    for query in ("as_of=2026-11-22", "as_of=2027-01-31", "course=unknown", "station=1"):
        assert "This is not one of the options" in page(karim, f"{PAGE}?{query}", 422)
        page(karim, f"{PAGE}.csv?{query}", 422)
    plain = page(karim, f"{PAGE}.csv")
    assert page(karim, f"{PAGE}.csv?role=driver&known_as_of=2026-01-01&organisation=hill-aid") == plain


def test_every_count_is_a_multiple_of_five_from_ten_on(karim: FlaskClient) -> None:
    for query in (
        "", "?sector=wash", "?station=hill-camp", "?sector=wash&station=hill-camp", "?course=first", "?as_of=2026-05-31"
    ):  # fmt: skip
        found = rows(karim, f"{PAGE}.csv{query}")
        assert found
        for row in found:
            counts = [int(row[name]) for name in ("people", "compliant") if row[name]]
            assert all(count >= 10 and count % 5 == 0 for count in counts), row
        page(karim, f"{PAGE}{query}")


def test_filters_give_the_same_figure_as_the_tables(karim: FlaskClient) -> None:
    plain = {
        (row["sector"], row["station"], row["course"]): (row["people"], row["compliant"])
        for row in rows(karim, f"{PAGE}.csv")
    }
    assert len([key for key in plain if key[0] != "(all)" and key[1] != "(all)"]) > 5
    for query in ("sector=wash", "station=hill-camp", "course=first", "sector=wash&station=hill-camp"):
        for row in rows(karim, f"{PAGE}.csv?{query}"):
            assert plain[row["sector"], row["station"], row["course"]] == (row["people"], row["compliant"])


def test_a_rate_is_written_as_approximate(karim: FlaskClient) -> None:
    body = page(karim, PAGE)
    assert body.count("about ") > 10
    whole = rows(karim, f"{PAGE}.csv")[0]
    assert abs(float(whole["rate_percent"]) - 100 * int(whole["compliant"]) / int(whole["people"])) < 0.1


def test_an_organisation_that_begins_to_share_is_named(karim: FlaskClient, published: Flask) -> None:
    with published.app_context(), unit_of_work():
        session.query(Organisation).filter_by(slug="hill-aid").one().shares_coverage = True
    assert "because they began to share later: Hill Aid." in page(karim, PAGE)


def test_nothing_is_shown_once_an_organisation_no_longer_shares(karim: FlaskClient, published: Flask) -> None:
    with published.app_context(), unit_of_work():
        session.query(Organisation).filter_by(slug="rivers-relief").one().shares_coverage = False
    assert "No organisation shares its coverage yet" in page(karim, PAGE)
    assert rows(karim, f"{PAGE}.csv") == []


def test_before_the_first_publication_the_page_says_so(client: FlaskClient, shared: Flask) -> None:
    sign_in(client, "karim@demo.example")
    assert "No figures have been published yet." in page(client, PAGE)
    assert "within an hour" in page(client, PAGE)


def test_too_few_people_match(karim: FlaskClient, published: Flask) -> None:
    with published.app_context(), unit_of_work():
        people.station("far-camp")
    body = words(page(karim, f"{PAGE}?station=far-camp"))
    assert "Too few people match to show figures for 31 October 2026." in body
    assert "under 10" in body


def test_a_person_with_both_roles_opens_the_report_and_coverage(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        here, station = session.query(Organisation).one(), session.query(DutyStation).one()
        both = people.person("Both Roles", "both@demo.example")
        people.placed(people.employed(both, here, "B-1"), station)
        account = people.account(both, Role.HR, at=here)
        people.accounts.grant_role(people.SYSTEM, account, Role.COORDINATOR, None)
    sign_in(client, "both@demo.example")
    assert "all stations" in page(client, "/compliance")
    assert "Coverage" in page(client, PAGE)
