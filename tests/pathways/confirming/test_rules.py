"""Who decides on a change, what has changed, and which former numbers are shown: tables of cases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from lms.pathways.confirming import rules
from lms.pathways.confirming.rules import Editor, VersionState

HANA, OMAR, ZEIN = (Editor(number, frozenset({1})) for number in (1, 2, 3))
VERA = Editor(4, frozenset({2}))
KARIM = Editor(5, coordinates=True)
ROOT, RITA = (Editor(number, administers=True) for number in (6, 7))
EVERYBODY = (HANA, OMAR, VERA, KARIM, ROOT)
NOW = datetime(2026, 11, 29, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("author", "editors", "expected"),
    [
        # A coordinator and HR of another organisation, not the author's colleague.
        (HANA, EVERYBODY, {VERA, KARIM}),
        (VERA, EVERYBODY, {HANA, OMAR, KARIM}),
        (KARIM, EVERYBODY, {HANA, OMAR, VERA}),
        (ROOT, EVERYBODY, {HANA, OMAR, VERA, KARIM}),
        # The colleague where there is nobody else.
        (HANA, (HANA, OMAR, ROOT), {OMAR}),
        # Nobody: no change waits for an administrator.
        (HANA, (HANA, ROOT), set()),
        (ROOT, (ROOT, RITA), set()),
        (KARIM, (KARIM,), set()),
        # HR of both organisations stands for the other one.
        (HANA, (HANA, Editor(8, frozenset({1, 2})), OMAR), {Editor(8, frozenset({1, 2}))}),
    ],
)
def test_for_whom_a_change_waits(author: Editor, editors: tuple[Editor, ...], expected: set[Editor]) -> None:
    assert set(rules.confirmers(editors, author.person_id, author.organisations)) == expected


@pytest.mark.parametrize(
    ("who", "author", "editors", "expected"),
    [
        (HANA, HANA, EVERYBODY, False),
        (OMAR, HANA, EVERYBODY, False),
        (VERA, HANA, EVERYBODY, True),
        (KARIM, HANA, EVERYBODY, True),
        (ROOT, HANA, EVERYBODY, True),
        (ROOT, ROOT, (ROOT,), False),
        (RITA, ROOT, (ROOT, RITA), True),
        (OMAR, HANA, (HANA, OMAR), True),
        # Nobody any more: a role has ended meanwhile.
        (ZEIN, HANA, EVERYBODY, False),
        # The system and who is not signed in are no second person.
        (Editor(None, administers=True), HANA, EVERYBODY, False),
    ],
)
def test_who_may_confirm(who: Editor, author: Editor, editors: tuple[Editor, ...], expected: bool) -> None:
    assert rules.may_confirm(who, editors, author.person_id, author.organisations) is expected


@pytest.mark.parametrize(
    ("confirmation", "outcome", "days", "expected"),
    [
        ("none", None, 400, VersionState.PUBLISHED),
        ("before", None, 0, VersionState.WAITING),
        ("before", None, 13.99, VersionState.WAITING),
        ("before", None, 14, VersionState.LAPSED),
        ("before", "confirmed", 400, VersionState.CONFIRMED),
        ("before", "refused", 1, VersionState.REFUSED),
        ("after", None, 400, VersionState.UNCONFIRMED),
        ("after", "confirmed", 1, VersionState.CONFIRMED),
        ("after", "refused", 1, VersionState.REFUSED),
    ],
)
def test_where_a_version_stands(confirmation: str, outcome: str | None, days: float, expected: VersionState) -> None:
    assert rules.state_of(confirmation, outcome, NOW - timedelta(days=days), NOW) == expected


def contact(kind: str = "health", name: str = "Clinic", phone: str = "116", **more: str) -> dict[str, str]:
    return {"kind": kind, "name": name, "phone": phone, "hours": "", "note": ""} | more


def test_what_has_changed() -> None:
    clinic, night, desk = contact(), contact("emergency", "Night", "112"), contact("other", "Desk", "113")
    moved = clinic | {"phone": "117"}
    renamed, later = night | {"name": "Night line"}, contact("police", "Post", "118")
    before, after = [clinic, night, desk], [moved, renamed, later]
    changes = rules.contact_changes(before, after)
    assert changes == [(clinic, moved), (night, renamed), (None, later), (desk, None)]
    assert rules.contact_changes(before, before) == []
    # Hours are a part of a contact, and all of another contact of the same purpose may have changed.
    assert rules.contact_changes([clinic], [clinic | {"hours": "8-17"}]) == [(clinic, clinic | {"hours": "8-17"})]
    hospital = contact(name="Hospital", phone="119")
    assert rules.contact_changes([clinic], [hospital]) == [(clinic, hospital)]


def former(day: date, *versions: tuple[list[dict[str, str]], datetime | None]) -> list[tuple[str, date | None]]:
    return [(each["phone"], each["until"]) for each in rules.former_contacts(versions, day, UTC)]


def test_a_former_number_is_shown_for_seven_days() -> None:
    new, old = [contact(phone="117")], [contact()]
    versions = (new, NOW), (old, NOW - timedelta(days=90))
    until = date(2026, 12, 6)
    assert former(date(2026, 11, 29), *versions) == [("116", until)]
    assert former(until, *versions) == [("116", until)]
    assert former(until + timedelta(days=1), *versions) == []


def test_a_number_stays_that_two_quick_changes_would_hide() -> None:
    versions = (
        ([contact(phone="118")], NOW),
        ([contact(phone="117")], NOW - timedelta(days=2)),
        ([contact()], NOW - timedelta(days=90)),
    )
    assert former(date(2026, 11, 29), *versions) == [("117", date(2026, 12, 6)), ("116", date(2026, 12, 4))]


def test_a_number_stays_until_the_change_is_confirmed() -> None:
    versions = ([contact(phone="117")], None), ([contact()], NOW - timedelta(days=90))
    assert former(date(2027, 11, 29), *versions) == [("116", None)]


def test_the_same_number_is_no_former_one_but_for_another_purpose_it_is() -> None:
    renamed, other = [contact(name="Health centre")], [contact(kind="other")]
    old = [contact()], NOW - timedelta(days=90)
    assert former(date(2026, 11, 29), (renamed, NOW), old) == []
    assert former(date(2026, 11, 29), (other, NOW), old) == [("116", date(2026, 12, 6))]
    assert former(date(2026, 11, 29)) == []


def test_no_more_versions_are_read_than_needed() -> None:
    def endless() -> object:
        yield [contact(phone="117")], NOW
        yield [contact()], NOW - timedelta(days=90)
        raise AssertionError

    assert len(rules.former_contacts(endless(), date(2026, 11, 29), UTC)) == 1  # type: ignore[arg-type]
