"""The header and the footer of pages are cached, and contain nothing of the person before."""

import re

from flask import Flask

from tests.factories.people import make_small_organisation, sign_in


def head_of(page: str) -> str:
    return page[page.index("<header") : page.index("</header>")]


def token_in(page: str) -> str:
    found = re.search(r'form="sign_out_form" name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_each_session_gets_its_own_token(app: Flask) -> None:
    make_small_organisation(app)
    tokens = []
    for _ in range(2):
        client = app.test_client()
        sign_in(client, "amina@demo.example")
        page = client.get("/account").get_data(as_text=True)
        assert "<!-- tokens -->" not in page
        assert 'id="sign_out_form"' in head_of(page)
        tokens.append(token_in(page))
    assert tokens[0] != tokens[1]


def test_each_role_sees_its_own_links(app: Flask) -> None:
    make_small_organisation(app)
    seen = {}
    for name in ("hana", "amina", "root", "amina"):
        client = app.test_client()
        sign_in(client, f"{name}@demo.example")
        seen[name] = head_of(client.get("/account").get_data(as_text=True))
    assert "/people" in seen["hana"]
    assert "/admin" in seen["root"]
    assert "/people" not in seen["amina"]
    assert "/admin" not in seen["amina"]


def test_sign_in_and_sign_out_are_offered_where_they_make_sense(app: Flask) -> None:
    make_small_organisation(app)
    signed_in = app.test_client()
    sign_in(signed_in, "amina@demo.example")
    assert "/logout" in head_of(signed_in.get("/help-now").get_data(as_text=True))
    stranger = app.test_client()
    outside = head_of(stranger.get("/help-now").get_data(as_text=True))
    assert "/logout" not in outside
    assert "/login" in outside
    assert "/login" not in head_of(stranger.get("/login").get_data(as_text=True))


def test_the_current_page_is_marked(app: Flask) -> None:
    make_small_organisation(app)
    client = app.test_client()
    sign_in(client, "amina@demo.example")
    for path in ("/courses", "/my", "/courses"):
        head = head_of(client.get(path).get_data(as_text=True))
        assert re.findall(r'href="([^"]+)" aria-current="page"', head) == [path]


def test_a_layout_is_cached_for_one_language_only(app: Flask) -> None:
    app.config["LANGUAGES"] = ["en", "ar"]
    make_small_organisation(app)
    client = app.test_client()
    english = client.get("/login").get_data(as_text=True)
    client.set_cookie("language", "ar")
    arabic = client.get("/login").get_data(as_text=True)
    assert '<html lang="en" dir="ltr">' in english
    assert '<html lang="ar" dir="rtl">' in arabic
