"""What a requirement would do before it is recorded: whom it asks, and the rates without and with it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from lms.certification.api import parse_period
from lms.compliance.projection.read import sample_of
from lms.compliance.report.count_backends import MOST_COMPUTED_INLINE
from lms.compliance.report.counts import PostStatus, StatusCounts, statuses_on
from lms.compliance.requirements.operations import Terms
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import CourseTitle, match_of
from lms.compliance.source_data.person_status import load_facts
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Scope
from lms.compliance.status import api as rules
from lms.kernel import clock

SAMPLE = 2000
"""How many people a preview looks at in a large house: rates are then known to a point or two."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change would do in one sector on a day: people it asks, and the rate without and with it."""

    sector: str
    caught: int
    people: int
    before: Fraction | None
    after: Fraction | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What a version would do on its first day or today, whichever is later; nothing of it is recorded.

    In a large house it is worked out for some people, spread evenly, and said of all: `looked_at` of `people`.
    """

    day: date
    total: Consequence
    sectors: Sequence[Consequence]
    looked_at: int
    people: int

    @property
    def estimated(self) -> bool:
        """Says whether the numbers are those of some people, multiplied."""
        return self.looked_at < self.people


def preview(
    organisations: frozenset[int] | None,
    *,
    requirement_id: int | None,
    organisation_id: int | None,
    course: CourseTitle,
    effective_from: date,
    terms: Terms,
    sectors: Sequence[str],
    today: date,
) -> Preview:
    """Works out what a first version (no requirement yet) or a later one would do among some organisations."""
    some, people = sample_of(organisations, MOST_COMPUTED_INLINE, SAMPLE)
    facts = load_facts(Scope(organisations, some)).facts
    times = Fraction(people, len(some)) if some else Fraction(1)
    changed = _changed(
        facts.requirements, requirement_id, organisation_id, course, _version(effective_from, terms)
    )
    day = max(effective_from, today)
    before = statuses_on(Population(facts), day, Filters())
    after = statuses_on(Population(replace(facts, requirements=changed)), day, Filters())
    here = [str(each.placement.sector) for each in after]
    listed = [*sectors, *sorted(set(here) - set(sectors))]
    return Preview(
        day,
        _consequence("", before, after, requirement_id or 0, times),
        [
            _consequence(sector, _within(before, sector), _within(after, sector), requirement_id or 0, times)
            for sector in listed
            if sector in here
        ],
        looked_at=people if some is None else len(some),
        people=people,
    )


def _changed(
    requirements: Sequence[rules.RequirementFact],
    requirement_id: int | None,
    organisation_id: int | None,
    course: CourseTitle,
    version: rules.RequirementVersionFact,
) -> list[rules.RequirementFact]:
    if requirement_id is None:
        made = rules.RequirementFact(0, organisation_id, course.course_id, course.per_sector, (version,))
        return [*requirements, made]
    return [
        replace(each, versions=(*each.versions, version)) if each.id == requirement_id else each
        for each in requirements
    ]


def _version(effective_from: date, terms: Terms) -> rules.RequirementVersionFact:
    return rules.RequirementVersionFact(
        effective_from=effective_from,
        effective_through=None,
        due_days=terms.due_days,
        window_days=terms.window_days,
        grace_days=terms.grace_days,
        recorded_at=clock.now(),
        match=match_of(terms.match),
        max_age=None if terms.max_age is None else parse_period(terms.max_age),
        min_edition=terms.min_edition,
        renew_by=terms.renew_by,
    )


def _within(stood: Sequence[PostStatus], sector: str) -> list[PostStatus]:
    return [each for each in stood if each.placement.sector == sector]


def _consequence(
    sector: str,
    before: Sequence[PostStatus],
    after: Sequence[PostStatus],
    requirement: rules.Id,
    times: Fraction,
) -> Consequence:
    caught = sum(any(asked.requirement.id == requirement for asked, _ in each.required) for each in after)
    return Consequence(
        sector,
        round(caught * times),
        round(len(after) * times),
        StatusCounts.of(each.overall for each in before).rate,
        StatusCounts.of(each.overall for each in after).rate,
    )
