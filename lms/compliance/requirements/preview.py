"""The effect of a requirement before it is recorded: people it applies to, and the rate without and with it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from fractions import Fraction

from lms.catalogue.api import course_by_id
from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.read import PostId, list_statuses_on, sample_of
from lms.compliance.report.count_backends import MOST_COMPUTED_INLINE
from lms.compliance.report.counts import StatusCounts
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.compliance.requirements.operations import Terms
from lms.compliance.requirements.queries import organisations_in_scope
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts, version_fact
from lms.compliance.source_data.population import posts_of, statuses_on
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus, overall
from lms.compliance.status.facts import Facts, RequirementFact
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
    day = max(effective_from, clock.today(actor.time_zone))
    planned = next((each for each in facts.requirements if each.id == number), None)
    if planned is None:
        course = require_found(course_by_id(requirement.course_id))
        planned = RequirementFact(NEW_ID, owner, course.course_id, course.per_sector, ())
    others, present = _statuses_without(number, facts, organisations, sample, day)
    planned = replace(planned, versions=(*planned.versions, version))
    posts = [
        _Compared(
            str(each.placement.sector),
            bool(each.required),
            present.get(post_id, TrainingStatus.NOT_REQUIRED),
            overall([*others.get(post_id, ()), *(explained.status for _planned, explained in each.required)]),
        )
        for each in statuses_on(posts_of(_only(facts, planned)), day, Filters())
        for post_id in [(int(each.post.person), int(each.post.organisation))]
    ]
    scale = Fraction(people, len(sample)) if sample else Fraction(1)

    def effect(sector: str | None = None) -> Effect:
        here = [each for each in posts if sector in (None, each.sector)]
        return Effect(
            round(scale * sum(each.applies for each in here)),
            _rate(each.before for each in here),
            _rate(each.after for each in here),
        )

    found = {each.sector for each in posts}
    listed = dict.fromkeys([*(each.slug for each in list_sectors()), *sorted(found)])
    return Preview(
        day,
        effect(),
        {sector: effect(sector) for sector in listed if sector in found},
        sampled=people if sample is None else len(sample),
        people=people,
    )


@dataclass(frozen=True, slots=True)
class _Compared:
    """A post on the day: whether the requirement applies to it, and its overall status without and with it."""

    sector: str
    applies: bool
    before: TrainingStatus
    after: TrainingStatus


def _only(facts: Facts, requirement: RequirementFact) -> Facts:
    """Returns the facts that say what one requirement means for people."""
    return replace(
        facts,
        requirements=[requirement],
        awards=[each for each in facts.awards if each.course == requirement.course],
        progress=[each for each in facts.progress if each.course == requirement.course],
    )


def _statuses_without(
    number: int, facts: Facts, organisations: frozenset[int] | None, sample: frozenset[int] | None, day: date
) -> tuple[Mapping[PostId, list[TrainingStatus]], Mapping[PostId, TrainingStatus]]:
    """Returns the statuses of posts for all other requirements, and their overall status with what is recorded.

    Stored statuses are read where they are up to date; while they are being updated, they are computed.
    """
    if is_up_to_date(organisations):
        rows = list_statuses_on(organisations, sample, day)
    else:
        rows = [
            (int(each.post.person), int(each.post.organisation), int(one.requirement.id), explained.status)
            for each in statuses_on(posts_of(facts), day, Filters())
            for one, explained in each.required
        ]
    others: defaultdict[PostId, list[TrainingStatus]] = defaultdict(list)
    present: defaultdict[PostId, list[TrainingStatus]] = defaultdict(list)
    for person, organisation, requirement, status in rows:
        present[person, organisation].append(status)
        if requirement != number:
            others[person, organisation].append(status)
    return others, {post: overall(statuses) for post, statuses in present.items()}


def _rate(statuses: Iterable[TrainingStatus]) -> Fraction | None:
    return StatusCounts.added(Counter(statuses)).rate
