"""Which of these people may deploy: a pasted list, answered entry by entry as of any day.

Unknown and foreign look the same, except where nothing is told by saying so: a serial can be verified by anybody,
and an organisation that an entry names itself is either the actor's or it is not (docs/decisions/0016-look-up.md).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from lms.certification.api import normalise_serial
from lms.compliance.clearance import resolve as queries
from lms.compliance.clearance.resolve import MatchedEmployment
from lms.compliance.projection.bulk_status import PostId, StatusOnDate, bulk_statuses_on, explained_on
from lms.compliance.source_data.person_status import StatusRow
from lms.compliance.status import api as rules
from lms.kernel.actor import Actor, Role
from lms.people.api import list_organisations_of, load_canonical_ids, merged_ids

PAGE = 100
MOST_CANDIDATES = 5
"""How many people are shown beside an entry that several have."""


class IdentifierKind(StrEnum):
    """What an entry is taken for."""

    SERIAL = "serial"
    EMAIL = "email"
    NUMBER = "number"


class MatchResult(StrEnum):
    """What came of looking for an entry."""

    ONCE = "once"
    SEVERAL = "several"
    NOBODY = "none"
    NOT_YOURS = "not_yours"


class Clearance(StrEnum):
    """The one word: whether somebody may deploy, or that it cannot be said of whom the entry speaks."""

    MAY = "may_deploy"
    MAY_NOT = "may_not"
    UNSAID = "cannot_say"


class ClearanceReason(StrEnum):
    """What the word rests on."""

    HOLDS_ALL = "holds_all"
    NOTHING_REQUIRED = "nothing_required"
    NO_PLACEMENT = "no_placement"
    NOT_IN_ORDER = "not_in_order"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who was found, with the staff number and organisation to tell them by."""

    person_id: int
    name: str
    staff_number: str
    organisation: str


@dataclass(frozen=True, slots=True)
class ClearanceEntry:
    """One entry with its answer; `place` counts from 1 in the order given.

    `posts` are those judged: persons in organisations with a placement on the day. `valid_through` is the first
    last day among what is held, `overall` the worst status; both None where nobody is judged.
    """

    place: int
    asked: str
    kind: IdentifierKind
    found: MatchResult
    word: Clearance
    why: ClearanceReason
    who: tuple[Who, ...] = ()
    posts: tuple[PostId, ...] = ()
    overall: rules.TrainingStatus | None = None
    valid_through: date | None = None


@dataclass(frozen=True, slots=True)
class ClearanceCheck:
    """All entries of a look-up on a day."""

    day: date
    entries: Sequence[ClearanceEntry]

    def counted(self, word: Clearance) -> int:
        """Counts the entries with a word."""
        return sum(1 for entry in self.entries if entry.word == word)

    def those(self, only_may_not: bool) -> Sequence[ClearanceEntry]:
        """Returns all entries, or those that are not cleared: who may not, and of whom nothing can be said."""
        return (
            [each for each in self.entries if each.word is not Clearance.MAY]
            if only_may_not
            else self.entries
        )


@dataclass(frozen=True, slots=True)
class ClearancePage:
    """One page of a look-up, shaped as pagination reads it, with what is required of the people on it."""

    looked_up: ClearanceCheck
    entries: Sequence[ClearanceEntry]
    rows: Mapping[PostId, list[StatusRow]]
    total: int
    page: int
    pages: int

    @property
    def has_prev(self) -> bool:
        """Says whether a page comes before."""
        return self.page > 1

    @property
    def has_next(self) -> bool:
        """Says whether a page follows."""
        return self.page < self.pages

    def rows_of(self, entry: ClearanceEntry) -> list[StatusRow]:
        """Returns what is required of the person an entry found, the worst first."""
        return rows_of(entry, self.rows)


