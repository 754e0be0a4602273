"""A module's page is cached for everybody whom it is the same for, and for nobody else."""

import re
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given, strategies as st
from itsdangerous import URLSafeTimedSerializer

from lms.catalogue.api import PublishedCourse
from lms.catalogue.models import Course
from lms.kernel import caching, clock
from lms.kernel.clock import FixedClock
from lms.kernel.db import session, unit_of_work
from lms.people.models import Organisation
from lms.web.page_cache import BROTLI_QUALITY, brotli_end
from tests.factories.attempts import keys
from tests.factories.compliance import required_course
from tests.factories.people import sign_in
from tests.learning.conftest import publish_in, start

of_one_database = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what codings and tokens do to a page: no statement is another on PostgreSQL."""
PAGE, NEXT = "/courses/first-course/first-steps", "/courses/first-course/second-steps"


def browser(app: Flask, name: str) -> FlaskClient:
    client = app.test_client()
    sign_in(client, f"{name}@demo.example")
    return client


def read(client: FlaskClient, path: str = PAGE, accepts: str = "") -> str:
    response = client.get(path, headers={"Accept-Encoding": accepts})
    assert response.status_code == 200
    assert response.headers.get("Content-Encoding", "") == accepts
    assert "Accept-Encoding" in response.headers["Vary"]
    # What is only this person's, such as a message, has no tag and is not stored.
    assert response.headers["Cache-Control"] == f"private, {'no-cache' if 'ETag' in response.headers else 'no-store'}"
    body = response.data
    if accepts == "br":
        body = brotli.decompress(body)
    elif accepts == "gzip":
        body = zlib.decompress(body, zlib.MAX_WBITS | 16)
    return body.decode()


def tokens(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" form="(\w+)" name="csrf_token" value="([^"]+)">', page))


def without_tokens(page: str) -> str:
    return re.sub(r'(name="csrf_token" value=")[^"]+', r"\1", page)


@of_one_database
@pytest.mark.parametrize("accepts", ["br", "gzip", ""])
def test_a_cached_page_is_what_would_be_rendered_now(app: Flask, course: PublishedCourse, accepts: str) -> None:
    app.config["LANGUAGES"] = ["en", "ar"]
    seen: list[tuple[FlaskClient, str, str]] = []
    browsers = [browser(app, name) for name in ("amina", "tomas", "hana", "karim", "root")]
    browsers.append(browser(app, "amina"))
    browsers[-1].set_cookie("language", "ar")
    for client in browsers:
        for path in (PAGE, NEXT):
            seen += [(client, path, without_tokens(read(client, path, accepts))) for _ in range(2)]
    for client, path, page in seen:
        caching.database_caches.clear()
        assert without_tokens(read(client, path, accepts)) == page
        assert page.endswith("</body>\n</html>")
    assert len({page for _, _, page in seen}) == len(browsers) * 2


@of_one_database
def test_each_session_gets_its_own_tokens_and_they_open_the_forms(app: Flask, course: PublishedCourse) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    here, there = browser(app, "amina"), browser(app, "amina")
    app.config["WTF_CSRF_ENABLED"] = True
    mine, others = tokens(read(here)), tokens(read(there))
    assert set(mine) == set(others) == {"sign_out_form", "done_form"}
    assert len({*mine.values(), *others.values()}) == 2
    for form in mine:
        assert f'id="{form}"' in read(here)
    foreign = here.post(f"{PAGE}/complete", data={"csrf_token": others["done_form"]})
    assert foreign.status_code == 400
    done = here.post(f"{PAGE}/complete", data={"csrf_token": mine["done_form"]})
    assert done.status_code == 303
    assert here.post("/logout", data={"csrf_token": mine["sign_out_form"]}).status_code == 302


@of_one_database
@pytest.mark.parametrize("accepts", ["br", "gzip", ""])
def test_cached_bytes_contain_no_token(app: Flask, course: PublishedCourse, accepts: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    readers = [browser(app, "amina"), browser(app, "amina")]
    app.config["WTF_CSRF_ENABLED"] = True
    for reader in readers:
        # The first page of a session draws its secret; from then on the token is signed once, and has one time.
        read(reader, NEXT, accepts)
    first = readers[0].get(PAGE, headers={"Accept-Encoding": accepts}).data
    pages = [read(reader, accepts=accepts) for reader in (*readers, *readers)]
    for reader, page in zip(readers, pages, strict=False):
        with reader.session_transaction() as cookie:
            [token] = set(tokens(page).values())
            assert URLSafeTimedSerializer(app.secret_key, "wtf-csrf-token").loads(token) == cookie["csrf_token"]
    assert pages[:2] == pages[2:]
    if accepts == "br":
        mine, others = (reader.get(PAGE, headers={"Accept-Encoding": accepts}).data for reader in readers)
        [my_token], [other_token] = ({*tokens(page).values()} for page in pages[:2])
        assert mine == first == others.replace(other_token.encode(), my_token.encode())


@of_one_database
@pytest.mark.parametrize(
    ("accepts", "expected"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=1.0, br;q=0", "gzip"),
        ("br;q=0.5, gzip", "gzip"),
        ("deflate", ""),
        ("identity", ""),
        ("*;q=0", ""),
    ],
)
def test_a_browser_gets_a_coding_it_takes(app: Flask, course: PublishedCourse, accepts: str, expected: str) -> None:
    response = browser(app, "amina").get(PAGE, headers={"Accept-Encoding": accepts})
    assert response.headers.get("Content-Encoding", "") == expected


@given(start=st.text(max_size=2000), end=st.binary(min_size=1, max_size=65_536))
@example(start="", end=b"x")
@example(start="page" * 500, end=b"x" * 65_536)
def test_what_follows_a_flushed_brotli_stream_is_unpacked(start: str, end: bytes) -> None:
    compressor = brotli.Compressor(mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
    flushed = compressor.process(start.encode()) + compressor.flush()
    assert brotli.decompress(flushed + brotli_end(end)) == start.encode() + end


def test_progress_shows_on_the_learners_next_page_and_on_nobody_elses(app: Flask, course: PublishedCourse) -> None:
    amina, tomas = browser(app, "amina"), browser(app, "tomas")
    before = without_tokens(read(tomas))
    assert "Done, next" in read(amina)
    amina.post(f"{PAGE}/complete")
    after = read(amina)
    assert "Completed on" in after
    assert set(tokens(after)) == {"sign_out_form"}
    assert 'aria-label="1 of 2 done"' in after
    assert without_tokens(read(tomas)) == before
    tomas.post(f"{PAGE}/complete")
    assert "Completed on" in read(tomas)


def test_a_changed_text_shows_at_once(
    app: Flask, course: PublishedCourse, tmp_path_factory: pytest.TempPathFactory
) -> None:
    amina = browser(app, "amina")
    assert "A newer title" not in read(amina)
    files = tmp_path_factory.mktemp("again")
    publish_in(app, files, title="A newer title")
    assert "A newer title" in read(amina)


def test_a_flashed_message_is_shown_once(app: Flask, course: PublishedCourse) -> None:
    amina, tomas = browser(app, "amina"), browser(app, "tomas")
    plain = without_tokens(read(amina))
    with amina.session_transaction() as cookie:
        cookie["_flashes"] = [("good", "It is stored.")]
    assert "It is stored." in read(amina)
    assert without_tokens(read(amina)) == plain
    assert "It is stored." not in read(tomas)


def test_a_page_with_a_query_is_complete_too(app: Flask, course: PublishedCourse) -> None:
    amina = browser(app, "amina")
    page = read(amina, f"{PAGE}?from=mail")
    assert without_tokens(page) == without_tokens(read(amina))


def test_nobody_reads_without_signing_in(app: Flask, course: PublishedCourse) -> None:
    read(browser(app, "amina"))
    assert app.test_client().get(PAGE).status_code == 302


def again(client: FlaskClient, mark: str, accepts: str = "br") -> int:
    response = client.get(PAGE, headers={"Accept-Encoding": accepts, "If-None-Match": mark})
    assert response.status_code != 304 or not response.data
    assert response.headers["Cache-Control"] == "private, no-cache"
    assert {"Accept-Encoding", "Cookie"} <= set(response.vary)
    return response.status_code


def test_a_browser_that_has_the_page_is_answered_304(app: Flask, course: PublishedCourse) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    amina, elsewhere, tomas = browser(app, "amina"), browser(app, "amina"), browser(app, "tomas")
    app.config["WTF_CSRF_ENABLED"] = True
    held = amina.get(PAGE, headers={"Accept-Encoding": "br"})
    mark, token = held.headers["ETag"], tokens(brotli.decompress(held.data).decode())["done_form"]
    assert again(amina, mark) == 304
    caching.database_caches.clear()
    assert again(amina, mark) == 304, "another process says the same"
    # Another encoding, another session of the same person, and somebody else have another tag.
    assert again(amina, mark, "gzip") == again(elsewhere, mark) == again(tomas, mark) == 200
    assert amina.post(f"{PAGE}/complete", data={"csrf_token": token}).status_code == 303
    assert again(amina, mark) == 200
    assert "Completed on" in read(amina)


def test_a_new_session_does_not_reuse_pages_of_the_one_before(app: Flask, course: PublishedCourse) -> None:
    client = browser(app, "amina")
    mark = client.get(PAGE, headers={"Accept-Encoding": "br"}).headers["ETag"]
    client.post("/logout")
    assert again(client, mark) == 302
    for name in ("tomas", "amina"):
        sign_in(client, f"{name}@demo.example")
        read(client)
        assert again(client, mark) == 200
        client.post("/logout")


@of_one_database
@pytest.mark.parametrize("accepts", ["br", "gzip", "identity"])
def test_the_tag_holds_for_its_encoding_until_something_is_published(
    app: Flask, course: PublishedCourse, tmp_path: Path, accepts: str
) -> None:
    amina = browser(app, "amina")
    head = amina.head(PAGE, headers={"Accept-Encoding": accepts})
    mark = head.headers["ETag"]
    assert head.status_code == 200 and not head.data
    assert amina.get(PAGE, headers={"Accept-Encoding": accepts}).headers["ETag"] == mark
    # A proxy that compresses may weaken it.
    for sent in (mark, f"W/{mark.removeprefix('W/')}", f'"another", {mark}', "*"):
        assert again(amina, sent, accepts) == 304
    assert amina.head(PAGE, headers={"Accept-Encoding": accepts, "If-None-Match": mark}).status_code == 304
    publish_in(app, tmp_path, extra_words="\n\nWords that were added.\n")
    assert again(amina, mark, accepts) == 200


def test_the_list_of_courses_is_what_would_be_rendered_now_at_every_step(
    app: Flask, course: PublishedCourse, files: Path
) -> None:
    amina, tomas = browser(app, "amina"), browser(app, "tomas")
    seen: list[str] = []

    def look() -> None:
        for client in (amina, tomas):
            for _ in range(2):
                page = without_tokens(read(client, "/courses"))
                # With a query it is rendered now.
                assert without_tokens(read(client, "/courses?now=1")).replace("?now=1", "") == page
            seen.append(page)

    def attempt(answers: Callable[[Flask, str], dict[str, Any]]) -> None:
        address = start(amina, course)
        look()
        amina.post(f"{address}/submit", data={**answers(app, address), "anyway": "y"})
        amina.get(f"{address}/result")
        look()

    look()
    amina.post(f"{PAGE}/complete")
    look()
    amina.post(f"{NEXT}/complete")
    look()
    attempt(lambda _app, _address: {})
    # The second failure in a row leads to a pause.
    attempt(lambda _app, _address: {})
    publish_in(app, files, edition=2, modules=("first-steps", "second-steps", "third-steps"))
    look()
    for module in (PAGE, NEXT):
        tomas.post(f"{module}/complete")
        look()
    with app.app_context(), unit_of_work():
        required_course(session.query(Organisation).one().id, session.query(Course).one().id)
    look()
    with clock.using(FixedClock(clock.now() + timedelta(days=2))):
        sign_in(amina)
        sign_in(tomas, "tomas@demo.example")
        # The pause has ended.
        look()
        attempt(keys)
    hers, his = seen[::2], seen[1::2]
    assert len(set(hers)) == len(hers) - 2, "every step shows, and none of his"
    assert len(set(his)) == 5, "before, with the new edition, with one and two modules of it, required"
