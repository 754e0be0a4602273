"""A verified report names the later facts that bear on its day: whose, what, when, by whom and why."""

from datetime import UTC, date, datetime

from flask import Flask

from lms.compliance.report.later_facts import count_recorded_since, list_recorded_since
from lms.compliance.requirements import operations as requirements
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock, using
from lms.people.api import end_placement
from tests.factories import people as make
from tests.factories.compliance import a_course, earned, hr_of, required_course, revoked

DAY = date(2026, 6, 30)
THEN, LATER = datetime(2026, 7, 1, 9, tzinfo=UTC), datetime(2026, 8, 3, 9, tzinfo=UTC)


def test_each_kind_that_bears_on_the_day_is_named(app_context: Flask) -> None:
    with using(FixedClock(THEN)):
        make.sectors()
        here, there, place = make.organisation(), make.organisation("hill-aid"), make.station()
        course = a_course()
        requirement = required_course(here.id, course)
        noor, left, foreign = (make.person(name) for name in ("Noor", "Left", "Foreign"))
        employment = make.employed(left, here, "W-2")
        make.placed(make.employed(noor, here), place)
        placement = make.placed(employment, place)
        make.placed(make.employed(foreign, there), place)
        award = earned(noor, course, date(2026, 2, 1))
    with using(FixedClock(LATER)):
        hr = hr_of(here.id)
        end_placement(SYSTEM, placement, employment, date(2026, 5, 31), reason="Told late")
        revoked(award, date(2026, 6, 1))
        requirements.exempt(
            hr, person_id=left.id, requirement_id=requirement.id, organisation_id=here.id,
            from_on=date(2026, 6, 1), until_on=date(2026, 7, 31), kind="leave", reason="Maternity",
        )  # fmt: skip
        requirements.exempt(
            hr, person_id=noor.id, requirement_id=requirement.id, organisation_id=here.id,
            from_on=date(2026, 9, 1), until_on=date(2026, 9, 30), kind="leave", reason="Of another day",
        )  # fmt: skip
        earned(foreign, course, date(2026, 6, 1))
    found = list_recorded_since([here.id], THEN, DAY)
    assert {(fact.kind, fact.name) for fact in found} == {
        ("placements_withdrawn", "Left"),
        ("revocations", "Noor"),
        ("exemptions", "Left"),
    }
    assert "Maternity" in {fact.reason for fact in found}
    assert {fact.at for fact in found} == {LATER}
    assert list_recorded_since([here.id], LATER, DAY) == []


def test_nothing_of_another_organisations_placements_exemptions_and_reasons(app_context: Flask) -> None:
    with using(FixedClock(THEN)):
        make.sectors()
        here, there, place = make.organisation(), make.organisation("hill-aid"), make.station()
        course, both = a_course(), make.person("Both")
        theirs = required_course(there.id, course)
        make.placed(make.employed(both, here), place)
        award = earned(both, course, date(2026, 2, 1), organisation_id=there.id)
    with using(FixedClock(LATER)):
        make.placed(make.employed(both, there, "H-1"), place)
        revoked(award, date(2026, 6, 1))
        requirements.exempt(
            hr_of(there.id), person_id=both.id, requirement_id=theirs.id, organisation_id=there.id,
            from_on=date(2026, 6, 1), until_on=None, kind="sick", reason="Ill",
        )  # fmt: skip
    assert [(fact.kind, fact.reason) for fact in list_recorded_since([here.id], THEN, DAY)] == [("revocations", "")]
    assert count_recorded_since([here.id], THEN) == {"revocations": 1}
    assert {(fact.kind, fact.reason) for fact in list_recorded_since([there.id], THEN, DAY)} == {
        ("placements", ""), ("revocations", "Never sat"), ("exemptions", "Ill"),
    }  # fmt: skip
