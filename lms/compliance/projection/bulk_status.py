"""The statuses of many people on one day, read together; explained only where a page shows the reason."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from lms.compliance.projection.read import list_current_statuses
from lms.compliance.projection.rows import STATUSES
from lms.compliance.projection.update import is_up_to_date
from lms.compliance.source_data.person_status import StatusRow, load_facts, status_row
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Scope
from lms.compliance.status import api as rules
from lms.kernel.batches import batched

TOGETHER = 500
"""How many people's facts are in memory at a time."""

PostId = tuple[int, int]
"""A person in an organisation, by their row numbers."""


@dataclass(frozen=True, slots=True)
class StatusOnDate:
    """The status of a post on a day on which it has a placement.

    `overall` is the worst status, not_required where nothing is required. `valid_through` is the first of the
    last valid days of what is in force, None where nothing has one.
    """

    overall: rules.TrainingStatus
    valid_through: date | None


def bulk_statuses_on(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, StatusOnDate]:
    """Returns the statuses of people in some organisations on a day; without a placement there, a person is left out.

    Merged people are found under the surviving record's number (`people.load_canonical_ids`). Stored status data is
    read where it is up to date; while it is being updated, the facts are.
    """
    if is_up_to_date(organisations):
        return {
            (person, organisation): StatusOnDate(STATUSES[place], through)
            for person, organisation, place, through in list_current_statuses(persons, organisations, day)
        }
    return bulk_statuses_from_facts(persons, organisations, day)


def bulk_statuses_from_facts(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, StatusOnDate]:
    """Returns the same as `bulk_statuses_on`, computed person by person."""
    found: dict[PostId, StatusOnDate] = {}
    for batch in batched(sorted(persons), TOGETHER):
        loaded = load_facts(Scope(frozenset(organisations), frozenset(batch)))
        for post in Population(loaded.facts).posts:
            if post.placement_on(day) is not None:
                explained = [each for _applied, each in post.required_on(day)]
                compliant = [each for each in explained if each.status.group is rules.StatusGroup.COMPLIANT]
                found[int(post.person), int(post.organisation)] = StatusOnDate(
                    overall=rules.overall(each.status for each in explained),
                    valid_through=min((each.valid_through for each in compliant if each.valid_through), default=None),
                )
    return found


def explained_on(
    persons: Collection[int], organisations: Collection[int], day: date
) -> Mapping[PostId, list[StatusRow]]:
    """Returns what is required of people on a day, requirement by requirement with the reason, the worst first."""
    found: dict[PostId, list[StatusRow]] = {}
    for batch in batched(sorted(persons), TOGETHER):
        loaded = load_facts(Scope(frozenset(organisations), frozenset(batch)))
        for post in Population(loaded.facts).posts:
            organisation = int(post.organisation)
            rows = [
                status_row(applied, explained, organisation, loaded.courses, loaded.serials)
                for applied, explained in post.required_on(day)
            ]
            rows.sort(key=lambda row: row.urgency)
            found[int(post.person), organisation] = rows
    return found
