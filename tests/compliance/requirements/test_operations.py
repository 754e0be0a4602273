"""Requirements, their versions and exemptions: what is recorded, what is refused, and by whom."""

from datetime import date, timedelta

import pytest
from flask import Flask

from lms.audit.models import AuditEntry
from lms.certification.hooks import Renewal
from lms.compliance.requirements import operations, queries
from lms.compliance.requirements.models import Exemption
from lms.compliance.requirements.operations import Terms
from lms.compliance.source_data import population as reading
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed
from lms.people.models import Organisation
from tests.factories import people
from tests.factories.compliance import ADMIN, KARIM, TODAY, a_course, a_person, earned, hr_of, required_course
from tests.shared import statements_sent

pytestmark = pytest.mark.usefixtures("fixed_clock")

DAY = timedelta(days=1)


@pytest.fixture
def here(app_context: Flask) -> Organisation:
    people.sectors()
    return people.organisation()


def make(actor: object, organisation_id: int | None, **changes: object) -> object:
    values: dict[str, object] = {
        "organisation_id": organisation_id,
        "course_id": a_course(),
        "effective_from": TODAY,
        "terms": Terms(due_days=14),
        "reason": "Agreed",
    }
    return operations.make_requirement(actor, **(values | changes))  # type: ignore[arg-type]


def test_a_requirement_is_recorded_with_its_first_version_author_and_reason(here: Organisation) -> None:
    requirement = required_course(here.id, a_course(), TODAY, match={"sectors": ["wash", "health", "wash"]})
    (version,) = queries.list_versions([requirement.id])
    assert (version.effective_from, version.effective_through, version.reason) == (
        TODAY, None, "Agreed with the cluster",
    )  # fmt: skip
    assert version.match == {
        "sectors": ["health", "wash"], "stations": [], "roles": [], "contracts": [], "works_with_children": None,
    }  # fmt: skip
    entry = session.query(AuditEntry).filter_by(action="compliance.make_requirement").one()
    assert (entry.subject_id, entry.organisation_id, entry.reason) == (
        requirement.id, here.id, "Agreed with the cluster",
    )  # fmt: skip


def test_a_first_version_in_the_past_must_be_meant(here: Organisation) -> None:
    with pytest.raises(Invalid, match="in the past"):
        make(hr_of(here.id), here.id, effective_from=TODAY - DAY)
    assert make(hr_of(here.id), here.id, effective_from=TODAY - DAY, past_accepted=True, course_id=a_course("other"))


@pytest.mark.parametrize("who", ["other", "coordinator", "admin"])
def test_only_its_hr_makes_a_requirement_of_an_organisation(here: Organisation, who: str) -> None:
    actor = {"other": hr_of(here.id + 1), "coordinator": KARIM, "admin": ADMIN}[who]
    with pytest.raises(NotAllowed):
        make(actor, here.id)


def test_only_an_administrator_requires_of_all_organisations(here: Organisation) -> None:
    with pytest.raises(NotAllowed):
        make(hr_of(here.id), None)
    assert make(ADMIN, None, course_id=a_course("other"))


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (Terms(due_days=-1), "Why"),
        (Terms(due_days=3651), "Why"),
        (Terms(due_days=1, max_age="2 years"), "Why"),
        (Terms(due_days=1, max_age="P0D"), "Why"),
        (Terms(due_days=1, min_edition=2), "Why"),
        (Terms(due_days=1, renew_by=TODAY), "Why"),
        (Terms(due_days=1, min_edition=0, renew_by=TODAY), "Why"),
        (Terms(due_days=1), "   "),
    ],
)
def test_terms_that_cannot_be_judged_are_refused(here: Organisation, terms: Terms, reason: str) -> None:
    with pytest.raises(Invalid):
        make(hr_of(here.id), here.id, terms=terms, reason=reason)


