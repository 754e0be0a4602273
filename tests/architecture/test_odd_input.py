"""What nobody types by hand: odd numbers, odd days, NUL and half characters. A clear answer, never a broken page."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import HTTPException

from lms.kernel.db import session, unit_of_work
from lms.people.models import DutyStation, Organisation, Person
from tests.factories.compliance import TODAY, a_course, earned, required_course
from tests.factories.pages import PageForm, read_page
from tests.factories.pathways import pathway
from tests.factories.people import make_small_organisation, sign_in

ODD = ("", "0", "-1", "99999999999999999999", "a\x00b", "\ud83d", "مرحبا", "'; --", "9999-99-99", "x" * 5000)
ODD_FOR_SQLITE = ("99999999999999999999", "a\x00b", "\ud83d")
"""What SQLite or its driver refuses too, in their own way."""
QUERIES = {
    "amina": (
        "/courses?sector={}", "/my?day={}", "/feedback?module={}", "/feedback?attempt={}&question=1",
        "/feedback?module=1&section={}", "/verify/{}", "/join/{}", "/reset/{}", "/attempts/{}", "/certificates/{}",
    ),
    "hana": (
        "/compliance?as_of={}", "/compliance?station={}", "/compliance?course={}", "/compliance?known_as_of={}",
        "/compliance/people?page={}", "/compliance/people?sector={}&status={}", "/compliance/matrix?page={}&status={}",
        "/people?q={}", "/people?page={}",
        "/people/1?as_of={}", "/compliance.csv?as_of={}", "/people/codes?station={}",
        "/compliance?compare_with={}", "/compliance/people?lapses_before={}", "/compliance/reports?id={}",
        "/compliance/changes?compare_with={}&what={}", "/compliance.pdf?as_of={}", "/compliance.xlsx?station={}",
        "/compliance/prepare?kind={}&form={}", "/compliance/signed?page={}",
        "/reminders?q={}", "/reminders?kind={}&state={}", "/reminders?page={}",
        "/reminders/print?station={}", "/reminders/print?page={}", "/people/{}", "/certificates/{}", "/pathways/{}",
        "/compliance/reports/{}", "/compliance/jobs/{}", "/compliance/schedules/{}/end",
    ),
    "karim": ("/compliance/coverage?as_of={}", "/compliance/coverage?station={}", "/pathways/{}"),
    "tomas": ("/author/first-course/statistics?edition={}", "/author/{}/statistics"),
    "root": ("/admin/users?q={}", "/admin/users?page={}"),
}  # fmt: skip


def quoted(word: str) -> str:
    """Returns a word as a browser sends it, halves of characters and all."""
    return "".join(f"%{byte:02X}" for byte in word.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("who", QUERIES)
def test_odd_queries_never_break_a_page(app: Flask, client: FlaskClient, backend: str, who: str) -> None:
    make_small_organisation(app)
    sign_in(client, f"{who}@demo.example")
    words = ODD_FOR_SQLITE if backend == "sqlite" else ODD
    addresses = [query.replace("{}", quoted(word)) for query in QUERIES[who] for word in words]
    broken = [address[:80] for address in addresses if client.get(address).status_code >= 500]
    assert broken == []


def test_odd_forms_never_break_a_page(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    broken = []
    for word in ODD:
        raw = quoted(word)
        for address, body in (
            ("/login", f"email={raw}&password={raw}&organisation={raw}"),
            ("/reset", f"email={raw}"),
            ("/join", f"code={raw}"),
            ("/verify", f"serial={raw}"),
            ("/language", f"language={raw}&next={raw}"),
        ):
            status = client.post(address, data=body, content_type="application/x-www-form-urlencoded").status_code
            if status >= 500:
                broken.append(f"{address} {word[:20]!r}: {status}")
    assert broken == []


WORDS = {"sqlite": ("", str(2**63), "0001-01-01"), "postgresql": ("a\x00b", str(2**31), "x" * 5000)}
"""One of each kind of what breaks a page, on the database where it does: every field of every form takes each."""
ENDS = frozenset({"/logout", "/account/sign-out-everywhere"})
"""Where a form signs out whoever sends it."""


def make_filled_installation(app: Flask) -> None:
    """Records an installation where most pages have something to show."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        course_id = a_course()
        required_course(None, course_id)
        required_course(session.query(Organisation).one().id, a_course("second"))
        for who in session.query(Person):
            earned(who, course_id, TODAY - timedelta(days=30))
        pathway(session.query(DutyStation).one().id)


def walk(app: Flask, client: FlaskClient, known: set[tuple[str, ...]]) -> Iterator[tuple[str, PageForm]]:
    """Follows links from page to page, one address a rule, and yields each form that is not known yet."""
    rules = app.url_map.bind("localhost")
    waiting, met = ["/", "/my", "/admin"], set[str]()
    while waiting:
        address = waiting.pop(0)
        try:
            endpoint, _values = rules.match(urlsplit(address).path)
        except HTTPException:
            continue
        if endpoint in met or endpoint == "web.asset":
            continue
        met.add(endpoint)
        page = client.get(address, follow_redirects=True)
        if page.mimetype != "text/html":
            continue
        forms, links = read_page(page)
        here = page.request.path
        waiting += [urljoin(here, link) for link in links]
        for form in forms:
            form.action = urljoin(here, form.action)
            kind = (form.method, urlsplit(form.action).path, *form.values)
            if kind not in known and form.action not in ENDS:
                known.add(kind)
                yield here, form


def test_every_field_of_every_form_takes_odd_words(app: Flask, backend: str) -> None:
    make_filled_installation(app)
    broken, known = [], set[tuple[str, ...]]()
    for who in ("amina", "hana", "karim", "root"):
        client, sent = app.test_client(), 0
        sign_in(client, f"{who}@demo.example")
        # A form that several people have is sent by the first of them.
        for page, form in walk(app, client, known):
            for name in form.values:
                for word in WORDS[backend]:
                    said = form.values | {name: word}
                    data = "&".join(f"{quoted(key)}={quoted(value)}" for key, value in said.items())
                    if form.method == "get":
                        answer = client.get(f"{form.action}?{data}")
                    else:
                        answer = client.post(form.action, data=data, content_type="application/x-www-form-urlencoded")
                    sent += 1
                    if answer.status_code >= 500:
                        broken.append(f"{page}: {form.method} {form.action} {name}={word[:20]!r}: {answer.status_code}")
        # Whoever was signed out on the way has tried nothing since.
        assert client.get("/my").status_code == 200, who
        assert sent > 10, who
    assert broken == []
