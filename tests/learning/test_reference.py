"""The curriculum's map, the glossary and the pictures, as a signed-in browser meets them."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.catalogue.api import PublishedCourse
from lms.learning.curriculum import courses_for_consideration, merged_sources
from tests.catalogue.course_files import SVG, png
from tests.factories.courses import make_organisation_with_course
from tests.factories.people import make_small_organisation, sign_in
from tests.factories.recordings import opus
from tests.learning.conftest import publish_in

CONSIDERATIONS = """\
considerations:
  - {number: 2, title: {en: What a crisis does}, text: {en: People know how distress shows.}}
  - {number: 1, title: {en: Everyone is trained}, text: {en: All learn to notice safely.}}
"""
GLOSSARY = """\
terms:
  - slug: referral
    term: {en: referral, fr: orientation, ar: إحالة}
    definition: {en: One message to one person who can act.}
    certainty: {fr: C, ar: V}
  - slug: abuse
    term: {en: abuse, fr: abus}
    definition: {en: Harm by somebody with power.}
    certainty: G
    source: {title: A glossary, publisher: Alliance, year: 2019}
"""
WORDS = """

A referral follows abuse.

![A road to help](img/road.svg)

/// description
A road and a house.
///
"""


@pytest.fixture
def shown(app: Flask, client: FlaskClient, files: Path) -> PublishedCourse:
    """A signed-in Amina and a course with a picture, a glossary and considerations."""
    write_reference(files)
    course = make_organisation_with_course(app, files, extra_words=WORDS, considerations=[1, 2])
    sign_in(client)
    return course


def publish(app: Flask, files: Path, svg: str = SVG, glossary: str = GLOSSARY) -> PublishedCourse:
    write_reference(files, svg, glossary)
    return publish_in(app, files, extra_words=WORDS, considerations=[1, 2])


def write_reference(files: Path, svg: str = SVG, glossary: str = GLOSSARY) -> None:
    (files / "modules/first-course/img").mkdir(parents=True, exist_ok=True)
    (files / "modules/first-course/img/road.svg").write_text(svg)
    (files / "modules/first-course/img/dot.png").write_bytes(png())
    (files / "modules/glossary.yml").write_text(glossary)
    (files / "modules/considerations.yml").write_text(CONSIDERATIONS)


def picture_in(client: FlaskClient, module: str = "first-steps") -> str:
    found = re.search(r'<img [^>]*src="([^"]+)"', client.get(f"/courses/first-course/{module}").text)
    assert found
    return found[1]


def test_the_map_leads_to_what_serves_each_consideration(client: FlaskClient, shown: PublishedCourse) -> None:
    page = client.get("/courses/about").text
    assert page.index("1. Everyone is trained") < page.index("2. What a crisis does")
    first, second = page.split('id="consideration-2"')
    assert '<a href="/courses/first-course">First Course</a>' in first
    assert "No course covers this yet." in second.split("</li>")[0]
    assert "9 sectors" in page and "The brief is not published yet." in page and "First priority:" in page
    assert "<strong>Draft.</strong> For tests." in page and "A source" in page and "(FIRST-COURSE)" in page
    assert re.search(r'data-label="Published">.*20\d\d', page)
    assert "/courses/about" in client.get("/courses").text


def test_a_module_may_serve_other_considerations_than_its_course_first(shown: PublishedCourse) -> None:
    assert [found.slug for found, _ in courses_for_consideration([shown], 1)] == ["first-course"]
    assert courses_for_consideration([shown], 1)[0][1] == [] and courses_for_consideration([shown], 2) == []
    assert [source.codes for source in merged_sources([shown, shown])] == [["FIRST-COURSE"]]


def test_the_glossary_explains_in_all_languages_and_says_how_sure_it_is(
    client: FlaskClient, shown: PublishedCourse
) -> None:
    page = client.get("/glossary").text
    assert page.index('id="abuse"') < page.index('id="referral"')
    assert '<span lang="ar" dir="rtl">إحالة</span>' in page and '<span lang="fr" dir="ltr">orientation</span>' in page
    assert "to be confirmed with a specialist" in page and "A glossary. Alliance, 2019" in page
    module = client.get("/courses/first-course/first-steps").text
    assert 'A <a href="/glossary#referral">referral</a> follows <a href="/glossary#abuse">abuse</a>.' in module
    assert "<summary>Description of the picture</summary><p>A road and a house.</p></details>" in module


def test_without_files_the_pages_say_so(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client)
    assert "Nothing has been published so far." in client.get("/courses/about").text
    assert "No glossary yet" in client.get("/glossary").text


def test_a_picture_is_sent_as_what_it_is_and_cached(client: FlaskClient, shown: PublishedCourse) -> None:
    address = picture_in(client)
    assert re.fullmatch(r"/courses/first-course/img/road\.[0-9a-f]{12}\.svg", address)
    response = client.get(address)
    assert response.status_code == 200 and response.text == SVG
    assert response.mimetype == "image/svg+xml" and response.headers["X-Content-Type-Options"] == "nosniff"
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "sandbox" in policy and "script" not in policy
    assert "immutable" in response.headers["Cache-Control"] and "private" in response.headers["Cache-Control"]
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""
    plain = client.get("/courses/first-course/img/dot.png")
    assert plain.mimetype == "image/png" and plain.data == png()
    assert plain.headers["Cache-Control"] == "private, no-cache"


@pytest.mark.parametrize(
    "name", ["none.svg", "road.000000000000.svg", "road", "..%2f..%2fsecret_key", "road.svg.svg", "ROAD.svg"]
)
def test_what_is_no_picture_of_the_course_is_not_there(client: FlaskClient, shown: PublishedCourse, name: str) -> None:
    assert client.get(f"/courses/first-course/img/{name}").status_code == 404
    assert client.get("/courses/other/img/road.svg").status_code == 404


def test_a_changed_picture_is_a_new_version_and_the_old_one_stays(
    app: Flask, client: FlaskClient, files: Path, shown: PublishedCourse
) -> None:
    before = picture_in(client)
    publish(app, files, svg=SVG.replace("A quay", "A ship"))
    after = picture_in(client)
    assert before != after
    assert client.get(before).text == SVG and "A ship" in client.get(after).text
    assert "A ship" in client.get("/courses/first-course/img/road.svg").text


@pytest.fixture
def recording(app: Flask, files: Path, shown: PublishedCourse) -> bytes:
    """A recording of 109 kilobytes and eight minutes, published with the first module."""
    (files / "modules/first-course/audio").mkdir()
    (files / "modules/first-course/audio/first-steps.opus").write_bytes(opus(480))
    publish(app, files)
    return opus(480)


def test_a_module_says_how_long_its_recording_is_before_anything_is_loaded(
    client: FlaskClient, recording: bytes
) -> None:
    page = client.get("/courses/first-course/first-steps")
    found = re.search(r'<details class="recording no-print" lang="en" dir="auto">.*?</details>', page.text, re.DOTALL)
    assert found and page.text.index("</h1>") < found.start() < page.text.index("<h2")
    assert "<summary>Listen: 8\N{NO-BREAK SPACE}minutes, 109\N{NO-BREAK SPACE}kB</summary>" in found[0]
    source = re.search(r'<audio controls preload="none" src="([^"]+)"></audio>', found[0])
    assert source and re.fullmatch(r"/courses/first-course/audio/first-steps\.[0-9a-f]{12}\.opus", source[1])
    assert f'<a href="{source[1]}" download>Save the recording</a>' in found[0] and len(found[0]) < 420
    assert "media-src 'self';" in page.headers["Content-Security-Policy"]
    assert "<audio" not in client.get("/courses/first-course/second-steps").text


def test_a_recording_is_sent_whole_and_in_parts_and_cached(client: FlaskClient, recording: bytes) -> None:
    (address,) = set(re.findall(r'"(/courses/[^"]+\.opus)"', client.get("/courses/first-course/first-steps").text))
    whole = client.get(address)
    assert (whole.status_code, whole.mimetype, whole.data) == (200, "audio/ogg", recording)
    assert whole.headers["Accept-Ranges"] == "bytes" and "immutable" in whole.headers["Cache-Control"]
    for wished, first, last in (("0-", 0, len(recording) - 1), ("5000-5999", 5000, 5999), ("-100", -100, -1)):
        part = client.get(address, headers={"Range": f"bytes={wished}", "Accept-Encoding": "br"})
        assert part.status_code == 206 and part.data == recording[first : last % len(recording) + 1]
        assert part.headers["Content-Range"].endswith(f"-{last % len(recording)}/{len(recording)}")
        assert "private" in part.headers["Cache-Control"] and "immutable" in part.headers["Cache-Control"]
    assert client.get(address, headers={"Range": "bytes=9999999-"}).status_code == 416
    assert client.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    client.post("/logout")
    assert client.get(address).headers["Location"].startswith("/login")


def test_a_changed_glossary_changes_only_what_it_links(
    app: Flask, client: FlaskClient, files: Path, shown: PublishedCourse
) -> None:
    same = publish(app, files, glossary=GLOSSARY.replace("One message", "A message"))
    assert same.revision_id == shown.revision_id and "A message" in client.get("/glossary").text
    other = publish(app, files, glossary=GLOSSARY.replace("en: abuse", "en: misuse"))
    assert other.revision_id != shown.revision_id
    assert "/glossary#abuse" not in client.get("/courses/first-course/first-steps").text


def test_nobody_signed_out_sees_them(client: FlaskClient) -> None:
    for path in ("/courses/about", "/glossary", "/courses/first-course/img/road.svg"):
        assert client.get(path).headers["Location"].startswith("/login")