def test_a_later_version_holds_from_today_at_the_earliest(here: Organisation) -> None:
    requirement = required_course(here.id, a_course())
    with pytest.raises(Invalid, match="earlier terms"):
        operations.add_version(
            hr_of(here.id), requirement, effective_from=TODAY - DAY, terms=Terms(due_days=7), reason="Why"
        )
    version = operations.add_version(
        hr_of(here.id), requirement, effective_from=TODAY, terms=Terms(due_days=7), reason="Why"
    )
    assert version.due_days == 7
    with pytest.raises(NotAllowed):
        operations.add_version(
            hr_of(here.id + 1), requirement, effective_from=TODAY, terms=Terms(due_days=7), reason="Why"
        )


def statuses_on(person_id: int, day: date) -> list[str]:
    return [row.status.value for row in reading.statuses_of(person_id, day)]


def test_an_ended_requirement_applies_to_nobody_after_its_last_day(here: Organisation) -> None:
    who = a_person("Amina", here.id, "W-1", people.station().id)
    requirement = required_course(here.id, a_course())
    operations.end_requirement(hr_of(here.id), requirement, effective_through=TODAY + DAY, reason="Merged")
    assert statuses_on(who.id, TODAY + DAY) == ["overdue"]
    assert statuses_on(who.id, TODAY + 2 * DAY) == []
    with pytest.raises(Invalid, match="already"):
        operations.end_requirement(hr_of(here.id), requirement, effective_through=TODAY + DAY, reason="Again")


def test_a_requirement_cannot_end_before_today_or_before_a_version_that_is_recorded(here: Organisation) -> None:
    requirement = required_course(here.id, a_course())
    with pytest.raises(Invalid, match="earlier terms"):
        operations.end_requirement(hr_of(here.id), requirement, effective_through=TODAY - DAY, reason="Why")
    operations.add_version(
        hr_of(here.id), requirement, effective_from=TODAY + 9 * DAY, terms=Terms(due_days=7), reason="Why"
    )
    with pytest.raises(Invalid, match="already recorded"):
        operations.end_requirement(hr_of(here.id), requirement, effective_through=TODAY, reason="Why")
    ended = operations.end_requirement(hr_of(here.id), requirement, effective_through=TODAY + 9 * DAY, reason="Why")
    assert (ended.effective_from, ended.due_days) == (TODAY + 9 * DAY, 7)


def exempted(actor: object, person_id: int, requirement_id: int, organisation_id: int, **changes: object) -> object:
    values: dict[str, object] = {
        "person_id": person_id, "requirement_id": requirement_id, "organisation_id": organisation_id,
        "from_on": TODAY, "until_on": TODAY + 30 * DAY, "kind": "leave", "reason": "Parental leave",
    }  # fmt: skip
    return operations.exempt(actor, **(values | changes))  # type: ignore[arg-type]


def test_an_exemption_holds_from_day_to_day_in_one_organisation_and_is_withdrawn_once(here: Organisation) -> None:
    other = people.organisation("hill-aid")
    station = people.station()
    who = a_person("Amina", here.id, "W-1", station.id)
    people.placed(people.employed(who, other, "H-1"), station)
    requirement = required_course(None, a_course())
    exemption = exempted(hr_of(here.id), who.id, requirement.id, here.id)
    found = {row.organisation_id: row.status.value for row in reading.statuses_of(who.id, TODAY)}
    assert found == {here.id: "exempt", other.id: "overdue"}
    operations.withdraw_exemption(hr_of(here.id), exemption, reason="Back early")  # type: ignore[arg-type]
    assert statuses_on(who.id, TODAY) == ["overdue", "overdue"]
    with pytest.raises(Invalid, match="already been withdrawn"):
        operations.withdraw_exemption(hr_of(here.id), exemption, reason="Again")  # type: ignore[arg-type]
    actions = [row.action for row in session.query(AuditEntry).order_by(AuditEntry.id)]
    assert actions[-2:] == ["compliance.exempt", "compliance.withdraw_exemption"]


