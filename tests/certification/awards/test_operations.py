"""Issuing, superseding and revoking awards, on both databases."""

import random
import secrets
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from lms.audit.models import AuditEntry
from lms.catalogue.api import PublishedCourse, load_course_revision as queries_course
from lms.certification.awards import operations, queries
from lms.certification.awards.rules import AwardState, normalise_serial
from lms.certification.awards.snapshot import EarnedAward
from lms.certification.events import awards_changed
from lms.certification.hooks import Renewal, renewal_windows
from lms.certification.models import Award, AwardName, Revocation
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid, NotThere, Refusal
from lms.learning.events import course_completed
from lms.people.models import Person
from tests.certification import world
from tests.factories import people
from tests.shared import filled

HANA = Actor(account_id=7, person_id=99, name="Hana Haddad")


@pytest.fixture
def amina(app_context: Flask) -> Person:
    people.sectors()
    who = people.person("Amina Yusuf", "amina@demo.example")
    people.placed(people.employed(who, people.organisation()), people.station(), "wash", date(2018, 1, 1))
    return who


@pytest.fixture
def requirement_windows() -> Iterator[list[date]]:
    """Days on which requirements' windows open; a test fills in what compliance would say."""
    days: list[date] = []

    def source(renewals: Collection[Renewal]) -> dict[Renewal, list[date]]:
        return dict.fromkeys(renewals, days)

    with filled(renewal_windows, source):
        yield days


def dates(award: Award) -> tuple[str, str]:
    return award.valid_from.isoformat(), award.valid_until.isoformat()


# --- the dates -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("validity", "earned_on", "last_day"),
    [
        ("P1Y", "2023-02-12", "2024-02-11"),
        ("P1Y", "2023-02-20", "2024-02-19"),
        ("P1Y", "2019-04-01", "2020-03-31"),
        ("P1Y", "2019-01-17", "2020-01-16"),
        ("P1Y", "2024-02-29", "2025-02-27"),
        ("P1M", "2025-01-31", "2025-02-27"),
        ("P18M", "2025-08-31", "2027-02-27"),
    ],
)
def test_a_first_award_lasts_its_period(amina: Person, validity: str, earned_on: str, last_day: str) -> None:
    award = world.earned(amina, world.course(validity=validity), earned_on)
    assert dates(award) == (earned_on, last_day)
    assert award.date_inputs["counted_from"] == earned_on
    assert award.date_inputs["period"] == validity
    assert award.date_inputs["old_award"] is None


@pytest.mark.parametrize(
    ("renewed_on", "last_day", "counted_from"),
    [
        ("2026-11-01", "2027-12-31", "2027-01-01"),
        ("2026-10-31", "2027-10-30", "2026-10-31"),
        ("2026-12-31", "2027-12-31", "2027-01-01"),
        ("2027-01-01", "2027-12-31", "2027-01-01"),
        ("2027-03-01", "2028-02-29", "2027-03-01"),
    ],
)
@pytest.mark.parametrize("opened_by", ["course", "requirement"])
def test_renewing_in_the_window_counts_from_the_old_end(
    amina: Person, requirement_windows: list[date], *, opened_by: str, renewed_on: str, last_day: str, counted_from: str
) -> None:
    course = world.course(renewal="P60D" if opened_by == "course" else "")
    first = world.earned(amina, course, "2026-01-01")
    assert dates(first) == ("2026-01-01", "2026-12-31")
    if opened_by == "requirement":
        requirement_windows.append(date(2026, 11, 1))
    second = world.earned(amina, course, renewed_on)
    assert dates(second) == (renewed_on, last_day)
    assert second.date_inputs["counted_from"] == counted_from
    assert second.date_inputs["old_award"] == first.id
    assert second.date_inputs["old_until"] == "2026-12-31"
    assert second.date_inputs["windows"] == [{"opened_by": opened_by, "opens_on": "2026-11-01"}]


def test_a_window_that_was_open_stays_open_when_it_is_shortened(amina: Person, requirement_windows: list[date]) -> None:
    course = world.course(renewal="P10D")
    world.earned(amina, course, "2026-01-01")
    # Sixty days under the old version, thirty under today's; the person renews 45 days before the end.
    requirement_windows += [date(2026, 11, 1), date(2026, 12, 1)]
    assert dates(world.earned(amina, course, "2026-11-16")) == ("2026-11-16", "2027-12-31")


