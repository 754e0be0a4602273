"""Which people of a list may deploy on a day.

An entry that matches nobody and one that matches somebody elsewhere get the same answer, except where that reveals
nothing: anybody may verify a serial, and an entry may name an organisation
(docs/decisions/0016-check-a-list-of-staff.md).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.compliance.clearance.queries import MatchedEmployment, list_leaves
from lms.compliance.clearance.resolve import IdentifierKind, IdentifierMatch, IdentifierMatcher, MatchResult
from lms.compliance.projection.bulk_status import bulk_statuses_on, explained_on
from lms.compliance.projection.read import PostId, StatusOnDate
from lms.compliance.source_data.population import StatusRow
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.compliance.status.explain import written_day
from lms.kernel.actor import Actor
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.people.api import merged_ids

MOST_CANDIDATES = 5
"""People shown for an entry that matches several."""

NO_MATCH = {
    (MatchResult.NOBODY, IdentifierKind.EMAIL): _l("None of your staff has this e-mail address."),
    (MatchResult.NOBODY, IdentifierKind.NUMBER): _l("None of your staff has this staff number."),
    (MatchResult.NOBODY, IdentifierKind.SERIAL): _l("There is no certificate with this serial."),
    (MatchResult.NOT_YOURS, IdentifierKind.NUMBER): _l("This names an organisation that is not one of yours."),
    (MatchResult.NOT_YOURS, IdentifierKind.SERIAL): _l("This certificate does not belong to your staff."),
}


class Clearance(StrEnum):
    """Whether the person of an entry may deploy."""

    MAY = "may_deploy"
    MAY_NOT = "may_not"
    NOTHING_REQUIRED = "nothing_required"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class ClearanceEntry:
    """One entry of a list, with its answer; `number` counts from 1.

    `posts` are the person's organisations with a placement on the day. `overall` is the worst status there and
    `valid_through` the first last day of an award in force; both None without a placement. `is_exempt` says whether an
    exemption stands for anything required. `leave_until` is the last day of a leave that covers the day: None without
    one, ``date.max`` for a leave without a last day.
    """

    number: int
    text: str
    kind: IdentifierKind
    match: MatchResult
    people: Sequence[MatchedEmployment]
    posts: Sequence[PostId]
    overall: TrainingStatus | None
    valid_through: date | None
    is_exempt: bool
    leave_until: date | None

    @property
    def clearance(self) -> Clearance:
        """Returns whether the person may deploy: they work that day, are not on leave, and are compliant."""
        if self.match is not MatchResult.ONE:
            return Clearance.UNDETERMINED
        if self.overall is None or self.leave_until is not None:
            return Clearance.MAY_NOT
        if self.overall is TrainingStatus.NOT_REQUIRED:
            return Clearance.NOTHING_REQUIRED
        return Clearance.MAY if self.overall.group is StatusGroup.COMPLIANT else Clearance.MAY_NOT

    @property
    def explanation(self) -> str:
        """Returns the reason as a sentence; empty where each requirement, or each of several people, has its own."""
        if self.match is not MatchResult.ONE:
            return str(NO_MATCH.get((self.match, self.kind), ""))
        if self.overall is None:
            return _("Not working for you on this day.")
        if self.leave_until == date.max:
            return _("On leave, without a last day.")
        if self.leave_until is not None:
            return _("On leave until %(day)s.", day=written_day(self.leave_until))
        return self._status_sentence

    @property
    def _status_sentence(self) -> str:
        if self.clearance is Clearance.NOTHING_REQUIRED:
            return _("Nothing is required of this person on this day.")
        if self.clearance is Clearance.MAY_NOT:
            return ""
        if self.is_exempt or self.valid_through is None:
            return _("Exempt from a requirement, as qualified in another way.")
        return _("Holds everything required until %(day)s.", day=written_day(self.valid_through))


@dataclass(frozen=True, slots=True)
class ClearanceCheck:
    """All entries of a list, checked on a day."""

    day: date
    entries: Sequence[ClearanceEntry]

    def count(self, clearance: Clearance) -> int:
        """Counts the entries with an answer."""
        return sum(entry.clearance == clearance for entry in self.entries)

    def listed(self, *, only_not_cleared: bool) -> Sequence[ClearanceEntry]:
        """Returns all entries, or those whose people may not deploy or could not be determined."""
        return [entry for entry in self.entries if not only_not_cleared or entry.clearance is not Clearance.MAY]


def check_clearance(actor: Actor, texts: Sequence[str], day: date) -> ClearanceCheck:
    """Checks the entries of a list in their order; about nine queries for each few thousand."""
    matcher = IdentifierMatcher(actor, texts)
    matches = [matcher.match(text) for text in texts]
    posts = {post for match in matches for post in _posts(match)}
    persons, organisations = {person for person, _ in posts}, {organisation for _, organisation in posts}
    statuses = bulk_statuses_on(persons, organisations, day) if posts else {}
    leaves = _last_days_of_leave(posts, day, matcher.canonical_ids)
    pairs = zip(texts, matches, strict=True)
    return ClearanceCheck(day, [_entry(number, *pair, statuses, leaves) for number, pair in enumerate(pairs, 1)])


def explain(day: date, entries: Sequence[ClearanceEntry]) -> Mapping[int, Sequence[StatusRow]]:
    """Returns what is required of the person of each entry, by the entry's number, the worst first."""
    posts = {post for entry in entries for post in entry.posts}
    persons, organisations = {person for person, _ in posts}, {organisation for _, organisation in posts}
    explained = explained_on(persons, organisations, day) if posts else {}
    return {
        entry.number: sorted(
            (row for post in entry.posts for row in explained.get(post, ())), key=lambda row: row.urgency
        )
        for entry in entries
    }


def _last_days_of_leave(posts: Collection[PostId], day: date, canonical_ids: Mapping[int, int]) -> dict[PostId, date]:
    """Returns the last day of the leave of each post that is on leave on a day; ``date.max`` where it has none."""
    organisations: defaultdict[int, set[int]] = defaultdict(set)
    for person, organisation in posts:
        organisations[person].add(organisation)
    found: dict[PostId, date] = {}
    for leave in list_leaves(merged_ids(organisations, canonical_ids), day):
        person = canonical_ids.get(leave.person_id, leave.person_id)
        for organisation in organisations[person]:
            if leave.organisation_id in (None, organisation):
                post = person, organisation
                found[post] = max(leave.until_on or date.max, found.get(post, date.min))
    return found


def _entry(
    number: int,
    text: str,
    match: IdentifierMatch,
    statuses: Mapping[PostId, StatusOnDate],
    leaves: Mapping[PostId, date],
) -> ClearanceEntry:
    posts = [post for post in _posts(match) if post in statuses]
    found = [statuses[post] for post in posts]
    return ClearanceEntry(
        number=number,
        text=text,
        kind=match.kind,
        match=match.result,
        people=tuple(some[0] for some in match.employments.values())[:MOST_CANDIDATES],
        posts=posts,
        overall=overall(each.overall for each in found) if found else None,
        valid_through=min((each.valid_through for each in found if each.valid_through), default=None),
        is_exempt=any(each.is_exempt for each in found),
        leave_until=max((leaves[post] for post in posts if post in leaves), default=None),
    )


def _posts(match: IdentifierMatch) -> list[PostId]:
    """Returns the person and the organisations to check; none where the entry does not match one person."""
    if match.result is not MatchResult.ONE:
        return []
    ((person, employments),) = match.employments.items()
    return [(person, employment.organisation_id) for employment in employments]
