"""The pathway within other pages: what is rendered while another version is published is not cached."""

from flask import Flask

from lms.kernel.actor import Actor
from lms.kernel.db import reading, session, unit_of_work
from lms.pathways.shown import find_shown_pathway, render_pathway
from lms.people.models import DutyStation
from tests.factories.pathways import CONTACTS, pathway
from tests.factories.people import make_small_organisation


def test_a_version_published_while_the_one_before_is_rendered_is_not_cached_in_its_place(app: Flask) -> None:
    make_small_organisation(app)

    def publish(phone: str) -> None:
        with app.app_context(), unit_of_work():
            pathway(session.query(DutyStation).one().id, contacts=[CONTACTS[0] | {"phone": phone}, *CONTACTS[1:]])

    with app.app_context(), reading():
        amina = Actor(account_id=1, station_id=session.query(DutyStation).one().id)
    publish("+211 111 111 111")
    with app.test_request_context(), reading():
        shown = find_shown_pathway(amina)
    for phone in ("+211 222 222 222", "+211 333 333 333"):
        publish(phone)
        with app.test_request_context(), reading():
            html = render_pathway("home/_whom_to_call.html", shown, "en")
        assert phone.replace(" ", "") in html.replace(" ", "")
