"""The people behind a figure: found by the prepared standings, explained from their facts, page by page."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from lms.compliance.projection import read as intervals
from lms.compliance.report.count_backends import LedgerCounts, check_whole, in_ledger
from lms.compliance.report.counts import Stood, listed_people, stand
from lms.compliance.report.query import Question
from lms.compliance.source_data.load import Loaded
from lms.compliance.source_data.person_status import load_population
from lms.compliance.source_data.scope import Reach
from lms.compliance.status.api import Id, Standing

PAGE = 50
BATCH = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """Some of the posts that were asked for, in order, with the words of their facts; `total` counts them all."""

    stood: Sequence[Stood]
    loaded: Loaded
    total: int
    page: int
    pages: int


def list_page(question: Question, standings: Iterable[Standing] | None, number: int) -> Listed:
    """Lists one page of fifty, worst and most urgent first; of a page past the end the last one.

    Raises StillUpdating.
    """
    wanted = None if standings is None else frozenset(standings)
    if question.known_as_of is not None or not check_whole(question.organisation_ids):
        loaded, found = _exact(question, wanted)
        page, pages = _place(len(found), number)
        return Listed(found[(page - 1) * PAGE : page * PAGE], loaded, len(found), page, pages)
    asked = (question.organisation_ids, question.filters, question.as_of, wanted, question.lapses_before)
    total = _in_ledger(question, wanted)
    if total is None:
        total = intervals.count_listed(*asked)
    page, pages = _place(total, number)
    posts = intervals.list_page(*asked, limit=PAGE, offset=(page - 1) * PAGE)
    loaded, stood = _explained(question, posts)
    return Listed(stood, loaded, total, page, pages)


def list_all(
    question: Question, standings: Iterable[Standing] | None
) -> Iterator[tuple[Loaded, Sequence[Stood]]]:
    """Lists all of them in the same order, some hundred at a time. Raises StillUpdating."""
    wanted = None if standings is None else frozenset(standings)
    if question.known_as_of is not None or not check_whole(question.organisation_ids):
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
    for start in range(0, len(posts), BATCH):
        yield _explained(question, posts[start : start + BATCH])


def _in_ledger(question: Question, standings: frozenset[Standing] | None) -> int | None:
    """Counts the posts that are asked for where the ledger can, without reading them; else returns None."""
    if question.lapses_before is not None or not in_ledger(question.filters):
        return None
    counts = LedgerCounts(question.organisation_ids, question.filters, ())
    return counts.totals_on([question.as_of])[question.as_of].of_standings(standings)


def _place(total: int, number: int) -> tuple[int, int]:
    pages = max(1, -(-total // PAGE))
    return min(max(number, 1), pages), pages


def _exact(question: Question, standings: frozenset[Standing] | None) -> tuple[Loaded, Sequence[Stood]]:
    loaded, population = load_population(Reach(question.organisation_ids), question.known_as_of)
    found = listed_people(stand(population, question.as_of, question.filters), standings=standings)
    if question.lapses_before is not None:
        lapsing = [
            (lapse, each) for each in found if (lapse := each.post.lapses_on(question.as_of)) is not None
        ]
        lapsing.sort(key=lambda pair: pair[0])
        found = [each for lapse, each in lapsing if lapse < question.lapses_before]
    return loaded, found


def _explained(question: Question, posts: Sequence[tuple[int, int]]) -> tuple[Loaded, Sequence[Stood]]:
    """Judges the facts of some posts, in their order."""
    persons = frozenset(person for person, _organisation in posts)
    loaded, population = load_population(Reach(question.organisation_ids, persons))
    stood = stand(population, question.as_of, question.filters)
    by_post: dict[tuple[Id, Id], Stood] = {(each.post.person, each.post.organisation): each for each in stood}
    return loaded, [by_post[post] for post in posts if post in by_post]
