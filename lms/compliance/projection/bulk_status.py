"""The statuses of many people on one day, read together; explained only where a page shows the reason."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from lms.compliance.projection.inputs import is_up_to_date
from lms.compliance.projection.post_lists import list_required
from lms.compliance.projection.read import TOGETHER, PostId, StatusOnDate, list_current_statuses
from lms.compliance.source_data.load import LoadedFacts, required_courses
from lms.compliance.source_data.population import Post, RequirementStatus, StatusRow, load_population, rows_on
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


def required_statuses_on(
    persons: Collection[int],
    organisation_id: int,
    day: date,
    known_as_of: datetime | None = None,
    *,
    with_reasons: bool = False,
) -> Mapping[int, Sequence[RequirementStatus]]:
    """Returns what is required of people in an organisation on a day, the most urgent first, by surviving person.

    Without a placement there on that day, a person is left out. Stored status data is read where it is up to date;
    for reasons (then `StatusRow`), for a past moment of knowledge and while it is being updated, the facts are.
    """
    here = [organisation_id]
    if with_reasons or known_as_of is not None or not is_up_to_date(here):
        return {
            int(post.person): rows_on(loaded, day, [post])
            for loaded, post in _posts(persons, here, known_as_of)
            if post.placement_on(day) is not None
        }
    courses, found = required_courses(here), dict[int, Sequence[RequirementStatus]]()
    for batch in batched(sorted(persons), TOGETHER):
        posts = list_current_statuses(batch, here, day)
        for (person, _organisation), rows in list_required(posts, day, None).items():
            statuses = [
                RequirementStatus(
                    requirement_id=row.requirement_id,
                    organisation_id=organisation_id,
                    course_id=row.course_id,
                    course_slug=courses[row.course_id].slug,
                    course_title=courses[row.course_id].title,
                    status=row.status,
                    due_on=row.due_on,
                    valid_through=row.valid_through,
                )
                for row in rows
            ]
            found[person] = sorted(statuses, key=lambda each: each.urgency)
    return found


def _posts(
    persons: Collection[int], organisations: Collection[int], known_as_of: datetime | None = None
) -> Iterator[tuple[LoadedFacts, Post]]:
    for batch in batched(sorted(persons), TOGETHER):
        loaded, population = load_population(Scope(frozenset(organisations), frozenset(batch)), known_as_of)
        yield from ((loaded, post) for post in population)
