"""Static files: named by digest, cached for ever, small on the wire."""

import gzip
import os
import re
from pathlib import Path

import brotli
import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.web.assets import FOLDER, read_assets, set_up_assets, without_comments
from lms.web.setup import ICONS


def url_of(layout_app: Flask, name: str) -> str:
    with layout_app.test_request_context():
        url: str = layout_app.jinja_env.globals["asset_url"](name)  # type: ignore[operator]
    return url


def test_a_name_carries_the_digest_of_its_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("a { color: red }")
    first = read_assets(tmp_path)["a.css"].digest
    (tmp_path / "a.css").write_text("a { color: blue }")
    assert read_assets(tmp_path)["a.css"].digest != first
    assert re.fullmatch(r"[0-9a-f]{12}", first)


def test_the_present_digest_is_cached_for_ever(layout_app: Flask, browser: FlaskClient) -> None:
    response = browser.get(url_of(layout_app, "app.css"))
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.headers["Content-Type"] == "text/css; charset=utf-8"
    assert "Accept-Encoding" in response.vary
    assert "Cookie" not in response.vary


def test_an_old_digest_answers_with_todays_file_for_a_short_time(layout_app: Flask, browser: FlaskClient) -> None:
    old = browser.get("/static/000000000000/app.css")
    assert old.status_code == 200
    assert old.headers["Cache-Control"] == "public, max-age=60"
    assert old.data == browser.get(url_of(layout_app, "app.css")).data


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("br, gzip", "br"),
        ("gzip, deflate", "gzip"),
        ("", None),
        ("identity", None),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0, gzip;q=0", None),
    ],
)
def test_the_browser_gets_a_coding_it_takes(
    layout_app: Flask, browser: FlaskClient, accepted: str, coding: str | None
) -> None:
    response = browser.get(url_of(layout_app, "app.css"), headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == coding
    opened = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[coding](response.data)
    assert opened.decode() == without_comments((FOLDER / "app.css").read_text())


def test_a_second_visit_with_the_same_tag_costs_nothing(layout_app: Flask, browser: FlaskClient) -> None:
    first = browser.get(url_of(layout_app, "app.js"), headers={"Accept-Encoding": "br"})
    tag = first.headers["ETag"]
    again = browser.get(url_of(layout_app, "app.js"), headers={"Accept-Encoding": "br", "If-None-Match": tag})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("app.js", "text/javascript; charset=utf-8"),
        ("icons.svg", "image/svg+xml"),
        ("mark.svg", "image/svg+xml"),
        ("LICENSE-lucide.txt", "text/plain; charset=utf-8"),
    ],
)
def test_content_types(layout_app: Flask, browser: FlaskClient, name: str, kind: str) -> None:
    assert browser.get(url_of(layout_app, name)).headers["Content-Type"] == kind


@pytest.mark.parametrize("name", ["nothing.css", "../assets.py", "%2e%2e/assets.py", "..%2fassets.py"])
def test_nothing_but_the_files_read_at_the_start_is_served(browser: FlaskClient, name: str) -> None:
    assert browser.get(f"/static/000000000000/{name}").status_code == 404


def test_an_unknown_name_in_a_template_is_noticed(layout_app: Flask) -> None:
    with pytest.raises(KeyError):
        url_of(layout_app, "nothing.css")


def test_the_address_respects_the_place_where_the_application_is_mounted(layout_app: Flask) -> None:
    with layout_app.test_request_context(base_url="http://localhost/training"):
        url: str = layout_app.jinja_env.globals["asset_url"]("app.css")  # type: ignore[operator]
    assert url.startswith("/training/static/")


@pytest.mark.parametrize(("scheme", "paper"), [("light", "#fbfaf6"), ("dark", "#14181d")])
def test_previews_have_the_style_in_one_scheme(scheme: str, paper: str) -> None:
    css = read_assets()[f"app-{scheme}.css"].body.decode()
    assert "prefers-color-scheme" not in css
    assert f"color-scheme: {scheme};" in css
    counted = css if scheme == "dark" else css.partition("@media not all")[0]
    assert re.findall(r"--paper: (#\w+);", counted.partition("@layer print {")[0])[-1] == paper


def test_the_script_is_small() -> None:
    assert len(read_assets()["app.js"].bodies["br"]) < 3000


def test_style_script_and_icons_stay_within_their_budget() -> None:
    assets = read_assets()
    assert sum(len(assets[name].bodies["br"]) for name in ("app.css", "app.js", "icons.svg")) < 11_000


def test_every_icon_named_in_a_template_is_in_the_sprite() -> None:
    templates = FOLDER.parents[1].rglob("templates/**/*.html")
    used = {name for path in templates for name in re.findall(r"\b(?:svg_)?icon\(\"([a-z-]+)\"", path.read_text())}
    assert used - ICONS == set()
    assert (FOLDER / "LICENSE-lucide.txt").read_text().startswith("ISC License")


@pytest.mark.parametrize("debug", [False, True])
def test_a_changed_file_and_template_are_read_again_in_debug_mode_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, debug: bool
) -> None:
    monkeypatch.setenv("FLASK_DEBUG", str(int(debug)))
    style = tmp_path / "a.css"
    style.write_text("a { color: red }")
    app = Flask("an_app", static_folder=None)
    set_up_assets(app, tmp_path)
    before = url_of(app, "a.css")
    style.write_text("a { color: blue }")
    os.utime(style, ns=(0, style.stat().st_mtime_ns + 1))
    after = url_of(app, "a.css")
    assert (after != before) is debug
    assert (b"blue" in app.test_client().get(after).data) is debug
    assert app.jinja_env.auto_reload is debug
