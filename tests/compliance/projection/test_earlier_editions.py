"""Who meets requirements by an earlier edition, and until when: counted by the database, each person once."""

from collections.abc import Mapping
from datetime import timedelta

import pytest
from flask import Flask

from lms.catalogue.models import Edition
from lms.compliance.api import EarlierCertificates, count_earlier_certificates
from lms.compliance.projection.update import begin
from lms.compliance.requirements.models import Requirement
from lms.compliance.requirements.operations import Terms, add_version
from lms.kernel.db import reading, session, unit_of_work
from tests.factories import people
from tests.factories.compliance import TODAY, a_course, a_person, earned, hr_of, required_course, revoked

COPIED = ("course_id", "pass_mark", "draw", "tries", "pause", "modules", "keys_digest", "recorded_at")
pytestmark = pytest.mark.usefixtures("fixed_clock")


def test_people_are_counted_by_what_ends_their_certificate(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            people.sectors()
            here, there, where = people.organisation(), people.organisation("hill-aid"), people.station()
            course, other = a_course(), a_course("safe-referral")
            first = session.query(Edition).filter_by(course_id=course).one()
            newer = Edition(number=2, **{name: getattr(first, name) for name in COPIED})
            session.add(newer)
            session.flush()
            for number, days in enumerate((10, 90, 91, 365, 366, -1)):
                at = there if number == 2 else here
                who = a_person(f"Person {number}", at.id, f"P-{number}", where.id)
                earned(who, course, TODAY - timedelta(days=100), TODAY + timedelta(days=days))
                if number == 0:
                    # Of two organisations, and yet one person.
                    people.placed(people.employed(who, there, "P-0"), where)
            lost = a_person("Lost", here.id, "P-7", where.id)
            revoked(earned(lost, course, TODAY - timedelta(days=9)), TODAY)
            earned(a_person("Newer", here.id, "P-8", where.id), course, TODAY, edition_id=newer.id)
            earned(a_person("Other", here.id, "P-9", where.id), other, TODAY)
            mine = required_course(here.id, course).id
            required_course(there.id, course)
            required_course(None, other)

        def count(edition: int = 2) -> Mapping[int | None, EarlierCertificates] | None:
            with reading():
                return count_earlier_certificates(course, edition, TODAY)

        assert count(1) == {None: EarlierCertificates()}
        here_now, there_now = EarlierCertificates(4, 2, 3), EarlierCertificates(2, 1, 2)
        assert count() == {here.id: here_now, there.id: there_now, None: EarlierCertificates(5, 2, 4)}
        # From tomorrow on: whose certificate ends on day 90 or earlier renews then anyway.
        with unit_of_work():
            terms = Terms(due_days=14, min_edition=2, renew_by=TODAY + timedelta(days=90))
            requirement = session.get_one(Requirement, mine)
            add_version(
                hr_of(here.id), requirement, effective_from=TODAY + timedelta(days=1), terms=terms, reason="New"
            )
        must_renew = {(TODAY + timedelta(days=90), 2): 2}
        assert count() == {
            here.id: EarlierCertificates(4, 2, 3, must_renew),
            there.id: there_now,
            None: EarlierCertificates(5, 2, 4, must_renew),
        }
        later = count(3) or {}
        assert [found.renew_by for found in later.values()] == [{}] * 3
        with unit_of_work():
            begin(None, "inputs")
        assert count() is None