def check_clearance(actor: Actor, entries: Sequence[str], day: date) -> ClearanceCheck:
    """Answers entries in their order; about eight queries for each few thousand, whatever they are."""
    meant = _Meant(actor, entries)
    organisations = {organisation for who in meant.met.values() for organisation in who}
    stood = bulk_statuses_on(set(meant.met), organisations, day) if meant.met else {}
    return ClearanceCheck(day, [meant.answer(place, asked, stood) for place, asked in enumerate(entries, 1)])


def show(looked_up: ClearanceCheck, only_may_not: bool, page: int) -> ClearancePage:
    """Returns one page of a look-up, a hundred entries with the reasons."""
    wanted = looked_up.those(only_may_not)
    pages = max(1, -(-len(wanted) // PAGE))
    at = min(max(page, 1), pages)
    shown = wanted[(at - 1) * PAGE : at * PAGE]
    return ClearancePage(looked_up, shown, explain(looked_up, shown), len(wanted), at, pages)


def explain(looked_up: ClearanceCheck, entries: Iterable[ClearanceEntry]) -> Mapping[PostId, list[StatusRow]]:
    """Returns what is required of the people whom entries found, by post."""
    posts = {post for entry in entries for post in entry.posts}
    if not posts:
        return {}
    persons, organisations = {person for person, _ in posts}, {place for _, place in posts}
    return explained_on(persons, organisations, looked_up.day)


def rows_of(entry: ClearanceEntry, rows: Mapping[PostId, list[StatusRow]]) -> list[StatusRow]:
    """Returns what is required of the person an entry found, over all the organisations judged, the worst first."""
    found = [row for post in entry.posts for row in rows.get(post, ())]
    return sorted(found, key=lambda row: rules.SEVERITY[row.status])


@dataclass(slots=True)
class _Target:
    """Who an entry may mean: by kept person, the organisations that are judged; `foreign` as Found says."""

    kind: IdentifierKind
    persons: dict[int, frozenset[int] | None] = field(default_factory=dict)
    foreign: bool = False


class _Meant:
    """Whom entries mean, of the people an actor may see: asked of the database for all of them together."""

    def __init__(self, actor: Actor, entries: Collection[str]) -> None:
        """Finds everybody concerned, and for each kept person the employments the actor may see."""
        self._own = {each.slug: each.id for each in list_organisations_of(actor, Role.HR)}
        self._stands_for = load_canonical_ids()
        asked = set(entries)
        named = {entry: _split(entry) for entry in asked}
        self._named = {entry: split for entry, split in named.items() if split is not None}
        numbers = {entry for entry in asked if "@" not in entry}
        self._numbers = queries.list_by_numbers(
            actor, numbers | {number for _slug, number in self._named.values()}
        )
        self._emails = queries.list_by_emails(actor, {entry for entry in asked if "@" in entry})
        serials = {entry: serial for entry in asked if (serial := normalise_serial(entry)) is not None}
        self._serials = serials
        self._certified = queries.list_by_serials(set(serials.values()))
        self._last_days: dict[int, date | None] = {}
        self.met: dict[int, dict[int, MatchedEmployment]] = {}
        self._meet(actor)

    def _meet(self, actor: Actor) -> None:
        persons = {person for found in self._numbers.values() for person, _ in found}
        persons |= {person for found in self._emails.values() for person in found}
        persons |= {each.person_id for each in self._certified.values()}
        everybody = merged_ids(persons, self._stands_for)
        for met in queries.list_met(actor, everybody):
            places = self.met.setdefault(self._kept(met.person_id), {})
            # The kept person's own number and name go before those of who was merged.
            if met.organisation_id not in places or met.person_id not in self._stands_for:
                places[met.organisation_id] = met
        holders = merged_ids({each.person_id for each in self._certified.values()}, self._stands_for)
        for person, last in queries.list_last_days(actor, holders).items():
            kept = self._kept(person)
            before = self._last_days.get(kept, date.min)
            self._last_days[kept] = None if last is None or before is None else max(last, before)

    def _kept(self, person: int) -> int:
        return self._stands_for.get(person, person)

    def _target(self, entry: str) -> _Target:
        if "@" in entry:
            persons = self._emails.get(queries.folded(entry), ())
            return _Target(IdentifierKind.EMAIL, {self._kept(each): None for each in persons})
        serial = self._serials.get(entry)
        if serial is not None and serial in self._certified:
            return self._of_serial(serial)
        found = self._numbers.get(queries.folded(entry), [])
        if not found and entry in self._named:
            slug, number = self._named[entry]
            if slug not in self._own:
                return _Target(IdentifierKind.NUMBER, foreign=True)
            found = [
                each for each in self._numbers.get(queries.folded(number), []) if each[1] == self._own[slug]
            ]
        target = _Target(IdentifierKind.NUMBER if serial is None or found else IdentifierKind.SERIAL)
        for person, organisation in found:
            kept = self._kept(person)
            target.persons[kept] = (target.persons.get(kept) or frozenset()) | {organisation}
        return target

    def _of_serial(self, serial: str) -> _Target:
        certified = self._certified[serial]
        kept = self._kept(certified.person_id)
        last = self._last_days.get(kept)
        # What somebody earned after they had left is not told to those they left.
        if kept not in self.met or (last is not None and certified.earned_on > last):
            return _Target(IdentifierKind.SERIAL, foreign=True)
        return _Target(IdentifierKind.SERIAL, {kept: None})

    def answer(self, place: int, asked: str, stood: Mapping[PostId, StatusOnDate]) -> ClearanceEntry:
        """Returns the answer to one entry."""
        target = self._target(asked)
        who = tuple(
            Who(kept, met.name, met.staff_number, met.organisation)
            for kept, organisations in target.persons.items()
            for met in self._of(kept, organisations)[:1]
        )
        if len(target.persons) != 1:
            several = MatchResult.SEVERAL if target.persons else MatchResult.NOBODY
            found = MatchResult.NOT_YOURS if target.foreign else several
            return ClearanceEntry(
                place,
                asked,
                target.kind,
                found,
                Clearance.UNSAID,
                ClearanceReason.NOT_FOUND,
                who=who[:MOST_CANDIDATES],
            )
        ((kept, organisations),) = target.persons.items()
        posts = tuple(
            post for met in self._of(kept, organisations) if (post := (kept, met.organisation_id)) in stood
        )
        word, why, overall = _judged([stood[post] for post in posts])
        return ClearanceEntry(
            place=place,
            asked=asked,
            kind=target.kind,
            found=MatchResult.ONCE,
            word=word,
            why=why,
            who=who,
            posts=posts,
            overall=overall,
            valid_through=min(
                (end for post in posts if (end := stood[post].valid_through) is not None), default=None
            ),
        )

    def _of(self, kept: int, organisations: frozenset[int] | None) -> list[MatchedEmployment]:
        return [
            met
            for organisation, met in self.met.get(kept, {}).items()
            if organisations is None or organisation in organisations
        ]


def _judged(stood: Sequence[StatusOnDate]) -> tuple[Clearance, ClearanceReason, rules.TrainingStatus | None]:
    """Says who may deploy: who has a placement on the day and holds, or is exempt from, everything required."""
    if not stood:
        return Clearance.MAY_NOT, ClearanceReason.NO_PLACEMENT, None
    overall = rules.overall(each.overall for each in stood)
    if overall is rules.TrainingStatus.NOT_REQUIRED:
        return Clearance.MAY, ClearanceReason.NOTHING_REQUIRED, overall
    if overall.group is rules.StatusGroup.COMPLIANT:
        return Clearance.MAY, ClearanceReason.HOLDS_ALL, overall
    return Clearance.MAY_NOT, ClearanceReason.NOT_IN_ORDER, overall


def _split(entry: str) -> tuple[str, str] | None:
    """Takes apart an entry that names its organisation: rivers-relief:W-12."""
    slug, colon, number = entry.partition(":")
    slug, number = slug.strip().lower(), number.strip()
    return (slug, number) if colon and slug and number else None