@pytest.mark.parametrize(
    "changes",
    [
        {"until_on": TODAY - DAY},
        {"kind": "illness"},
        {"reason": " "},
        {"person_id": "outsider"},
        {"requirement_id": "theirs"},
    ],
)
def test_exemptions_that_cannot_hold_are_refused(here: Organisation, changes: dict[str, object]) -> None:
    station, course_id = people.station(), a_course()
    other = people.organisation("hill-aid")
    who = a_person("Amina", here.id, "W-1", station.id)
    words = {
        "outsider": a_person("Outsider", other.id, "H-1", station.id).id,
        "theirs": required_course(other.id, course_id).id,
    }
    mine = required_course(here.id, course_id)
    changed = {key: words.get(str(value), value) for key, value in changes.items()}
    person_id, requirement_id = changed.pop("person_id", who.id), changed.pop("requirement_id", mine.id)
    with pytest.raises(Invalid):
        exempted(hr_of(here.id), person_id, requirement_id, here.id, **changed)  # type: ignore[arg-type]


def test_nobody_exempts_in_another_organisation(here: Organisation) -> None:
    who = a_person("Amina", here.id, "W-1", people.station().id)
    mine = required_course(here.id, a_course())
    for actor in (hr_of(here.id + 1), KARIM, ADMIN):
        with pytest.raises(NotAllowed):
            exempted(actor, who.id, mine.id, here.id)
    exemption = exempted(hr_of(here.id), who.id, mine.id, here.id)
    with pytest.raises(NotAllowed):
        operations.withdraw_exemption(ADMIN, exemption, reason="Why")  # type: ignore[arg-type]


def test_exempting_many_takes_no_statement_for_each(here: Organisation) -> None:
    """In the transaction of a request about 200 people nobody else can save, on SQLite."""
    numbers = [f"N-{number}" for number in range(202)]
    for number in numbers:
        people.employed(people.person(f"Person {number}"), here, number)
    counts = []
    for some in (numbers[:2], numbers[2:]):
        with statements_sent() as statements:
            operations.exempt_people(
                hr_of(here.id), some, organisation_id=here.id, requirement_id=None, from_on=TODAY, until_on=None,
                kind="parental", reason="Agreed",
            )  # fmt: skip
        counts.append(len(statements))
    assert session.query(Exemption).count() == 202
    assert session.query(AuditEntry).filter_by(action="compliance.exempt").count() == 202
    assert counts[1] == counts[0], statements


def test_the_windows_of_a_requirement_reach_the_dates_of_awards(here: Organisation) -> None:
    """The window of sixty days was open for her before HR shortened it: it stays."""
    who = a_person("Amina", here.id, "W-1", people.station().id)
    course_id = a_course()
    requirement = required_course(here.id, course_id, window_days=60)
    earned(who, course_id, date(2026, 1, 5), TODAY + 45 * DAY)
    renewal = Renewal(who.id, course_id, None, TODAY, TODAY + 45 * DAY)
    assert reading.renewal_windows([renewal]) == {renewal: [TODAY - 15 * DAY]}
    operations.add_version(
        hr_of(here.id), requirement, effective_from=TODAY, terms=Terms(due_days=14, window_days=30), reason="Why"
    )
    assert TODAY - 15 * DAY in reading.renewal_windows([renewal])[renewal]
    stranger = renewal._replace(person_id=people.person("Stranger").id)
    found = reading.renewal_windows([renewal, stranger])
    assert (TODAY - 15 * DAY in found[renewal], found[stranger]) == (True, [])


def test_statuses_of_a_person_say_why_and_name_the_certificate(here: Organisation) -> None:
    who = a_person("Amina", here.id, "W-1", people.station().id)
    first, second = a_course(), a_course("safe-referral")
    required_course(here.id, first)
    required_course(here.id, second)
    award = earned(who, first, date(2026, 3, 1))
    rows = reading.statuses_of(who.id, TODAY)
    assert [(row.course_slug, row.status.value, row.valid_through) for row in rows] == [
        ("safe-referral", "overdue", None),
        ("safe-identification", "valid", date(2027, 2, 28)),
    ]
    assert rows[0].due_on == date(2026, 1, 15)
    assert rows[0].sentence.startswith("Was due on 15 Jan 2026")
    assert rows[1].award == f"{award.serial[:4]}-{award.serial[4:8]}-{award.serial[8:]}"
    assert reading.statuses_of(who.id, date(2025, 12, 31)) == []