def test_the_source_is_asked_about_the_present_award(amina: Person) -> None:
    queries: list[tuple[Any, ...]] = []

    def source(renewals: Collection[Renewal]) -> dict[Renewal, list[date]]:
        queries.extend(renewals)
        return {}

    with filled(renewal_windows, source):
        course = world.course(per_sector=True)
        world.earned(amina, course, "2026-01-01", sector="wash")
        assert queries == []
        world.earned(amina, course, "2026-06-01", sector="wash")
    assert queries == [(amina.id, course.course_id, "wash", date(2026, 6, 1), date(2026, 12, 31))]


def test_a_new_award_never_ends_before_the_old_one(amina: Person) -> None:
    course = world.course(validity="P2Y")
    world.earned(amina, course, "2025-01-01")
    shorter = world.course("shorter", validity="P1M")
    moved = PublishedCourse(**{f: getattr(shorter, f) for f in shorter.__slots__} | {"course_id": course.course_id})
    award = world.earned(amina, moved, "2025-06-01")
    assert dates(award) == ("2025-06-01", "2026-12-31")
    assert award.date_inputs["kept_old_until"] is True


def test_only_live_earlier_awards_of_the_course_and_sector_count(amina: Person) -> None:
    course = world.course(per_sector=True, renewal="P60D")
    health = world.earned(amina, course, "2026-01-01", sector="health")
    first = world.earned(amina, course, "2026-01-02", sector="wash")
    other = world.earned(amina, world.course("other", renewal="P60D"), "2026-01-03")
    assert [health.date_inputs["old_award"], first.date_inputs["old_award"]] == [None, None]
    with clock.using(clock.FixedClock(datetime(2026, 2, 1, tzinfo=UTC))):
        operations.revoke(HANA, first, reason="Answers were shared.")
    again = world.earned(amina, course, "2026-12-20", sector="wash")
    assert again.date_inputs["old_award"] is None
    assert dates(again) == ("2026-12-20", "2027-12-19")
    with clock.using(clock.FixedClock(datetime(2026, 3, 1, tzinfo=UTC))):
        corrected = operations.supersede(HANA, other, name="Amina Y. Yusuf", reason="Spelling.")
    renewed = world.earned(amina, world_course(other), "2026-12-20")
    assert renewed.date_inputs["old_award"] == corrected.id
    assert dates(renewed) == ("2026-12-20", "2028-01-02")


def world_course(award: Award) -> PublishedCourse:
    found = queries_course(award.course_revision_id)
    assert found is not None
    return found


def test_an_older_award_recorded_later_takes_no_days_from_a_newer_one(amina: Person) -> None:
    course = world.course(renewal="P60D")
    newer = world.earned(amina, course, "2026-01-01")
    older = world.earned(
        amina, course, "2024-03-01", earned_on=date(2024, 3, 1), how="import", score=None,
        recorded_at=datetime(2026, 5, 4, 10, 0, tzinfo=UTC),
    )  # fmt: skip
    assert dates(older) == ("2024-03-01", "2025-02-28")
    assert dates(newer) == ("2026-01-01", "2026-12-31")
    assert older.recorded_at == datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
    assert older.date_inputs["old_award"] is None


# --- the earned day --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "received", "day"),
    [
        ("UTC", "2026-03-30T23:30:00", "2026-03-30"),
        ("Asia/Amman", "2026-03-30T23:30:00", "2026-03-31"),
        ("America/Bogota", "2026-03-31T03:00:00", "2026-03-30"),
        ("Pacific/Kiritimati", "2026-03-30T10:00:00", "2026-03-31"),
    ],
)
def test_the_day_is_that_of_the_place_at_the_servers_receipt(
    app_context: Flask, zone: str, received: str, day: str
) -> None:
    people.sectors()
    who = people.person("Sami")
    people.placed(people.employed(who, people.organisation()), people.station(time_zone=zone))
    moment = datetime.fromisoformat(received).replace(tzinfo=UTC)
    award = world.earned(who, world.course(), "2026-03-30", earned_at=moment, recorded_at=moment)
    assert (award.earned_on.isoformat(), award.zone) == (day, zone)


