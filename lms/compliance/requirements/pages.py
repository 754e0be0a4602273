"""What a requirement says, in words and in figures: the list of requirements and the page of one."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _

from lms.compliance import policy
from lms.compliance.projection.read import count_required_on
from lms.compliance.projection.update import is_up_to_date
from lms.compliance.report.counts import statuses_on
from lms.compliance.report.forms import CONTRACT_WORDS
from lms.compliance.requirements import queries
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.requirements.queries import ListedRequirement
from lms.compliance.source_data import names
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.names import FilterChoices
from lms.compliance.source_data.person_status import load_population
from lms.compliance.source_data.scope import Scope
from lms.kernel.actor import Actor
from lms.people.api import list_sectors
from lms.people.models import Sector


@dataclass(frozen=True, slots=True)
class DescribedVersion:
    """A version with its words: whom it asks, who recorded it, and whether it is in force on the day."""

    version: RequirementVersion
    who: str
    author: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class RequirementPage:
    """A requirement on a day: the version in force, or else the next, or else the last.

    `state` is in_force, starts or ended, `state_on` its first or last day; `caught` counts the people it asks
    today within the actor's organisations.
    """

    listed: ListedRequirement
    current: DescribedVersion
    versions: Sequence[DescribedVersion]
    state: str
    state_on: date | None
    caught: int
    may_change: bool


def list_page(actor: Actor, today: date, language: str) -> list[RequirementPage]:
    """Describes every requirement the actor may see, by course; a handful of queries."""
    listed = queries.list_requirements_for(actor)
    return _described(actor, listed, today, language)


def describe(actor: Actor, listed: ListedRequirement, today: date, language: str) -> RequirementPage:
    """Describes one requirement."""
    return _described(actor, [listed], today, language)[0]


def version_to_change(page: RequirementPage, today: date) -> RequirementVersion:
    """Returns the version that a change begins with: the one in force or else the last."""
    return page.current.version if page.current.version.effective_from <= today else page.versions[0].version


def _described(
    actor: Actor, listed: Sequence[ListedRequirement], today: date, language: str
) -> list[RequirementPage]:
    versions: defaultdict[int, list[RequirementVersion]] = defaultdict(list)
    for version in queries.list_versions_of([each.id for each in listed]):
        versions[version.requirement_id].append(version)
    authors = names.name_accounts(
        {v.recorded_by for some in versions.values() for v in some if v.recorded_by}
    )
    words = _Words(list_sectors(), names.find_choices(None), language, authors)
    caught = _caught(actor, today)
    return [
        _page(each, versions[each.id], today, words, caught[each.id], may_change=_may_change(actor, each))
        for each in listed
    ]


def _may_change(actor: Actor, listed: ListedRequirement) -> bool:
    return policy.may_change_requirement(actor, listed.requirement.organisation_id)


def _caught(actor: Actor, today: date) -> Counter[Any]:
    """Counts, by requirement, the posts it asks today among the organisations of the actor."""
    organisations = queries.asked_organisations(actor)
    if is_up_to_date(organisations):
        return count_required_on(organisations, today)
    found: Counter[Any] = Counter()
    for stood in statuses_on(load_population(Scope(organisations))[1], today, Filters()):
        found.update(asked.requirement.id for asked, _explained in stood.required)
    return found


def _page(
    listed: ListedRequirement,
    versions: Sequence[RequirementVersion],
    today: date,
    words: "_Words",
    caught: int,
    *,
    may_change: bool,
) -> RequirementPage:
    ordered = sorted(versions, key=lambda v: (v.effective_from, v.recorded_at, v.id))
    begun = [version for version in ordered if version.effective_from <= today]
    last = begun[-1] if begun else ordered[0]
    ended = last.effective_through is not None and last.effective_through < today
    waiting = [version for version in ordered if version.effective_from > today]
    if begun and not ended:
        state, current, on = "in_force", last, last.effective_through
    elif waiting:
        state, current, on = "starts", waiting[0], waiting[0].effective_from
    else:
        state, current, on = "ended", last, last.effective_through
    described = {
        each.id: words.describe(each, in_force=state == "in_force" and each is last) for each in ordered
    }
    return RequirementPage(
        listed,
        described[current.id],
        [described[each.id] for each in reversed(ordered)],
        state,
        on,
        caught,
        may_change,
    )


class _Words:
    """The names a version is described with."""

    def __init__(
        self, sectors: Sequence[Sector], choices: FilterChoices, language: str, authors: Mapping[int, str]
    ) -> None:
        self._sectors = {each.slug: each.name(language) for each in sectors}
        self._stations = {number: name for number, _slug, name in choices.stations}
        self._authors = authors

    def describe(self, version: RequirementVersion, *, in_force: bool) -> DescribedVersion:
        """Puts a version into words."""
        author = self._authors.get(version.recorded_by or 0, _("All organisations"))
        return DescribedVersion(version, self.who(version.match), author, in_force)

    def who(self, match: Mapping[str, Any]) -> str:
        """Says whom a match asks; everybody where it names nothing."""
        parts = [
            ", ".join(self._sectors.get(word, word) for word in match.get("sectors") or ()),
            ", ".join(self._stations.get(number, str(number)) for number in match.get("stations") or ()),
            ", ".join(match.get("roles") or ()),
            ", ".join(str(CONTRACT_WORDS.get(word, word)) for word in match.get("contracts") or ()),
            {None: "", True: _("works with children"), False: _("does not work with children")}[
                match.get("works_with_children")
            ],
        ]
        return " · ".join(part for part in parts if part) or _("Everybody")
