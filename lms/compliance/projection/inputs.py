"""What statuses depend on beside the facts about people: settings, time zones, and which courses are per sector."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from lms.catalogue.models import Course, CourseRevision, Edition
from lms.compliance.projection.counts.snapshots import list_unfinished, read_state
from lms.compliance.requirements.models import Requirement
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.kernel.config import current_settings
from lms.kernel.db import read_rows
from lms.people.models import DutyStation


@dataclass(frozen=True, slots=True)
class ProjectionInputs:
    """The inputs of the projection: a digest of settings and time zones, and whether each course was per sector."""

    digest: str = ""
    kinds: Mapping[int, bool] = field(default_factory=dict)

    def written(self) -> str:
        """Returns the text stored in a row, such as "ab12… 3:0 8:1"; empty before anything was projected."""
        return " ".join([self.digest, *(f"{course}:{int(kind)}" for course, kind in sorted(self.kinds.items()))])

    @classmethod
    def read(cls, text: str) -> "ProjectionInputs":
        """Reads what `written` wrote."""
        digest, *pairs = text.split(" ")
        kinds = (pair.split(":") for pair in pairs)
        return cls(digest, {int(course): kind == "1" for course, kind in kinds})

    def holds(self, now: "ProjectionInputs") -> bool:
        """Returns whether these inputs still hold; a course that was not required then does not matter."""
        return self.digest == now.digest and all(
            self.kinds.get(course, kind) == kind for course, kind in now.kinds.items()
        )


# Asked with every report and every write, and built once.
_ZONES = select(DutyStation.id, DutyStation.time_zone).order_by(DutyStation.id)
_KINDS = (
    select(Course.id, Edition.per_sector)
    .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
    .outerjoin(Edition, Edition.id == CourseRevision.edition_id)
    .where(Course.id.in_(select(Requirement.course_id)))
)


def inputs_now() -> ProjectionInputs:
    """Returns what statuses depend on now beside the facts, in two queries."""
    settings = current_settings()
    zones, courses = read_rows(_ZONES), read_rows(_KINDS)
    digested = (DEFINITIONS_VERSION, settings.gap_days, settings.time_zone, [*map(tuple, zones)])
    digest = hashlib.sha256(repr(digested).encode()).hexdigest()
    return ProjectionInputs(digest, {course: bool(kind) for course, kind in courses})


def is_current() -> bool:
    """Returns whether the projection was computed with the present settings, time zones and kinds of courses."""
    return ProjectionInputs.read(read_state().inputs).holds(inputs_now())


def is_up_to_date(organisations: Collection[int] | None) -> bool:
    """Returns whether the projection of some organisations (None: of all) is complete and current."""
    return not list_unfinished(organisations) and is_current()
