"""The effect of a requirement before it is recorded: people it applies to, and the rate without and with it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction

from lms.catalogue.api import course_by_id
from lms.compliance.projection.read import sample_of
from lms.compliance.report.count_backends import MOST_COMPUTED_INLINE
from lms.compliance.report.counts import StatusCounts
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.compliance.requirements.operations import Terms
from lms.compliance.requirements.queries import organisations_in_scope
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts, version_fact
from lms.compliance.source_data.population import PostStatus, posts_of, statuses_on
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.facts import RequirementFact
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.errors import require_found
from lms.people.api import list_sectors

SAMPLE_SIZE = 2000
"""People in the sample of a large installation: rates are then known to a point or two."""

NEW_ID = 0
"""The id of a requirement that is not recorded yet."""


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect on some people: how many of them it applies to, and their compliant share without and with it."""

    applies_to: int
    rate_before: Fraction | None
    rate_after: Fraction | None


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of a version on its first day or today, whichever is later; `sectors` by slug.

    In a large installation it is estimated from an even sample: `sampled` of `people`.
    """

    day: date
    total: Effect
    sectors: Mapping[str, Effect]
    sampled: int
    people: int


def preview(actor: Actor, requirement: Requirement, effective_from: date, terms: Terms) -> Preview:
    """Computes the effect of a new requirement (without an id yet) or of a new version of one; records nothing."""
    owner = requirement.organisation_id
    organisations = organisations_in_scope(actor) if owner is None else frozenset({owner})
    sample, people = sample_of(organisations, MOST_COMPUTED_INLINE, SAMPLE_SIZE)
    facts = load_facts(Scope(organisations, sample)).facts
    version = version_fact(RequirementVersion(effective_from=effective_from, recorded_at=clock.now(), **asdict(terms)))
    number = requirement.id or NEW_ID
    requirements = [
        replace(each, versions=(*each.versions, version)) if each.id == number else each for each in facts.requirements
    ]
    if number == NEW_ID:
        course = require_found(course_by_id(requirement.course_id))
        requirements.append(RequirementFact(NEW_ID, owner, course.course_id, course.per_sector, (version,)))
    day = max(effective_from, clock.today(actor.time_zone))
    before = statuses_on(posts_of(facts), day, Filters())
    after = statuses_on(posts_of(replace(facts, requirements=requirements)), day, Filters())
    scale = Fraction(people, len(sample)) if sample else Fraction(1)

    def effect(sector: str | None = None) -> Effect:
        posts = [each for each in after if sector in (None, each.placement.sector)]
        return Effect(
            round(scale * sum(one.requirement.id == number for each in posts for one, _explained in each.required)),
            _rate(each for each in before if sector in (None, each.placement.sector)),
            _rate(posts),
        )

    found = {str(each.placement.sector) for each in after}
    listed = dict.fromkeys([*(each.slug for each in list_sectors()), *sorted(found)])
    return Preview(
        day,
        effect(),
        {sector: effect(sector) for sector in listed if sector in found},
        sampled=people if sample is None else len(sample),
        people=people,
    )


def _rate(posts: Iterable[PostStatus]) -> Fraction | None:
    return StatusCounts.added(Counter(each.overall for each in posts)).rate