def test_the_placement_is_the_one_that_holds_there_at_that_moment(app_context: Flask) -> None:
    people.sectors()
    who, here = people.person("Sami"), people.organisation()
    post = people.employed(who, here)
    utc, far = people.station("far-west"), people.station("kiritimati", time_zone="Pacific/Kiritimati")
    people.placed(post, utc, "wash", date(2026, 1, 1), date(2026, 5, 31))
    people.placed(post, far, "health", date(2026, 6, 1))
    course = world.course()
    # Ten in the morning of 31 May in UTC is already the first of June in Kiritimati: of two placements that
    # both hold at the moment, each on its own calendar, the later begun counts.
    moment = datetime(2026, 5, 31, 10, 0, tzinfo=UTC)
    award = world.earned(who, course, "2026-05-31", earned_at=moment, recorded_at=moment)
    assert (award.earned_on, award.printed["sector_slug"]) == (date(2026, 6, 1), "health")
    before = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
    award = world.earned(who, course, "2026-05-31", earned_at=before, recorded_at=before)
    assert (award.earned_on, award.printed["sector_slug"]) == (date(2026, 5, 31), "wash")


def test_without_a_placement_the_installation_counts(app_context: Flask) -> None:
    who = people.person("Nobody's employee")
    award = world.earned(who, world.course(), "2026-03-30", earned_at=datetime(2026, 3, 30, 22, 0, tzinfo=UTC))
    assert (award.earned_on, award.zone) == (date(2026, 3, 31), world.ISSUER.time_zone)
    assert award.organisation_id is None
    assert (award.printed["organisation"], award.printed["sector"]) == ("", "")


def test_a_day_that_has_not_come_is_refused(amina: Person) -> None:
    with pytest.raises(Invalid, match="in the future"):
        world.earned(amina, world.course(), "2026-03-30", earned_on=date(2026, 3, 31), how="session")


# --- what is frozen --------------------------------------------------------------------------------------


def test_it_freezes_the_words_as_they_were(amina: Person) -> None:
    course = world.course(number=3)
    attempt = world.passed_attempt(amina, course)
    award = world.earned(amina, course, "2026-06-19", attempt_id=attempt.id)
    assert award.printed == {
        "course": world.TITLE,
        "code": "CP-ID",
        "edition": 3,
        "modules": [],
        "organisation": "Rivers Relief",
        "initials": "RR",
        "sector": "Wash",
        "sector_slug": "wash",
        "product": "Every Sector",
        "address": "https://training.example.org",
        "design": "standard",
        "language": "en",
    }
    assert (award.score, award.how, award.attempt_id) == (92, "quiz", attempt.id)
    assert normalise_serial(award.serial) == award.serial
    known = queries.find_award(award.serial)
    assert known is not None
    assert (known.name, known.revocation, known.replaced_by) == ("Amina Yusuf", None, None)


def test_it_is_audited_and_announced(amina: Person) -> None:
    course = world.course()
    with awards_changed.connected_to(lambda _sender, **changed: heard.append(changed["awards"])):
        heard: list[set[int]] = []
        award = world.earned(amina, course, "2026-06-19")
        with clock.using(clock.FixedClock(datetime(2026, 7, 1, tzinfo=UTC))):
            successor = operations.supersede(HANA, award, name="Amina Al-Yusuf", reason="Spelling.")
            operations.revoke(HANA, successor, reason="Answers were shared.")
    assert heard == [{award.id}, {award.id, successor.id}, {successor.id}]
    lines = session.scalars(
        select(AuditEntry).where(AuditEntry.action.startswith("certification.")).order_by(AuditEntry.id)
    ).all()
    assert [(line.action, line.account_id, line.subject_id, line.reason) for line in lines] == [
        ("certification.issue", None, award.id, ""),
        ("certification.supersede", 7, award.id, "Spelling."),
        ("certification.revoke", 7, successor.id, "Answers were shared."),
    ]
    assert "Amina" not in str([line.detail for line in lines])


def test_one_award_for_an_attempt(amina: Person) -> None:
    course = world.course()
    attempt = world.passed_attempt(amina, course)
    first = world.earned(amina, course, "2026-06-19", attempt_id=attempt.id)
    assert world.earned(amina, course, "2026-06-20", attempt_id=attempt.id) is first
    assert session.scalar(select(func.count(Award.id))) == 1


