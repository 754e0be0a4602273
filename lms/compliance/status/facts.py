"""The facts from which a status is computed, and what of them was known at a moment.

Shapes follow docs/handbook/status.md, "Facts". Days are inclusive at both ends, None as a last day means
open; moments are aware. Nothing here is ever changed: a correction is another fact.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from typing import TypeAlias, TypeVar

from lms.certification.awards.rules import Period

Id: TypeAlias = int | str
"""The identity of a person, organisation, sector, course or fact: a row's number or a file's word."""
GAP_DAYS = 30
"""The longest gap that does not end an obligation, unless an installation chooses otherwise."""


@dataclass(frozen=True, slots=True)
class PlacementFact:
    """A person works for an organisation at a station, in one main sector, from day to day."""

    person: Id
    organisation: Id
    station: Id
    sector: Id
    role: Id
    contract: Id
    works_with_children: bool
    from_on: date
    through_on: date | None
    recorded_at: datetime
    also_sectors: frozenset[Id] = frozenset()
    retracted_at: datetime | None = None

    def covers(self, day: date) -> bool:
        """Returns whether the placement covers a day."""
        return self.from_on <= day and (self.through_on is None or day <= self.through_on)


@dataclass(frozen=True, slots=True)
class Match:
    """To whom a version applies: every condition given must match, an empty one matches everybody."""

    sectors: frozenset[Id] = frozenset()
    stations: frozenset[Id] = frozenset()
    roles: frozenset[Id] = frozenset()
    contracts: frozenset[Id] = frozenset()
    works_with_children: bool | None = None

    def holds(self, placement: PlacementFact) -> bool:
        """Returns whether a placement matches; a sector may be the main one or one of the others."""
        return (
            (
                not self.sectors
                or placement.sector in self.sectors
                or not self.sectors.isdisjoint(placement.also_sectors)
            )
            and (not self.stations or placement.station in self.stations)
            and (not self.roles or placement.role in self.roles)
            and (not self.contracts or placement.contract in self.contracts)
            and self.works_with_children in (None, placement.works_with_children)
        )


@dataclass(frozen=True, slots=True)
class RequirementVersionFact:
    """What a requirement says from a day on: due period, window and grace in days, limits on awards.

    `min_edition` and `renew_by` come together: awards of an older edition count through `renew_by` only.
    """

    effective_from: date
    effective_through: date | None
    due_days: int
    window_days: int
    grace_days: int
    recorded_at: datetime
    match: Match = Match()
    max_age: Period | None = None
    min_edition: int | None = None
    renew_by: date | None = None


@dataclass(frozen=True)
class RequirementFact:
    """An organisation (None: all organisations) requires its people to hold a course."""

    id: Id
    organisation: Id | None
    course: Id
    per_sector: bool
    versions: tuple[RequirementVersionFact, ...]

    def applies_in(self, organisation: Id) -> bool:
        """Returns whether the requirement is for all organisations or this one's own."""
        return self.organisation is None or self.organisation == organisation

    def version_on(self, day: date) -> RequirementVersionFact | None:
        """Returns the version in force: the latest to take effect, then later recorded, unless it ended."""
        starts, versions = self._in_order
        place = bisect_right(starts, day)
        if not place:
            return None
        version = versions[place - 1]
        return version if version.effective_through is None or day <= version.effective_through else None

    @cached_property
    def _in_order(self) -> tuple[list[date], list[RequirementVersionFact]]:
        versions = sorted(self.versions, key=lambda v: (v.effective_from, v.recorded_at))
        return [version.effective_from for version in versions], versions


@dataclass(frozen=True, slots=True)
class AwardFact:
    """A person earned a course, or one sector of a per-sector course, on a day; its dates are frozen."""

    id: Id
    person: Id
    course: Id
    sector: Id | None
    edition: int
    earned_on: date
    valid_until: date
    recorded_at: datetime
    supersedes: Id | None = None


@dataclass(frozen=True, slots=True)
class RevocationFact:
    """An award stops counting on a day."""

    award: Id
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class ExemptionFact:
    """A person need not meet a requirement, or (None) any, from day to day, in one organisation or (None) in all."""

    person: Id
    requirement: Id | None
    from_on: date
    until_on: date | None
    recorded_at: datetime
    organisation: Id | None = None
    retracted_at: datetime | None = None

    def covers(self, day: date) -> bool:
        """Returns whether the exemption covers a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True)
class ProgressFact:
    """A person attempted or completed something of a course on a day; without a sector it counts for all."""

    person: Id
    course: Id
    sector: Id | None
    on: date
    recorded_at: datetime


PersonFact: TypeAlias = PlacementFact | AwardFact | ExemptionFact | ProgressFact
OneFact = TypeVar("OneFact", bound=PersonFact)


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that bears on some people's status.

    `gap_days` is the installation's choice: the longest gap, in days, that does not end an obligation.
    """

    placements: Sequence[PlacementFact] = ()
    requirements: Sequence[RequirementFact] = ()
    awards: Sequence[AwardFact] = ()
    revocations: Sequence[RevocationFact] = ()
    exemptions: Sequence[ExemptionFact] = ()
    progress: Sequence[ProgressFact] = ()
    gap_days: int = GAP_DAYS


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What is known about one person: the awards that count, and by award the first day it is revoked."""

    placements: Sequence[PlacementFact] = ()
    awards: Sequence[AwardFact] = ()
    revoked_on: Mapping[Id, date] = field(default_factory=dict)
    exemptions: Sequence[ExemptionFact] = ()
    progress: Sequence[ProgressFact] = ()


def known(facts: Facts, known_as_of: datetime | None = None) -> Facts:
    """Returns the facts known at a moment, without the awards that a known successor replaces.

    Known is what was recorded by then and not retracted by then; None means everything recorded and not
    retracted.
    """

    def seen(fact: PersonFact | RequirementVersionFact | RevocationFact) -> bool:
        retracted_at: datetime | None = getattr(fact, "retracted_at", None)
        if known_as_of is None:
            return retracted_at is None
        return fact.recorded_at <= known_as_of and (retracted_at is None or retracted_at > known_as_of)

    awards = list(filter(seen, facts.awards))
    replaced = {award.supersedes for award in awards if award.supersedes is not None}
    return Facts(
        placements=list(filter(seen, facts.placements)),
        requirements=facts.requirements
        if known_as_of is None
        else [
            replace(requirement, versions=tuple(filter(seen, requirement.versions)))
            for requirement in facts.requirements
        ],
        awards=[award for award in awards if award.id not in replaced],
        revocations=list(filter(seen, facts.revocations)),
        exemptions=list(filter(seen, facts.exemptions)),
        progress=list(filter(seen, facts.progress)),
        gap_days=facts.gap_days,
    )


def by_person(facts: Facts) -> dict[Id, PersonFacts]:
    """Returns the facts of each person who has a placement; `facts` are those of `known`."""
    awards, exemptions, progress = _grouped(facts.awards), _grouped(facts.exemptions), _grouped(facts.progress)
    revoked_on: dict[Id, date] = {}
    for revocation in facts.revocations:
        revoked_on[revocation.award] = min(revoked_on.get(revocation.award, date.max), revocation.effective_on)
    return {
        person: PersonFacts(
            of_person, awards.get(person, ()), revoked_on, exemptions.get(person, ()), progress.get(person, ())
        )
        for person, of_person in _grouped(facts.placements).items()
    }


def _grouped(facts: Iterable[OneFact]) -> Mapping[Id, Sequence[OneFact]]:
    found: defaultdict[Id, list[OneFact]] = defaultdict(list)
    for fact in facts:
        found[fact.person].append(fact)
    return found
