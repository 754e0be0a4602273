"""A certificate of a course that no adviser has reviewed says so: on the page, the PDF and to whoever verifies it."""

from datetime import date

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.certification.awards.rules import print_serial
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from tests.certification import world
from tests.certification.awards.test_views import pdf_text, text_of
from tests.factories.people import make_small_organisation, sign_in

DRAFT = {"languages": ["en"], "review": {"state": "draft", "note": "Drafted from the named sources."}}
REVIEWED = {"languages": ["en"], "review": {"state": "reviewed", "note": "Reviewed by the adviser."}}


def issue(app: Flask, meta: dict[str, object]) -> str:
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        amina = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        course = world.course(meta=meta)
        return print_serial(world.earned(amina, course, date(2026, 6, 19)).serial)


@pytest.mark.parametrize(("meta", "says"), [(DRAFT, True), (REVIEWED, False), ({"languages": ["en"]}, False)])
def test_page_pdf_and_verification_say_so(app: Flask, client: FlaskClient, meta: dict[str, object], says: bool) -> None:
    serial = issue(app, meta)
    sign_in(client)
    texts = [
        text_of(client.get(f"/certificates/{serial}")),
        text_of(app.test_client().get(f"/verify/{serial}")),
        pdf_text(client.get(f"/certificates/{serial}.pdf").get_data()),
    ]
    found = [
        "not yet reviewed by a child protection adviser" in text.replace("\N{NO-BREAK SPACE}", " ") for text in texts
    ]
    assert found == [says] * 3