def test_a_serial_that_is_taken_is_drawn_again(amina: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    course = world.course()
    monkeypatch.setattr(secrets, "randbelow", random.Random(4).randrange)
    first = world.earned(amina, course, "2026-06-19")
    monkeypatch.setattr(secrets, "randbelow", random.Random(4).randrange)
    second = world.earned(amina, course, "2026-06-20")
    assert first.serial != second.serial
    known = queries.find_award(second.serial)
    assert known is not None
    assert known.name == "Amina Yusuf"


def test_who_and_what_must_be_there(amina: Person) -> None:
    with pytest.raises(NotThere):
        world.earned(Person(id=12345, name="x"), world.course(), "2026-06-19")
    with pytest.raises(Invalid, match="sector"):
        world.earned(amina, world.course("by-sector", per_sector=True), "2026-06-19")
    with pytest.raises(Invalid, match="cannot be counted"):
        world.earned(amina, world.course("broken", validity="for ever"), "2026-06-19")
    assert world.earned(amina, world.course("whole"), "2026-06-19", sector="wash").sector is None


@pytest.mark.parametrize("name", ["أمينة بنت يوسف الطاهر", "Sinéad O'Neil-D'Souza", "N" * 200, "  Two   spaces "])
def test_names_are_frozen_whole(app_context: Flask, name: str) -> None:
    who = people.person(name)
    award = world.earned(who, world.course(), "2026-06-19")
    assert session.scalar(select(AwardName.name)) == " ".join(name.split())
    assert award.person_id == who.id


def test_passing_a_quiz_earns_an_award(amina: Person) -> None:
    course = world.course()
    moment = datetime(2026, 6, 19, 9, 12, tzinfo=UTC)
    passed = world.passed_attempt(amina, course, moment)
    failed = world.passed_attempt(amina, course, moment, passed=False, score=50)
    with clock.using(clock.FixedClock(moment)):
        course_completed.send(None, attempts={passed.id, failed.id})
        course_completed.send(None, attempts={passed.id})
    award = session.scalars(select(Award)).one()
    assert (award.attempt_id, award.earned_on, award.score) == (passed.id, date(2026, 6, 19), 92)
    assert award.printed["address"] == "http://localhost"
    assert award.recorded_by is None


# --- superseding and revoking ----------------------------------------------------------------------------


def test_a_corrected_award_says_the_same_under_a_new_serial(amina: Person) -> None:
    course = world.course()
    award = world.earned(amina, course, "2026-06-19", attempt_id=world.passed_attempt(amina, course).id)
    successor = operations.supersede(HANA, award, name=" Amina  Al-Yusuf ", reason="Spelling.")
    assert successor.serial != award.serial
    for column in ("person_id", "earned_on", "zone", "valid_until", "score", "printed", "date_inputs", "how"):
        assert getattr(successor, column) == getattr(award, column)
    old, new = queries.find_award(award.serial), queries.find_award(successor.serial)
    assert old is not None
    assert new is not None
    assert (old.name, new.name) == ("Amina Yusuf", "Amina Al-Yusuf")
    assert old.state_on(date(2026, 7, 1)) is AwardState.REPLACED
    assert new.state_on(date(2026, 7, 1)) is AwardState.VALID
    assert award.attempt_id is not None
    found = queries.find_award_of_attempt(award.attempt_id)
    assert found is not None
    assert found.award is successor
    rows = queries.list_awards_of(amina.id)
    assert [row.serial for row in rows] == [new.serial]
    assert len(queries.list_awards_of(amina.id, with_replaced=True)) == 2


def test_what_cannot_be_corrected(amina: Person) -> None:
    course = world.course()
    award = world.earned(amina, course, "2026-06-19")
    for name, reason in (("Amina Yusuf", "Same."), ("  ", "Empty."), ("x" * 201, "Long."), ("Other", " ")):
        with pytest.raises(Invalid):
            operations.supersede(HANA, award, name=name, reason=reason)
    successor = operations.supersede(HANA, award, name="Amina Al-Yusuf", reason="Spelling.")
    with pytest.raises(Refusal, match="replaced"):
        operations.supersede(HANA, award, name="Amina B", reason="Again.")
    with pytest.raises(Refusal, match="replaced"):
        operations.revoke(HANA, award, reason="Wrong one.")
    operations.revoke(HANA, successor, reason="Shared answers.", effective_on=successor.earned_on)
    with pytest.raises(Refusal, match="revoked"):
        operations.supersede(HANA, successor, name="Amina C", reason="Late.")
    with pytest.raises(Refusal, match="revoked"):
        operations.revoke(HANA, successor, reason="Twice.")


@pytest.mark.parametrize(
    ("today", "day", "effective_on", "refused"),
    [
        ("2026-07-01", None, "2026-07-01", None),
        ("2026-07-01", "2026-06-19", "2026-06-19", None),
        ("2026-07-01", "2026-06-18", None, "19.June.2026"),
        ("2026-07-01", "2026-07-02", None, "earlier day"),
        ("2027-09-01", None, None, "expired after 18.June.2027"),
        ("2027-09-01", "2027-06-18", "2027-06-18", None),
    ],
)
def test_the_day_of_a_revocation(
    amina: Person, today: str, day: str | None, effective_on: str | None, refused: str | None
) -> None:
    award = world.earned(amina, world.course(), "2026-06-19")
    now = datetime.fromisoformat(f"{today}T12:00:00+00:00")
    with clock.using(clock.FixedClock(now)):
        if refused:
            with pytest.raises(Invalid, match=refused):
                operations.revoke(HANA, award, reason="x", effective_on=day and date.fromisoformat(day))
            return
        made = operations.revoke(HANA, award, reason="x", effective_on=day and date.fromisoformat(day))
    assert made.effective_on.isoformat() == effective_on
    known = queries.find_award(award.serial)
    assert known is not None
    assert known.state_on(made.effective_on) is AwardState.REVOKED
    if made.effective_on > award.earned_on:
        assert known.state_on(made.effective_on - timedelta(days=1)) is AwardState.VALID


def test_a_revocation_needs_a_reason(amina: Person) -> None:
    award = world.earned(amina, world.course(), "2026-06-19")
    for reason in ("", "  \n", "x" * 501):
        with pytest.raises(Invalid, match="reason"):
            operations.revoke(HANA, award, reason=reason, effective_on=award.earned_on)


# --- facts stay ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        update(Award).values(valid_until=date(2099, 1, 1)),
        update(Award).values(serial="0" * 13),
        delete(Award),
        update(AwardName).values(name="Somebody Else"),
        update(Revocation).values(effective_on=date(2099, 1, 1)),
        delete(Revocation),
    ],
    ids=str,
)
def test_the_database_refuses_to_change_or_remove_what_happened(amina: Person, change: Any) -> None:
    award = world.earned(amina, world.course(), "2026-06-19")
    operations.revoke(HANA, award, reason="x", effective_on=award.earned_on)
    with pytest.raises(IntegrityError, match="what happened is not"):
        session.execute(change.execution_options(synchronize_session=False))
    session.rollback()


