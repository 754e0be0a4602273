"""The pure rules of pathways."""

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from lms.pathways import rules

TODAY = date(2026, 11, 23)


def contact(**changes: str) -> rules.Contact:
    parts = {"kind": "health", "name": "Clinic", "phone": "116", "hours": "", "note": ""}
    return rules.normalise_contact(parts | changes)


@pytest.mark.parametrize(
    ("phone", "dialled"),
    [
        ("+211 912 345 678", "+211912345678"),
        ("(0912) 345-678", "0912345678"),
        ("116", "116"),
        ("*888#", "*888#"),
        ("٠٩١٢ ٣٤٥ ٦٧٨", "0912345678"),
        ("\u202a+211 912\u202c 345", "+211912345"),
        ("12", None),
        ("", None),
        ("call the office", None),
        ("0912 345 678 / 0913 111 222", None),
        ("+211 + 912", None),
        ("1" * 16, None),
        ("tel:116", None),
    ],
)
def test_numbers_that_can_be_tapped(phone: str, dialled: str | None) -> None:
    assert rules.dial(phone) == dialled


@given(st.text(max_size=60))
def test_what_is_dialled_is_figures_only(phone: str) -> None:
    dialled = rules.dial(phone)
    assert dialled is None or set(dialled) <= set("+*#0123456789")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, {}),
        ({"kind": ""}, {"kind": "missing"}),
        ({"kind": "witch"}, {"kind": "unknown"}),
        ({"name": " "}, {"name": "missing"}),
        ({"phone": ""}, {"phone": "missing"}),
        ({"phone": "", "note": "the tent beside the gate"}, {}),
        ({"phone": "ask"}, {"phone": "unreadable"}),
        ({"name": "x" * 121}, {"name": "long"}),
        ({"name": "x" * 120, "hours": "x" * 80, "note": "x" * 200}, {}),
    ],
)
def test_what_a_contact_needs(changes: dict[str, str], faults: dict[str, str]) -> None:
    assert rules.contact_faults(contact(**changes)) == faults


@pytest.mark.parametrize(
    ("verified", "review", "faults"),
    [
        (0, 90, {}),
        (0, 366, {}),
        (-30, 0, {}),
        (0, 367, {"review_by": "far"}),
        (1, 90, {"verified_on": "future"}),
        (-30, -1, {"review_by": "past"}),
        (0, 0, {"review_by": "before"}),
    ],
)
def test_the_two_days(verified: int, review: int, faults: dict[str, str]) -> None:
    days = (TODAY + timedelta(days=verified), TODAY + timedelta(days=review))
    assert rules.date_faults(*days, TODAY) == faults


def test_the_last_day_is_still_in_time() -> None:
    assert not rules.is_overdue(TODAY, TODAY)
    assert rules.is_overdue(TODAY, TODAY + timedelta(days=1))


def test_contacts_are_grouped_in_the_order_of_need() -> None:
    groups = rules.by_kind(
        [contact(), contact(kind="emergency", name="Night"), contact(name="Hospital"), contact(kind="old-kind")]
    )
    assert [(kind, [one["name"] for one in group]) for kind, group in groups] == [
        ("emergency", ["Night"]),
        ("health", ["Clinic", "Hospital"]),
    ]


def test_what_no_pathway_should_be_without() -> None:
    assert rules.missing_kinds([contact(kind="focal-point")]) == ["emergency", "staff-concern"]


def test_a_text_loses_what_a_database_refuses() -> None:
    assert rules.normalise_text(" a\x00b\r\nc\x07 ") == "ab\nc"
