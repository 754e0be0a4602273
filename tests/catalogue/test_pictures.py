"""Pictures: what may be shown, and every reason against the rest."""

import struct

import pytest

from lms.catalogue.source.parsing.pictures import read_picture
from tests.catalogue.course_files import SVG, CourseFiles, png


def jpeg(*segments: bytes) -> bytes:
    frame = b"\xff\xc0" + struct.pack(">HBHH", 11, 8, 30, 40) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + b"".join(segments) + frame + b"\xff\xd9"


def marker(mark: int, data: bytes) -> bytes:
    return bytes([0xFF, mark]) + struct.pack(">H", len(data) + 2) + data


@pytest.mark.parametrize(
    ("name", "data", "size"),
    [
        ("a.svg", SVG.encode(), (40, 20)),
        ("a.png", png(3, 2), (3, 2)),
        ("a.jpg", jpeg(marker(0xE0, b"JFIF\0")), (40, 30)),
        ("a.jpeg", jpeg(), (40, 30)),
    ],
)
def test_a_valid_picture_is_read_with_its_size(name: str, data: bytes, size: tuple[int, int]) -> None:
    picture, problems = read_picture(name, data)
    assert problems == [] and picture is not None
    assert (picture.width, picture.height) == size and picture.data == data and len(picture.sha256) == 64


def svg(inner: str = "", root: str = "") -> str:
    start = f'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="2" viewBox="0 0 4 2" {root}>'
    return f"{start}{inner}</svg>"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (svg("<script>alert(1)</script>"), "<script> is not allowed"),
        (svg('<path d="M0 0" onclick="alert(1)"/>'), "the attribute onclick is not allowed"),
        (svg(root='onload="alert(1)"'), "the attribute onload is not allowed"),
        (svg('<image href="https://x.example/a.png"/>'), "<image> is not allowed"),
        (svg('<use href="https://x.example/a.svg#b"/>'), "refers to something outside the drawing"),
        (
            svg('<use xmlns:x="http://www.w3.org/1999/xlink" x:href="/a.svg#b"/>'),
            "refers to something outside the drawing",
        ),
        (svg('<a href="javascript:alert(1)"><path d="M0 0"/></a>'), "<a> is not allowed"),
        (svg('<path fill="url(//x.example/a)" d="M0 0"/>'), "refers to something outside the drawing"),
        (svg('<path style="fill: u\\72l(x)" d="M0 0"/>'), "refers to something outside the drawing"),
        (svg("<style>@import 'x.css';</style>"), "the style of this drawing refers to something outside"),
        (svg("<style>path { fill: url('https://x.example/') }</style>"), "refers to something outside it"),
        (svg("<style>path { animation: x 1s }</style>"), "nothing may move by itself"),
        (svg('<circle r="1"><animate attributeName="r"/></circle>'), "<animate> is not allowed"),
        (svg("<foreignObject/>"), "<foreignObject> is not allowed"),
        (svg('<path xmlns="http://www.w3.org/1999/xhtml" d="M0 0"/>'), "<path> is not allowed"),
        ('<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;"), "a document type is not allowed"),
        ('<?xml-stylesheet href="x.css"?>' + svg(), "a processing instruction"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "it does not begin with <svg>"),
        ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>', "has no size"),
        (svg()[:-6], "this is not SVG"),
        ("", "this is not SVG"),
    ],
)
def test_a_drawing_with_scripts_external_addresses_or_animation_is_rejected(text: str, words: str) -> None:
    picture, problems = read_picture("a.svg", text.encode())
    assert picture is None and any(words in problem for problem in problems), problems


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("a.png", jpeg(), "this is not a PNG picture"),
        ("a.png", png(2, 1, (b"eXIf", b"where")), "this picture has camera data"),
        ("a.png", png(2, 1, (b"acTL", b"\0" * 8)), "animated"),
        ("a.jpg", png(), "this is not a JPEG picture"),
        ("a.jpg", jpeg(marker(0xE1, b"Exif\0\0where")), "this picture has camera data"),
        ("a.jpg", b"\xff\xd8\xff", "the size of this picture cannot be read"),
        ("a.svg", png(), "this is not SVG"),
    ],
)
def test_a_picture_of_another_type_or_with_camera_data_is_rejected(name: str, data: bytes, words: str) -> None:
    picture, problems = read_picture(name, data)
    assert picture is None and any(words in problem for problem in problems), problems


def test_a_rejected_picture_is_an_error(course_files: CourseFiles) -> None:
    course_files.write("modules/boats/img/boat.svg", svg("<script/>"))
    assert any(
        line.startswith("modules/boats/img/boat.svg:1: <script> is not allowed in a drawing")
        for line in course_files.check()
    )
    course_files.write("modules/boats/img/boat.svg", SVG)
    course_files.write("modules/boats/img/My Boat.svg", SVG)
    assert any("a picture's name has lower-case letters" in line for line in course_files.check())


def test_a_picture_without_description_is_a_warning(course_files: CourseFiles) -> None:
    course_files.edit("modules/boats/02-on-board.md", "\n\n/// description\nTwo seats.\n///", "")
    (line,) = course_files.check()
    assert line.startswith("modules/boats/02-on-board.md:11: warning: this picture has no description")
