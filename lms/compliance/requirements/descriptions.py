"""Requirements as pages show them: state, versions in words, and how many people they apply to."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from lms.compliance import policy
from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.read import count_required_on
from lms.compliance.requirements import queries
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.requirements.queries import ListedRequirement
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.population import load_population, statuses_on
from lms.compliance.source_data.scope import Scope
from lms.kernel.actor import Actor
from lms.people.api import CONTRACT_LABELS, list_stations, sector_names


@dataclass(frozen=True, slots=True)
class DescribedVersion:
    """A version with whom it applies to in words."""

    version: RequirementVersion
    audience: str


@dataclass(frozen=True, slots=True)
class DescribedRequirement:
    """A requirement on a day; `current` is the version in force, else the next one, else the last one.

    `state` is in_force, starts or ended, and `state_on` the last day, the first day or the last day. `versions` has
    the latest first. `people` counts those it applies to in the actor's organisations.
    """

    listed: ListedRequirement
    current: DescribedVersion
    versions: Sequence[DescribedVersion]
    state: str
    state_on: date | None
    people: int
    may_change: bool


def describe_requirements(
    actor: Actor, listed: Sequence[ListedRequirement], today: date, language: str
) -> list[DescribedRequirement]:
    """Describes requirements in their order, in a handful of queries."""
    versions: defaultdict[int, list[RequirementVersion]] = defaultdict(list)
    for version in queries.list_versions([each.requirement.id for each in listed]):
        versions[version.requirement_id].append(version)
    sectors = sector_names(language)
    stations = {each.id: each.name for each in list_stations()}
    people = _count_people(actor, today)
    found = []
    for each in listed:
        number = each.requirement.id
        state, current = _find_state(versions[number], today)
        described = [
            DescribedVersion(version, _audience(version.match, sectors, stations))
            for version in reversed(versions[number])
        ]
        found.append(
            DescribedRequirement(
                each,
                current=next(one for one in described if one.version is current),
                versions=described,
                state=state,
                state_on=current.effective_from if state == "starts" else current.effective_through,
                people=people[number],
                may_change=policy.may_change_requirement(actor, each.requirement.organisation_id),
            )
        )
    return found


def _find_state(versions: Sequence[RequirementVersion], today: date) -> tuple[str, RequirementVersion]:
    """Returns the state of a requirement and its current version, from the versions in order."""
    begun = [version for version in versions if version.effective_from <= today]
    if begun and (begun[-1].effective_through is None or begun[-1].effective_through >= today):
        return "in_force", begun[-1]
    later = versions[len(begun) :]
    return ("starts", later[0]) if later else ("ended", begun[-1])


def _count_people(actor: Actor, today: date) -> Counter[Any]:
    """Counts the people each requirement applies to, by its id, in the organisations of the actor."""
    organisations = queries.organisations_in_scope(actor)
    if is_up_to_date(organisations):
        return count_required_on(organisations, today)
    _loaded, population = load_population(Scope(organisations))
    return Counter(
        obligation.requirement.id
        for each in statuses_on(population, today, Filters())
        for obligation, _explained in each.required
    )


def _audience(match: Mapping[str, Any], sectors: Mapping[str, str], stations: Mapping[int, str]) -> str:
    """Returns whom a match applies to, with the names of sectors and stations; everybody where it names nothing."""
    children = {None: "", True: _("works with children"), False: _("does not work with children")}
    parts = (
        ", ".join(sectors.get(slug, slug) for slug in match.get("sectors") or ()),
        ", ".join(stations.get(station, str(station)) for station in match.get("stations") or ()),
        ", ".join(match.get("roles") or ()),
        ", ".join(str(CONTRACT_LABELS.get(each, each)) for each in match.get("contracts") or ()),
        children[match.get("works_with_children")],
    )
    return " · ".join(filter(None, parts)) or _("Everybody")
