"""The rows of the projection as the facts give them: what updating stores, verifying compares and reports count."""

from lms.compliance.projection.rows import FOREVER, ObligationRow, PostRow, written_courses
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.definitions import SEVERITY
from lms.compliance.status.evaluate import Obligation
from lms.compliance.status.facts import Facts, by_person
from lms.compliance.status.intervals import OverallInterval, overall_intervals
from lms.compliance.status.obligation import ObligationInterval


def interval_rows(facts: Facts, filters: Filters | None = None) -> tuple[list[PostRow], list[ObligationRow]]:
    """Returns the rows that known facts give, of posts and of requirements; with filters, those of matching posts only.

    Rows of requirements are left out then.
    """
    posts: list[PostRow] = []
    statuses: list[ObligationRow] = []
    for person, known in by_person(facts).items():
        for organisation in dict.fromkeys(placement.organisation for placement in known.placements):
            post = int(person), int(organisation)
            required = []
            for requirement in facts.requirements:
                if requirement.applies_in(organisation):
                    intervals = Obligation(known, organisation, requirement, facts.gap_days).intervals()
                    required.append((requirement.course, intervals))
                    if filters is None:
                        statuses += [_status_row((*post, int(requirement.id)), each) for each in intervals]
            placements = [each for each in known.placements if each.organisation == organisation]
            overalls = overall_intervals(placements, required)
            posts += [_post_row(post, each) for each in overalls if filters is None or filters.match(each.placement)]
    return posts, statuses


def _status_row(head: tuple[int, int, int], interval: ObligationInterval) -> ObligationRow:
    award = None if interval.award is None else int(interval.award)
    days = interval.from_on, interval.through_on
    return ObligationRow(*head, *days, SEVERITY[interval.status], interval.due_on, interval.valid_through, award)


def _post_row(head: tuple[int, int], interval: OverallInterval) -> PostRow:
    placement = interval.placement
    return PostRow(
        *head,
        interval.from_on,
        interval.through_on,
        int(placement.station),
        str(placement.sector),
        str(placement.role),
        str(placement.contract),
        placement.works_with_children,
        SEVERITY[interval.overall],
        written_courses(interval.courses),
        interval.urgent_on or FOREVER,
        interval.lapses_on,
    )
