"""The people behind a figure: found by the prepared statuses, explained from their facts, page by page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.compliance.projection import read as intervals
from lms.compliance.report.count_backends import SnapshotCounts, require_up_to_date, snapshots_can_answer
from lms.compliance.report.counts import PostStatus, listed_people, statuses_on
from lms.compliance.report.query import ReportQuery
from lms.compliance.source_data.load import LoadedFacts
from lms.compliance.source_data.person_status import load_population
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.api import Id, TrainingStatus
from lms.kernel.batches import batched

PAGE = 50
BATCH = 500


@dataclass(frozen=True, slots=True)
class PeopleSelection:
    """Some of the posts that were asked for, in order, with the words of their facts; `total` counts them all."""

    stood: Sequence[PostStatus]
    loaded: LoadedFacts
    total: int
    page: int
    pages: int


def list_page(
    question: ReportQuery, statuses: Iterable[TrainingStatus] | None, number: int
) -> PeopleSelection:
    """Lists one page of fifty, worst and most urgent first; of a page past the end the last one.

    Raises StillUpdating.
    """
    wanted = None if statuses is None else frozenset(statuses)
    if question.known_as_of is not None or not require_up_to_date(question.organisation_ids):
        loaded, found = _exact(question, wanted)
        page, pages = _place(len(found), number)
        return PeopleSelection(found[(page - 1) * PAGE : page * PAGE], loaded, len(found), page, pages)
    asked = (question.organisation_ids, question.filters, question.as_of, wanted, question.lapses_before)
    total = _in_ledger(question, wanted)
    if total is None:
        total = intervals.count_listed(*asked)
    page, pages = _place(total, number)
    posts = intervals.list_page(*asked, limit=PAGE, offset=(page - 1) * PAGE)
    loaded, stood = _explained(question, posts)
    return PeopleSelection(stood, loaded, total, page, pages)


def list_all(
    question: ReportQuery, statuses: Iterable[TrainingStatus] | None
) -> Iterator[tuple[LoadedFacts, Sequence[PostStatus]]]:
    """Lists all of them in the same order, some hundred at a time. Raises StillUpdating."""
    wanted = None if statuses is None else frozenset(statuses)
    if question.known_as_of is not None or not require_up_to_date(question.organisation_ids):
        yield _exact(question, wanted)
        return
    posts = intervals.list_page(
        question.organisation_ids,
        question.filters,
        question.as_of,
        wanted,
        question.lapses_before,
        limit=None,
    )
    for batch in batched(posts, BATCH):
        yield _explained(question, batch)


def _in_ledger(question: ReportQuery, statuses: frozenset[TrainingStatus] | None) -> int | None:
    """Counts the posts that are asked for where the ledger can, without reading them; else returns None."""
    if question.lapses_before is not None or not snapshots_can_answer(question.filters):
        return None
    counts = SnapshotCounts(question.organisation_ids, question.filters, ())
    return counts.totals_on([question.as_of])[question.as_of].of_statuses(statuses)


def _place(total: int, number: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE))
    return min(max(number, 1), pages), pages


def _exact(
    question: ReportQuery, statuses: frozenset[TrainingStatus] | None
) -> tuple[LoadedFacts, Sequence[PostStatus]]:
    loaded, population = load_population(Scope(question.organisation_ids), question.known_as_of)
    found = listed_people(statuses_on(population, question.as_of, question.filters), statuses=statuses)
    if question.lapses_before is not None:
        lapsing = [
            (lapse, each) for each in found if (lapse := each.post.lapses_on(question.as_of)) is not None
        ]
        lapsing.sort(key=lambda pair: pair[0])
        found = [each for lapse, each in lapsing if lapse < question.lapses_before]
    return loaded, found


def _explained(
    question: ReportQuery, posts: Sequence[tuple[int, int]]
) -> tuple[LoadedFacts, Sequence[PostStatus]]:
    """Judges the facts of some posts, in their order."""
    persons = frozenset(person for person, _organisation in posts)
    loaded, population = load_population(Scope(question.organisation_ids, persons))
    stood = statuses_on(population, question.as_of, question.filters)
    by_post: dict[tuple[Id, Id], PostStatus] = {
        (each.post.person, each.post.organisation): each for each in stood
    }
    return loaded, [by_post[post] for post in posts if post in by_post]