def test_a_name_can_be_erased_and_the_serial_still_answers(amina: Person) -> None:
    award = world.earned(amina, world.course(), "2026-06-19")
    session.execute(delete(AwardName).where(AwardName.award_id == award.id))
    known = queries.find_award(award.serial)
    assert known is not None
    assert known.name is None


# --- two at once -----------------------------------------------------------------------------------------


def test_two_at_once_earn_one_award(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        people.sectors()
        who = people.person("Amina Yusuf")
        course = world.course()
        attempt_id, person_id = world.passed_attempt(who, course).id, who.id
    together = Barrier(4)

    def submit(_number: int) -> int:
        with app.app_context():
            together.wait()
            with unit_of_work():
                earned = EarnedAward(
                    person_id, course, None, "quiz", clock.now(), score=92, attempt_id=attempt_id
                )  # fmt: skip
                award = operations.issue(SYSTEM, earned, world.ISSUER)
                return award.id

    with ThreadPoolExecutor(4) as threads:
        ids = set(threads.map(submit, range(4)))
    assert len(ids) == 1
    with app.app_context(), unit_of_work():
        assert session.scalar(select(func.count(Award.id))) == 1
        assert session.scalar(select(func.count(AwardName.award_id))) == 1


def test_two_at_once_renew_one_after_the_other(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        who = people.person("Amina Yusuf")
        course = world.course(renewal="P60D")
        person_id = who.id
    together = Barrier(2)

    def renew(_number: int) -> str:
        with app.app_context():
            together.wait()
            with unit_of_work():
                earned = EarnedAward(person_id, course, None, "quiz", clock.now())
                award = operations.issue(SYSTEM, earned, world.ISSUER)
                return str(award.date_inputs["old_award"])

    with ThreadPoolExecutor(2) as threads:
        old = sorted(threads.map(renew, range(2)))
    with app.app_context(), unit_of_work():
        first = session.scalar(select(func.min(Award.id)))
    # The second knows the first: neither was decided from half of what happened.
    assert old == sorted([str(first), "None"])


def test_two_at_once_correct_once(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        serial = world.earned(people.person("Amina Yusuf"), world.course(), "2026-06-19").serial
    together = Barrier(2)

    def correct(number: int) -> str:
        with app.app_context():
            together.wait()
            try:
                with unit_of_work():
                    known = queries.find_award(serial)
                    assert known is not None
                    return operations.supersede(HANA, known.award, name=f"Name {number}", reason="x").serial
            except Refusal:
                return "refused"

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(correct, range(2)))
    assert answers.count("refused") == 1
    with app.app_context(), unit_of_work():
        assert session.scalar(text("SELECT count(*) FROM award")) == 2
