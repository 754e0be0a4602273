"""What nobody types by hand: odd numbers, odd days, NUL and half characters. A clear answer, never a broken page."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.factories.people import make_small_house, sign_in

ODD = ("", "0", "-1", "99999999999999999999", "a\x00b", "\ud83d", "مرحبا", "'; --", "9999-99-99", "x" * 5000)
QUERIES = {
    "amina": ("/courses?sector={}", "/my?day={}"),
    "hana": (
        "/compliance?as_of={}", "/compliance?station={}", "/compliance?course={}", "/compliance?known_as_of={}",
        "/compliance/people?page={}", "/compliance/people?sector={}&standing={}", "/people?q={}", "/people?page={}",
        "/people/1?as_of={}", "/compliance.csv?as_of={}", "/people/codes?station={}",
        "/compliance?compare_with={}", "/compliance/people?lapses_before={}", "/compliance/reports?id={}",
        "/compliance/changes?compare_with={}&what={}", "/compliance.pdf?as_of={}", "/compliance.xlsx?station={}",
        "/compliance/prepare?kind={}&form={}",
        "/reminders?q={}", "/reminders?kind={}&state={}", "/reminders?page={}",
        "/reminders/print?station={}", "/reminders/print?page={}",
    ),
    "karim": ("/compliance/coverage?as_of={}", "/compliance/coverage?station={}"),
    "root": ("/admin/users?q={}", "/admin/users?page={}"),
}  # fmt: skip
PATHS = (
    "/verify/{}",
    "/join/{}",
    "/reset/{}",
    "/people/{}",
    "/attempts/{}",
    "/certificates/{}",
    "/pathways/{}",
    "/compliance/reports/{}",
    "/compliance/jobs/{}",
)


def quoted(word: str) -> str:
    """Returns a word as a browser sends it, halves of characters and all."""
    return "".join(f"%{byte:02X}" for byte in word.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("who", QUERIES)
def test_odd_queries_never_break_a_page(app: Flask, client: FlaskClient, who: str) -> None:
    make_small_house(app)
    sign_in(client, f"{who}@demo.example")
    asked = [query.replace("{}", quoted(word)) for query in QUERIES[who] for word in ODD]
    asked += [path.replace("{}", quoted(word)) for path in PATHS for word in ODD if word]
    broken = [address[:80] for address in asked if client.get(address).status_code >= 500]
    assert broken == []


def test_odd_forms_never_break_a_page(app: Flask, client: FlaskClient) -> None:
    make_small_house(app)
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
            status = client.post(
                address, data=body, content_type="application/x-www-form-urlencoded"
            ).status_code
            if status >= 500:
                broken.append(f"{address} {word[:20]!r}: {status}")
    assert broken == []
