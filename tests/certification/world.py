"""Courses, attempts and awards for tests. Call inside an application context with the session ready to write."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from lms.assessment.models import Attempt
from lms.catalogue.api import PublishedCourse, load_course_revision
from lms.catalogue.models import Course, CourseRevision, Edition, Publication
from lms.certification.awards import operations
from lms.certification.awards.snapshot import EarnedAward, Issuer
from lms.certification.models import Award
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session
from lms.people.models import Person

TITLE = "Safe identification of abuse, neglect, exploitation and violence"
ISSUER = Issuer(product="Every Sector", address="https://training.example.org", time_zone="Asia/Amman")
LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)


def course(slug: str = "safe-identification", *, number: int = 1, **changes: Any) -> PublishedCourse:
    """Publishes a course: `validity`, `renewal`, `per_sector` and any other word of it can be given."""
    words = {
        "validity": "P1Y",
        "renewal": "",
        "title": TITLE,
        "code": "CP-ID",
        "per_sector": False,
        "meta": {"languages": ["en"]},
    } | changes
    session.add(published := Publication(recorded_at=LONG_AGO, counts={}))
    session.add(stored := Course(slug=slug, recorded_at=LONG_AGO))
    session.flush()
    edition = Edition(
        course_id=stored.id, number=number, per_sector=words["per_sector"], pass_mark=80, draw=12, tries=2,
        pause="PT24H", modules=["four-words-for-harm"], keys_digest="0" * 64, recorded_at=LONG_AGO,
    )  # fmt: skip
    session.add(edition)
    session.flush()
    revision = CourseRevision(
        course_id=stored.id, edition_id=edition.id, publication_id=published.id, digest="0" * 64,
        title=words["title"], summary="Notice, respond, tell.", code=words["code"], validity=words["validity"],
        renewal=words["renewal"], certificate="standard", meta=words["meta"], recorded_at=LONG_AGO,
    )  # fmt: skip
    session.add(revision)
    session.flush()
    stored.current_revision_id = revision.id
    session.flush()
    found = load_course_revision(revision.id)
    assert found is not None
    return found


def passed_attempt(who: Person, of: PublishedCourse, at: datetime | None = None, **changes: Any) -> Attempt:
    """Records a passed attempt."""
    moment = at or clock.now()
    values: dict[str, Any] = {
        "person_id": who.id, "course_id": of.course_id, "edition_id": of.edition_id,
        "course_revision_id": of.revision_id, "language": "en", "questions": [], "seed": "s",
        "started_at": moment - timedelta(minutes=10), "submitted_at": moment, "score": 92,
        "red_lines_right": True, "passed": True, "grades": [],
    }  # fmt: skip
    session.add(attempt := Attempt(**(values | changes)))
    session.flush()
    return attempt


def earned(who: Person, of: PublishedCourse, on: date | str, **changes: Any) -> Award:
    """Issues an award earned on a day, with the clock at its noon unless a moment is given by `recorded_at`."""
    day = on if isinstance(on, date) else date.fromisoformat(on)
    noon = datetime(day.year, day.month, day.day, 9, 0, tzinfo=UTC)
    values: dict[str, Any] = {
        "person_id": who.id, "course": of, "sector": None, "earned_at": noon, "how": "quiz", "score": 92,
    }  # fmt: skip
    with clock.using(clock.FixedClock(changes.pop("recorded_at", noon))):
        return operations.issue(SYSTEM, EarnedAward(**(values | changes)), ISSUER)
