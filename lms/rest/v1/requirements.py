"""What is mandatory for whom in the organisation."""

from collections import defaultdict
from datetime import date
from typing import Any

from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.compliance.api import list_requirements_for, list_versions
from lms.people.api import list_stations
from lms.rest.endpoints import Shape, endpoint
from lms.rest.v1.queries import slugs_of_courses


class RequirementVersionEntry(Shape):
    """Who must hold the course from a day on, and by when. An empty list means all."""

    effective_from: date
    effective_through: date | None
    stations: list[str]
    sectors: list[str]
    roles: list[str]
    contracts: list[str]
    works_with_children: bool | None = Field(description="null where it does not matter.")
    due_days: int = Field(description="Days from the start of the obligation until it is due.")
    window_days: int = Field(description="Days before the end in which it can be renewed.")
    grace_days: int
    max_age: str | None = Field(description="ISO 8601 period after which an award no longer counts.")
    min_edition: int | None
    renew_by: date | None


class RequirementEntry(Shape):
    """A requirement of the organisation, or of all organisations, with its versions in the order of their days."""

    requirement_id: int
    course: str
    for_all_organisations: bool
    versions: list[RequirementVersionEntry]


class RequirementList(Shape):
    """All requirements, by course."""

    items: list[RequirementEntry]


@endpoint("GET", "/requirements", scope=TokenScope.REQUIREMENTS_READ, answer=RequirementList)
def requirements(*, caller: TokenHolder) -> RequirementList:
    """What is mandatory for whom, past, present and to come.

    Of versions that begin on one day, the last is the one that counts.
    """
    found = list_requirements_for(caller.actor)
    slugs, stations = slugs_of_courses(), {each.id: each.slug for each in list_stations()}
    versions: defaultdict[int, list[RequirementVersionEntry]] = defaultdict(list)
    for each in list_versions([one.requirement.id for one in found]):
        match: dict[str, Any] = each.match
        versions[each.requirement_id].append(
            RequirementVersionEntry(
                effective_from=each.effective_from,
                effective_through=each.effective_through,
                stations=[stations[station] for station in match.get("stations") or () if station in stations],
                sectors=match.get("sectors") or [],
                roles=match.get("roles") or [],
                contracts=match.get("contracts") or [],
                works_with_children=match.get("works_with_children"),
                due_days=each.due_days,
                window_days=each.window_days,
                grace_days=each.grace_days,
                max_age=each.max_age,
                min_edition=each.min_edition,
                renew_by=each.renew_by,
            )
        )
    return RequirementList(
        items=[
            RequirementEntry(
                requirement_id=one.requirement.id,
                course=slugs[one.requirement.course_id],
                for_all_organisations=one.requirement.organisation_id is None,
                versions=versions[one.requirement.id],
            )
            for one in found
        ]
    )
