"""Requirements, awards and people, recorded through the packages' own operations where they have them.

Clock: 22 November 2026, 09:00 UTC. Rivers Relief and Hill Aid both ask their people for the first of two courses.
"""

from datetime import UTC, date, datetime, timedelta
from itertools import count

from lms.catalogue.models import Course, CourseRevision
from lms.certification.events import awards_changed
from lms.certification.models import Award, AwardName, Revocation
from lms.compliance.requirements import operations
from lms.compliance.requirements.models import Requirement
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.clock import FixedClock
from lms.kernel.db import session
from lms.people.models import Person
from tests.factories import people
from tests.factories.stored_facts import course

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
TODAY = NOW.date()
_serials = count(1)

at_noon = FixedClock(NOW)


def hr_of(*organisation_ids: int) -> Actor:
    """An HR officer of some organisations, without an account."""
    return Actor(account_id=1, name="Hana", scopes={Role.LEARNER: None, Role.HR: frozenset(organisation_ids)})


ADMIN = Actor(account_id=2, name="Root", scopes={Role.LEARNER: None, Role.ADMIN: None})
KARIM = Actor(account_id=3, name="Karim", scopes={Role.LEARNER: None, Role.COORDINATOR: None})


def required_course(
    organisation_id: int | None, course_id: int, effective_from: date = date(2026, 1, 1), **terms: object
) -> Requirement:
    """Records a requirement, fourteen days to meet it."""
    values: dict[str, object] = {"due_days": 14}
    return operations.make_requirement(
        SYSTEM if organisation_id is None else hr_of(organisation_id),
        organisation_id=organisation_id,
        course_id=course_id,
        effective_from=effective_from,
        terms=operations.Terms(**(values | terms)),  # type: ignore[arg-type]
        reason="Agreed with the cluster",
        past_accepted=True,
    )


def earned(who: Person, course_id: int, earned_on: date, valid_until: date | None = None, **changes: object) -> Award:
    """Records an award, valid for a year where nothing else is said."""
    revision = session.query(CourseRevision).filter_by(course_id=course_id).order_by(CourseRevision.id).first()
    assert revision is not None
    number = next(_serials)
    values: dict[str, object] = {
        "serial": f"{number:013d}",
        "person_id": who.id,
        "course_id": course_id,
        "edition_id": revision.edition_id,
        "course_revision_id": revision.id,
        "how": "import",
        "earned_on": earned_on,
        "valid_from": earned_on,
        "valid_until": valid_until or earned_on + timedelta(days=364),
        "zone": "UTC",
        "date_inputs": {},
        "printed": {"course": revision.title},
        "recorded_at": clock.now(),
    }
    award = Award(**(values | changes))
    session.add(award)
    session.flush()
    session.add(AwardName(award_id=award.id, name=who.name))
    session.flush()
    awards_changed.send(None, awards={award.id}, persons={award.person_id})
    return award


def revoked(award: Award, effective_on: date) -> Revocation:
    """Records a revocation."""
    revocation = Revocation(award_id=award.id, effective_on=effective_on, reason="Never sat", recorded_at=clock.now())
    session.add(revocation)
    session.flush()
    awards_changed.send(None, awards={award.id}, persons={award.person_id})
    return revocation


def a_course(slug: str = "safe-identification") -> int:
    """Publishes a course, once."""
    known = session.query(Course).filter_by(slug=slug).one_or_none()
    return known.id if known else course(slug)


def a_person(
    name: str, organisation_id: int, number: str, station_id: int, sector: str = "wash", **placement: object
) -> Person:
    """Records a person with an employment and a placement since 1 January 2026."""
    who = people.person(name)
    here, where = (
        session.get_one(people.Organisation, organisation_id),
        session.get_one(people.DutyStation, station_id),
    )
    people.placed(people.employed(who, here, number), where, sector, **placement)  # type: ignore[arg-type]
    return who


def hill_aid() -> people.Organisation:
    """Hill Aid beside the small organisation, with Omar (H-1), its HR, at the same station."""
    organisation, omar = people.organisation("hill-aid"), people.person("Omar Said", "omar@demo.example")
    station = session.query(people.DutyStation).one()
    people.placed(people.employed(omar, organisation, "H-1"), station, "health")
    people.account(omar, Role.HR, at=organisation)
    return organisation
