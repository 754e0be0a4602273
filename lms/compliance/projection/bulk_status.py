"""The statuses of many people on one day, read together; explained only where a page shows the reason."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date

from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.read import TOGETHER, PostId, StatusOnDate, list_current_statuses
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.population import Post, StatusRow, load_population, rows_on
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.kernel.batches import batched


def bulk_statuses_on(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, StatusOnDate]:
    """Returns the statuses of people in some organisations on a day; without a placement there, a person is left out.

    Merged people are found under the surviving record's number (`people.load_canonical_ids`). Stored status data is
    read where it is up to date; while it is being updated, the facts are.
    """
    if is_up_to_date(organisations):
        return list_current_statuses(persons, organisations, day)
    return bulk_statuses_from_facts(persons, organisations, day)


def bulk_statuses_from_facts(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, StatusOnDate]:
    """Returns the same as `bulk_statuses_on`, computed person by person."""
    found: dict[PostId, StatusOnDate] = {}
    for _loaded, post in _posts(persons, organisations):
        if post.placement_on(day) is not None:
            explained = [each for _obligation, each in post.required_on(day)]
            compliant = [each for each in explained if each.status.group is StatusGroup.COMPLIANT]
            found[int(post.person), int(post.organisation)] = StatusOnDate(
                overall=overall(each.status for each in explained),
                valid_through=min((each.valid_through for each in compliant if each.valid_through), default=None),
                is_exempt=any(each.status is TrainingStatus.EXEMPT for each in compliant),
            )
    return found


def explained_on(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, list[StatusRow]]:
    """Returns what is required of people on a day, requirement by requirement with the reason, the worst first."""
    return {
        (int(post.person), int(post.organisation)): rows_on(loaded, day, [post])
        for loaded, post in _posts(persons, organisations)
    }


def _posts(persons: Collection[int], organisations: Collection[int]) -> Iterator[tuple[LoadedFacts, Post]]:
    for batch in batched(sorted(persons), TOGETHER):
        loaded, population = load_population(Scope(frozenset(organisations), frozenset(batch)))
        yield from ((loaded, post) for post in population)
