"""Sessions and prior training: what a list would do, what it does, and what is refused."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from lms.audit.models import AuditEntry
from lms.certification.awards import operations, queries as award_queries
from lms.certification.errors import ListChanged, SectorMissing
from lms.certification.events import awards_changed
from lms.certification.hooks import Renewal, renewal_windows
from lms.certification.models import Award, Recognition, Revocation, SessionWithdrawal, TrainingSession
from lms.certification.training import operations as training, queries as training_queries
from lms.certification.training.check import CheckedList, LineOutcome, TrainingDetails, check_list
from lms.certification.training.labels import explain_outcome, outcome_label, outcome_look
from lms.certification.training.parser import TrainingLine
from lms.kernel import clock, db as database
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed
from lms.kernel.transactions import Kind, WriteNeeded
from lms.people.api import merge_people
from lms.people.models import Organisation, Person
from tests.certification import world
from tests.certification.world import ISSUER, course, earned
from tests.factories import people as factory
from tests.shared import filled, statements_sent

NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
HELD = date(2026, 8, 20)


@pytest.fixture(autouse=True)
def fixed() -> Iterator[None]:
    with clock.using(clock.FixedClock(NOW)):
        yield


class World:
    """Rivers Relief with Amina (W-1), Omar (W-2) and Sami (W-3); Hill Aid with Zainab (H-1); HR of the first."""

    def __init__(self) -> None:
        factory.sectors()
        self.here, self.there = factory.organisation(), factory.organisation("hill-aid")
        self.station = factory.station(time_zone="Asia/Amman")
        self.people: dict[str, Person] = {}
        for number, name, at, sector in (
            ("W-1", "Amina Yusuf", self.here, "wash"),
            ("W-2", "Omar Haddad", self.here, "health"),
            ("W-3", "Sami Nur", self.here, "education"),
            ("H-1", "Zainab Noor", self.there, "wash"),
        ):
            self.people[number] = factory.person(name)
            factory.placed(factory.employed(self.people[number], at, number), self.station, sector)
        self.hr = hr_of(self.here)
        self.course = course(validity="P2Y", renewal="P60D")

    def details(self, **changes: object) -> TrainingDetails:
        details = TrainingDetails(
            organisation_id=self.here.id, course=self.course, sector=None, how="session", renew=True,
            checked_by="Lina Aziz", oldest_months=24,
        )  # fmt: skip
        return replace(details, **changes)  # type: ignore[arg-type]

    def record(self, *numbers: str, form: str = "t-1", **changes: object) -> TrainingSession:
        values = {"held_on": HELD, "station_id": self.station.id} | changes
        details = values.pop("details", self.details())
        lines = attended(*numbers, on=values["held_on"])  # type: ignore[arg-type]
        checksum = values.pop("checksum", None) or check_list(self.hr, details, lines).checksum  # type: ignore[arg-type]
        return training.record_session(
            self.hr, details, lines, evidence="Binder 3", token=form, checksum=checksum, issuer=ISSUER, **values,  # type: ignore[arg-type]
        )  # fmt: skip


def hr_of(organisation: Organisation) -> Actor:
    return Actor(account_id=77, person_id=None, scopes={Role.HR: frozenset({organisation.id})})


def attended(*numbers: str, on: date = HELD) -> list[TrainingLine]:
    return [TrainingLine(place, number, on, "Binder 3") for place, number in enumerate(numbers, start=1)]


def found(checked: CheckedList) -> list[LineOutcome]:
    return [each.outcome for each in checked.lines]


@pytest.fixture
def here(app_context: Flask) -> World:
    return World()


# --- looking -----------------------------------------------------------------------------------------------


def test_a_list_says_line_by_line_what_it_comes_to(here: World) -> None:
    earned(here.people["W-2"], here.course, "2026-01-10")
    lines = attended("W-1", "w-2", "W-9", "H-1", "w-1")
    checked = check_list(here.hr, here.details(), lines)
    assert found(checked) == [
        LineOutcome.NEW,
        LineOutcome.RENEWED,
        LineOutcome.UNKNOWN,
        # As for nobody at all: what other organisations record is not given away.
        LineOutcome.UNKNOWN,
        LineOutcome.DUPLICATE,
    ]
    assert checked.lines[0].until == date(2028, 8, 19)
    # Omar's period is open for renewal only later, so it counts from the day of the session.
    assert checked.lines[1].until == date(2028, 8, 19)
    assert checked.lines[4].first_line == 1
    left = check_list(here.hr, here.details(renew=False), lines)
    assert found(left)[1] is LineOutcome.COVERED
    assert left.lines[1].until == date(2028, 1, 9)
    assert session.scalars(select(Award)).all() == [session.scalars(select(Award)).one()]


def test_merged_records_are_one_person_who_renews_and_is_listed_once(here: World) -> None:
    """Whichever staff number is on the list: the certificate under the other one counts."""
    twin = factory.person("Amina M. Yusuf")
    factory.placed(factory.employed(twin, here.here, "W-4"), here.station, "wash")
    old = earned(here.people["W-1"], here.course, "2024-09-10")
    merge_people(here.hr, surviving_id=here.people["W-1"].id, merged_id=twin.id, reason="Typed in twice")
    checked = check_list(here.hr, here.details(), attended("W-4", "W-1"))
    assert found(checked) == [LineOutcome.RENEWED, LineOutcome.DUPLICATE]
    assert found(check_list(here.hr, here.details(renew=False), attended("W-4"))) == [LineOutcome.COVERED]
    here.record("W-4", "W-1")
    renewed = session.scalars(select(Award).where(Award.person_id == twin.id)).one()
    # The window of sixty days is open, so being early costs nothing.
    assert (old.valid_until, renewed.valid_until) == (date(2026, 9, 9), date(2028, 9, 9))
    assert found(check_list(here.hr, here.details(), attended("W-1"))) == [LineOutcome.SAME_DAY]


def test_nobody_awards_themselves(here: World) -> None:
    amina = replace(here.hr, person_id=here.people["W-1"].id)
    checked = check_list(amina, here.details(), attended("W-1", "W-2"))
    assert found(checked) == [LineOutcome.OWN, LineOutcome.NEW]
    assert "ask another HR officer" in explain_outcome(checked.lines[0])
    assert outcome_label(checked.lines[0]) == "Yourself"
    assert outcome_look(checked.lines[0]) == ("late", "circle-alert")


def test_what_was_revoked_covers_nobody(here: World) -> None:
    award = earned(here.people["W-1"], here.course, "2026-01-10")
    operations.revoke(SYSTEM, award, reason="Shared answers.", effective_on=date(2026, 2, 1))
    assert found(check_list(here.hr, here.details(renew=False), attended("W-1"))) == [LineOutcome.NEW]


def test_lists_that_are_no_lists(here: World) -> None:
    with pytest.raises(Invalid, match="is empty"):
        check_list(here.hr, here.details(), [])
    with pytest.raises(Invalid, match="501"):
        check_list(here.hr, here.details(), attended(*(f"N-{n}" for n in range(501))))
    with pytest.raises(SectorMissing):
        check_list(here.hr, here.details(course=course("brief", per_sector=True)), attended("W-1"))
    with pytest.raises(NotAllowed, match="another organisation"):
        check_list(here.hr, here.details(organisation_id=here.there.id), attended("H-1"))


# --- sessions ----------------------------------------------------------------------------------------------


def test_everybody_who_attended_has_a_certificate(here: World) -> None:
    heard: list[set[int]] = []

    def hear(_sender: object, *, awards: set[int], persons: set[int]) -> None:
        heard.append(awards)

    with awards_changed.connected_to(hear):
        held = here.record("W-1", "W-9", "W-3")
    awards = session.scalars(select(Award).order_by(Award.id)).all()
    assert [award.person_id for award in awards] == [here.people["W-1"].id, here.people["W-3"].id]
    assert heard == [{award.id for award in awards}]
    for award in awards:
        assert (award.how, award.earned_on, award.valid_until) == ("session", HELD, date(2028, 8, 19))
        assert (award.evidence, award.organisation_id) == ("Binder 3", here.here.id)
        assert award.printed["how"] == "In-person session on 20\N{NO-BREAK SPACE}August\N{NO-BREAK SPACE}2026"
        recognised = session.get_one(Recognition, award.id)
        assert (recognised.session_id, recognised.checked_by, recognised.organisation_id) == (
            held.id, "Lina Aziz", here.here.id,
        )  # fmt: skip
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "certification.record_session")).one()
    assert (entry.subject_id, entry.account_id, entry.detail["awards"]) == (held.id, 77, 2)


def test_sending_twice_records_one(here: World) -> None:
    first = here.record("W-1", "W-3")
    lines = attended("W-1", "W-3")
    again = training.record_session(
        here.hr, here.details(), lines, held_on=HELD, station_id=here.station.id, evidence="Binder 3", token="t-1",
        checksum="whatever it was", issuer=ISSUER,
    )  # fmt: skip
    assert again.id == first.id
    assert len(session.scalars(select(Award)).all()) == 2
    # From a new form it is another session, of which everybody has a certificate already.
    with pytest.raises(Invalid, match="Nobody on this list"):
        here.record("W-1", "W-3", form="t-2")
    assert len(session.scalars(select(TrainingSession)).all()) == 1


def test_what_was_confirmed_is_what_was_shown(here: World) -> None:
    checksum = check_list(here.hr, here.details(), attended("W-1", "W-2")).checksum
    earned(here.people["W-2"], here.course, HELD, earned_on=HELD, recorded_at=NOW)
    with pytest.raises(ListChanged):
        here.record("W-1", "W-2", checksum=checksum)
    with pytest.raises(ListChanged):
        here.record("W-1", checksum=checksum)
    assert session.scalars(select(TrainingSession)).all() == []


def test_days_of_a_session(here: World) -> None:
    with pytest.raises(Invalid, match="in the future"):
        here.record("W-1", held_on=date(2026, 9, 2), checksum="x")
    with pytest.raises(Invalid, match="24 months"):
        here.record("W-1", held_on=date(2024, 8, 31), checksum="x")
    assert here.record("W-1", held_on=date(2024, 9, 1)).held_on == date(2024, 9, 1)


def test_a_session_by_sector(here: World) -> None:
    brief = course("brief", per_sector=True)
    earned(here.people["W-1"], brief, "2026-08-01", sector="health")
    held = here.record("W-1", details=here.details(course=brief, sector="wash", renew=False))
    assert held.sector == "wash"
    (award,) = training_queries.list_current_awards_of_session(held.id)
    assert (award.sector, award.printed["sector_slug"]) == ("wash", "wash")


def test_the_own_organisation_counts_where_somebody_works_for_two(here: World) -> None:
    factory.placed(factory.employed(here.people["W-1"], here.there, "H-7"), here.station, "health", date(2026, 5, 1))
    here.record("W-1")
    award = session.scalars(select(Award)).one()
    assert (award.organisation_id, award.printed["organisation"]) == (here.here.id, "Rivers Relief")


def test_the_edition_is_that_of_the_day(here: World) -> None:
    taught = training_queries.find_course_on(here.course.course_id, HELD)
    assert taught is not None
    assert taught.revision_id == here.course.revision_id
    earlier = training_queries.find_course_on(here.course.course_id, date(2018, 1, 1))
    assert earlier is not None
    assert earlier.revision_id == here.course.revision_id
    assert training_queries.find_course_on(999_999, HELD) is None


# --- withdrawing -------------------------------------------------------------------------------------------


def test_a_withdrawn_session_revokes_what_it_gave_in_one_act(here: World) -> None:
    held = here.record("W-1", "W-2", "W-3")
    amina, omar, sami = training_queries.list_current_awards_of_session(held.id)
    operations.revoke(here.hr, omar, reason="Was not there.", effective_on=date(2026, 8, 25))
    corrected = operations.supersede(here.hr, amina, name="Amina Al-Yusuf", reason="Spelling.")
    heard: list[set[int]] = []

    def hear(_sender: object, *, awards: set[int], persons: set[int]) -> None:
        heard.append(awards)

    with awards_changed.connected_to(hear):
        assert training.withdraw_session(here.hr, held, reason="Another course was held.") == 2
    assert heard == [{corrected.id, sami.id}]
    revoked = {row.award_id: (row.effective_on, row.reason) for row in session.scalars(select(Revocation))}
    assert revoked == {
        omar.id: (date(2026, 8, 25), "Was not there."),
        corrected.id: (HELD, "Another course was held."),
        sami.id: (HELD, "Another course was held."),
    }
    assert session.get_one(SessionWithdrawal, held.id).reason == "Another course was held."
    with pytest.raises(Invalid, match="already withdrawn"):
        training.withdraw_session(here.hr, held, reason="Again.")
    with pytest.raises(NotAllowed, match="another organisation"):
        training.withdraw_session(hr_of(here.there), held, reason="Not mine.")
    # They can attend again on another day, and even on the same one: nothing covers them any more.
    assert found(check_list(here.hr, here.details(), attended("W-3"))) == [LineOutcome.NEW]


def test_a_withdrawal_has_its_reason(here: World) -> None:
    held = here.record("W-1")
    with pytest.raises(Invalid):
        training.withdraw_session(here.hr, held, reason="  ")
    assert session.get(SessionWithdrawal, held.id) is None


@pytest.mark.parametrize("table", [TrainingSession, Recognition, SessionWithdrawal])
def test_the_database_refuses_to_change_them(here: World, table: type) -> None:
    held = here.record("W-1")
    training.withdraw_session(here.hr, held, reason="By mistake.")
    word = "reason" if table is SessionWithdrawal else "checked_by"
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(table).values({word: "Other"}))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.delete(session.scalars(select(table)).one())
        session.flush()


# --- prior training ----------------------------------------------------------------------------------------


def prior(here: World, *lines: tuple[str, str | None, str], **changes: object) -> CheckedList:
    read = [
        TrainingLine(place, number, date.fromisoformat(day) if day else None, evidence)
        for place, (number, day, evidence) in enumerate(lines, start=1)
    ]
    return check_list(here.hr, here.details(how="prior", renew=False, **changes), read)


def test_prior_training_has_its_limits(here: World) -> None:
    checked = prior(
        here, ("W-1", "2024-09-01", "File 1"), ("W-2", "2024-08-31", "File 2"), ("W-3", "2026-09-02", "File 3")
    )
    # On 1 September 2026 the first would have ended the day before, for the course is valid for two years.
    assert found(checked) == [LineOutcome.ENDED, LineOutcome.TOO_OLD, LineOutcome.FUTURE]
    assert checked.lines[0].until == date(2026, 8, 31)
    assert checked.lines[1].limit == date(2024, 9, 1)
    assert found(prior(here, ("W-1", "2024-09-02", "File 1"))) == [LineOutcome.NEW]
    assert found(prior(here, ("W-1", None, "File 1"), ("W-2", "2026-01-01", ""))) == [
        LineOutcome.NO_DAY, LineOutcome.NO_EVIDENCE,
    ]  # fmt: skip
    assert found(prior(here, ("W-1", "2026-01-01", "x" * 201))) == [LineOutcome.NO_EVIDENCE]
    assert found(prior(here, ("W-1", "2026-01-01", "File"), oldest_months=6)) == [LineOutcome.TOO_OLD]


def test_recognised_training_counts_from_its_own_day(here: World) -> None:
    lines = [TrainingLine(1, "W-1", date(2025, 3, 1), "File 7"), TrainingLine(2, "W-2", date(2025, 12, 31), "File 8")]
    details = here.details(how="prior", renew=False)
    checksum = check_list(here.hr, details, lines).checksum
    made = training.recognise_prior_learning(here.hr, details, lines, checksum=checksum, issuer=ISSUER)
    assert [(a.how, a.earned_on, a.valid_until, a.evidence) for a in made] == [
        ("prior", date(2025, 3, 1), date(2027, 2, 28), "File 7"),
        ("prior", date(2025, 12, 31), date(2027, 12, 30), "File 8"),
    ]
    # Amina was nowhere yet in March 2025: her certificate names no organisation, and the one who vouches is kept.
    assert made[0].organisation_id is None
    assert made[0].printed["how"] == "Recognised prior training"
    recognised = session.get_one(Recognition, made[0].id)
    assert (recognised.session_id, recognised.organisation_id, recognised.checked_by) == (
        None,
        here.here.id,
        "Lina Aziz",
    )
    with pytest.raises(ListChanged):
        training.recognise_prior_learning(here.hr, details, lines, checksum=checksum, issuer=ISSUER)
    assert found(check_list(here.hr, details, lines)) == [LineOutcome.SAME_DAY, LineOutcome.SAME_DAY]
    assert len(session.scalars(select(Award)).all()) == 2
    actions = session.scalars(select(AuditEntry.action).where(AuditEntry.reason == "File 7")).all()
    assert actions == ["certification.recognise"]


def test_a_training_from_before_changes_no_later_award(here: World) -> None:
    later = earned(here.people["W-1"], here.course, "2026-02-01")
    details = here.details(how="prior", renew=False)
    line = TrainingLine(1, "W-1", date(2025, 2, 1), "File 7")
    (made,) = training.recognise_prior_learning(here.hr, details, [line], checksum=None, issuer=ISSUER)
    session.refresh(later)
    assert (later.valid_until, made.valid_until) == (date(2028, 1, 31), date(2027, 1, 31))


def test_recognition_follows_a_correction(here: World) -> None:
    here.record("W-1")
    award = session.scalars(select(Award)).one()
    corrected = operations.supersede(here.hr, award, name="Amina Al-Yusuf", reason="Spelling.")
    recognised = award_queries.find_recognition(corrected.id)
    assert recognised is not None
    assert recognised.checked_by == "Lina Aziz"
    (row,) = training_queries.list_attendance(here.hr, recognised.session_id or 0)
    assert row.serial.replace("-", "") == corrected.serial


# --- many --------------------------------------------------------------------------------------------------


def test_five_hundred_attend_in_few_statements(here: World) -> None:
    numbers = [f"N-{n}" for n in range(500)]
    for number in numbers:
        factory.placed(factory.employed(factory.person(f"Person {number}"), here.here, number), here.station)
    with statements_sent() as statements:
        held = here.record(*numbers)
        assert len(training_queries.list_attendance(here.hr, held.id)) == 500
    assert len(statements) < 30, statements
    (listed,) = training_queries.list_sessions_for(here.hr, None, 1).items
    assert listed.attended == 500
    assert training.withdraw_session(here.hr, held, reason="A trial.") == 500


def test_sessions_are_seen_by_their_own_hr(here: World) -> None:
    held = here.record("W-1")
    assert training_queries.list_sessions_for(here.hr, None, 1).total == 1
    assert training_queries.list_sessions_for(here.hr, here.course.course_id, 1).total == 1
    assert training_queries.list_sessions_for(here.hr, 999_999, 1).total == 0
    assert training_queries.list_sessions_for(hr_of(here.there), None, 1).total == 0
    assert training_queries.list_courses_of_sessions(here.hr) == [(here.course.course_id, world.TITLE)]
    assert training_queries.list_courses_of_sessions(hr_of(here.there)) == []
    whole = Actor(account_id=1, scopes={Role.HR: None})
    assert training_queries.load_session_for(whole, held.id).TrainingSession.id == held.id


def test_a_list_of_renewals_takes_no_statement_for_each_line(here: World) -> None:
    """In the transaction of a request of 500 lines nobody else can save, on SQLite."""
    numbers = [f"R-{number}" for number in range(12)]
    for number in numbers:
        who = factory.person(f"Person {number}")
        factory.placed(factory.employed(who, here.here, number), here.station, "wash")
        earned(who, here.course, "2026-01-10")
    counts = []
    for few, form in ((numbers[:2], "two"), (numbers[2:], "ten")):
        with statements_sent() as statements:
            here.record(*few, form=form)
        counts.append(len(statements))
    assert session.query(Award).filter_by(earned_on=HELD).count() == 12
    assert counts[1] == counts[0], statements


def test_a_list_of_prior_training_and_a_withdrawal_take_no_statement_for_each_line(here: World) -> None:
    numbers = [f"P-{number}" for number in range(12)]
    for number in numbers:
        factory.placed(factory.employed(factory.person(f"Person {number}"), here.here, number), here.station, "wash")
    details, counts = here.details(how="prior"), []
    for few, form in ((numbers[:2], "two"), (numbers[2:], "ten")):
        lines = attended(*few)
        checksum = check_list(here.hr, details, lines).checksum
        with statements_sent() as statements:
            training.recognise_prior_learning(here.hr, details, lines, checksum=checksum, issuer=ISSUER)
        held = here.record(*few, form=form, held_on=date(2026, 8, 21))
        with statements_sent() as withdrawn:
            assert training.withdraw_session(here.hr, held, reason="A trial.") == len(few)
        counts.append((len(statements), len(withdrawn)))
    assert counts[1] == counts[0], statements


def test_the_dates_of_a_list_are_decided_once(here: World) -> None:
    """The renewal windows of 500 lines are read from the facts about each of these people."""
    earned(here.people["W-1"], here.course, "2026-01-10")
    details, lines, asked = here.details(how="prior"), attended("W-1", "W-2"), []

    def source(renewals: Collection[Renewal]) -> dict[Renewal, list[date]]:
        asked.append(len(renewals))
        return {}

    checksum = check_list(here.hr, details, lines).checksum
    with filled(renewal_windows, source):
        made = training.recognise_prior_learning(here.hr, details, lines, checksum=checksum, issuer=ISSUER)
    assert asked == [1]
    assert [award.date_inputs["old_until"] for award in made] == ["2028-01-09", None]


def test_a_request_that_has_only_read_builds_no_awards(here: World) -> None:
    """It begins anew as a writer, and what it would have built is lost."""
    details, lines = here.details(how="prior"), attended("W-1", "W-2")
    checksum = check_list(here.hr, details, lines).checksum
    database.commit()
    with database.transactions_of(Kind.READER), statements_sent() as statements, pytest.raises(WriteNeeded):
        training.recognise_prior_learning(here.hr, details, lines, checksum=checksum, issuer=ISSUER)
    assert not any("placement" in statement for statement in statements)
