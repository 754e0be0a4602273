"""Many invented people at once, written as rows: for what has to stay quick, and for looking at the pages."""

from datetime import UTC, date, datetime, timedelta
from random import Random

from sqlalchemy import insert

from lms.catalogue.models import CourseRevision
from lms.certification.models import Award, AwardName, Revocation
from lms.compliance.requirements.models import Exemption
from lms.kernel.db import session
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from tests.factories.compliance import TODAY
from tests.factories.people import SECTORS

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)
ROLES = ("promoter", "driver", "guard", "teacher", "nurse", "officer")


def crowd(
    here: Organisation,
    stations: list[DutyStation],
    course_ids: list[int],
    *,
    people: int,
    requirement_ids: list[int],
    seed: int = 1,
    first_number: int = 0,
) -> None:
    """Adds people who joined over eighteen months, moved, left, earned, let lapse, were exempt."""
    pick = Random(seed)
    revisions = {
        number: session.query(CourseRevision).filter_by(course_id=number).order_by(CourseRevision.id).first()
        for number in course_ids
    }
    persons = [Person(name=f"Person {first_number + n}", recorded_at=LONG_AGO) for n in range(people)]
    session.add_all(persons)
    session.flush()
    employments = [
        Employment(
            person_id=each.id, organisation_id=here.id, staff_number=f"C-{first_number + n}", recorded_at=LONG_AGO
        )
        for n, each in enumerate(persons)
    ]
    session.add_all(employments)
    session.flush()
    placements, awards, exemptions = [], [], []
    for n, (who, employment) in enumerate(zip(persons, employments, strict=True)):
        start = TODAY - timedelta(days=pick.randrange(5, 540))
        sector = pick.choice(SECTORS)
        moved = start + timedelta(days=pick.randrange(20, 300)) if pick.random() < 0.2 else None
        leaves = pick.random() < 0.08 and start < TODAY - timedelta(days=120)
        left = TODAY - timedelta(days=pick.randrange(1, 90)) if leaves else None
        spans = [(start, left)]
        if moved and (not left or moved <= left):
            spans = [(start, moved - timedelta(days=1)), (moved, left)]
        for first, last in spans:
            placements.append(
                {
                    "employment_id": employment.id, "station_id": pick.choice(stations).id, "sector": sector,
                    "also_sectors": [], "role": pick.choice(ROLES), "contract": "staff",
                    "works_with_children": pick.random() < 0.5, "from_on": first, "through_on": last,
                    "recorded_at": LONG_AGO,
                }
            )  # fmt: skip
            sector = pick.choice(SECTORS)
        for number in course_ids:
            if pick.random() < 0.82:
                earned = start + timedelta(days=pick.randrange(0, 45))
                for _ in range(3):
                    if earned > TODAY:
                        break
                    awards.append(award_row(who.id, number, revisions[number], earned))
                    if pick.random() < 0.25:
                        break
                    earned += timedelta(days=pick.randrange(320, 380))
        if n % 50 == 0 and requirement_ids:
            exemptions.append(
                {
                    "person_id": who.id, "requirement_id": pick.choice(requirement_ids), "organisation_id": here.id,
                    "from_on": TODAY - timedelta(days=20), "until_on": TODAY + timedelta(days=60), "kind": "leave",
                    "reason": "Parental leave", "evidence": "", "recorded_at": LONG_AGO,
                }
            )  # fmt: skip
    session.execute(insert(Placement), placements)
    numbers = [session.execute(insert(Award).values(row).returning(Award.id)).scalar_one() for row in awards]
    session.execute(insert(AwardName), [{"award_id": number, "name": "Somebody"} for number in numbers])
    if exemptions:
        session.execute(insert(Exemption), exemptions)
    revoked = [
        {"award_id": number, "effective_on": TODAY - timedelta(days=9), "reason": "Never sat", "recorded_at": LONG_AGO}
        for number in numbers[::97]
    ]
    if revoked:
        session.execute(insert(Revocation), revoked)
    session.flush()


_serials = iter(range(10**6, 10**9))


def award_row(person_id: int, course_id: int, revision: CourseRevision | None, earned: date) -> dict[str, object]:
    assert revision is not None
    return {
        "serial": f"{next(_serials):013d}", "person_id": person_id, "course_id": course_id,
        "edition_id": revision.edition_id, "course_revision_id": revision.id, "how": "import",
        "earned_on": earned, "zone": "UTC", "valid_from": earned, "valid_until": earned + timedelta(days=364),
        "date_inputs": {}, "printed": {"course": revision.title}, "evidence": "",
        "recorded_at": datetime(earned.year, earned.month, earned.day, 12, tzinfo=UTC),
    }  # fmt: skip
