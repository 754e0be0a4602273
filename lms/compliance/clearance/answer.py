"""Which people of a list may deploy on a day.

An entry that matches nobody and one that matches somebody elsewhere get the same answer, except where that reveals
nothing: anybody may verify a serial, and an entry may name an organisation
(docs/decisions/0016-check-a-list-of-staff.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lms.compliance.clearance.queries import MatchedEmployment
from lms.compliance.clearance.resolve import IdentifierKind, IdentifierMatch, IdentifierMatcher, MatchResult
from lms.compliance.projection.bulk_status import bulk_statuses_on, explained_on
from lms.compliance.projection.read import PostId, StatusOnDate
from lms.compliance.source_data.population import StatusRow
from lms.compliance.status.definitions import StatusGroup, TrainingStatus, overall
from lms.kernel.actor import Actor
from lms.kernel.i18n import gettext as _, lazy_gettext as _l

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
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class ClearanceEntry:
    """One entry of a list, with its answer; `number` counts from 1.

    `posts` are the person's organisations with a placement on the day. `overall` is the worst status there and
    `valid_through` the first last day of an award in force; both None without a placement.
    """

    number: int
    text: str
    kind: IdentifierKind
    match: MatchResult
    people: Sequence[MatchedEmployment]
    posts: Sequence[PostId]
    overall: TrainingStatus | None
    valid_through: date | None

    @property
    def clearance(self) -> Clearance:
        """Returns whether the person may deploy: they have a placement and are compliant, or nothing is required."""
        if self.match is not MatchResult.ONE:
            return Clearance.UNDETERMINED
        may_deploy = self.is_compliant or self.overall is TrainingStatus.NOT_REQUIRED
        return Clearance.MAY if may_deploy else Clearance.MAY_NOT

    @property
    def is_compliant(self) -> bool:
        """Says whether the person meets, or is exempt from, every requirement."""
        return self.overall is not None and self.overall.group is StatusGroup.COMPLIANT

    @property
    def explanation(self) -> str:
        """Returns the reason as a sentence; empty where each requirement, or each of several people, has its own."""
        if self.match is not MatchResult.ONE:
            return str(NO_MATCH.get((self.match, self.kind), ""))
        if self.overall is None:
            return _("Not working for you on this day.")
        if self.overall is TrainingStatus.NOT_REQUIRED:
            return _("Nothing is required of them on this day.")
        return _("Meets every requirement.") if self.is_compliant else ""


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
    """Checks the entries of a list in their order; about eight queries for each few thousand."""
    matcher = IdentifierMatcher(actor, texts)
    matches = [matcher.match(text) for text in texts]
    posts = {post for match in matches for post in _posts(match)}
    persons, organisations = {person for person, _ in posts}, {organisation for _, organisation in posts}
    statuses = bulk_statuses_on(persons, organisations, day) if posts else {}
    pairs = zip(texts, matches, strict=True)
    return ClearanceCheck(day, [_entry(number, *pair, statuses) for number, pair in enumerate(pairs, 1)])


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


def _entry(number: int, text: str, match: IdentifierMatch, statuses: Mapping[PostId, StatusOnDate]) -> ClearanceEntry:
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
    )


def _posts(match: IdentifierMatch) -> list[PostId]:
    """Returns the person and the organisations to check; none where the entry does not match one person."""
    if match.result is not MatchResult.ONE:
        return []
    ((person, employments),) = match.employments.items()
    return [(person, employment.organisation_id) for employment in employments]
