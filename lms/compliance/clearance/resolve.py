"""Finds the people that staff numbers, e-mail addresses and certificate serials refer to, many at a time."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from lms.certification.api import normalise_serial
from lms.compliance.clearance import queries
from lms.compliance.clearance.queries import MatchedEmployment
from lms.kernel.actor import Actor, Role
from lms.kernel.identifiers import clean_email, identifier_key
from lms.people.api import list_organisations_of, load_canonical_ids, merged_ids


class IdentifierKind(StrEnum):
    """What an entry is."""

    SERIAL = "serial"
    EMAIL = "email"
    NUMBER = "number"


class MatchResult(StrEnum):
    """How many people an entry matches; not_yours where it names an organisation or award that is not the actor's."""

    ONE = "one"
    SEVERAL = "several"
    NOBODY = "none"
    NOT_YOURS = "not_yours"


@dataclass(frozen=True, slots=True)
class IdentifierMatch:
    """The people an entry matches: by surviving person, the employments that are checked."""

    kind: IdentifierKind
    employments: Mapping[int, Sequence[MatchedEmployment]]
    is_foreign: bool = False

    @property
    def result(self) -> MatchResult:
        """Returns how many people match."""
        if self.employments:
            return MatchResult.ONE if len(self.employments) == 1 else MatchResult.SEVERAL
        return MatchResult.NOT_YOURS if self.is_foreign else MatchResult.NOBODY


class IdentifierMatcher:
    """Matches entries with the people an actor may see, and loads everything needed in a handful of queries."""

    def __init__(self, actor: Actor, entries: Collection[str]) -> None:
        """Loads what the entries name; `canonical_ids` has the surviving person of each merged one."""
        emails = {entry for entry in entries if "@" in entry}
        numbers = set(entries) - emails
        # An entry may name the organisation by its short name: rivers-relief:W-12.
        split = {entry: [part.strip() for part in entry.split(":", 1)] for entry in numbers if ":" in entry}
        self._prefixed = {entry: (slug.lower(), number) for entry, (slug, number) in split.items() if slug and number}
        self._serials = {entry: serial for entry in numbers if (serial := normalise_serial(entry)) is not None}
        self._organisations = {each.slug: each.id for each in list_organisations_of(actor, Role.HR)}
        self.canonical_ids = load_canonical_ids()
        self._by_number: defaultdict[str, list[MatchedEmployment]] = defaultdict(list)
        numbers |= {number for _slug, number in self._prefixed.values()}
        for employment in queries.list_employments_by_number(actor, numbers):
            self._by_number[identifier_key(employment.staff_number)].append(employment)
        self._by_email = queries.list_people_by_email(actor, emails)
        self._owners = queries.list_certificate_owners(set(self._serials.values()))
        self._employments = self._load_employments(actor)
        self._last_days = self._load_last_days(actor)

    def match(self, entry: str) -> IdentifierMatch:
        """Returns the people one of the entries refers to."""
        if "@" in entry:
            persons = [self._surviving(person) for person in self._by_email.get(clean_email(entry), ())]
            return IdentifierMatch(
                IdentifierKind.EMAIL, {each: list(self._employments[each].values()) for each in persons}
            )
        serial = self._serials.get(entry)
        if serial is not None and serial in self._owners:
            owner = self._owners[serial]
            person = self._surviving(owner.person_id)
            # What somebody earned after they had left is not shown to those they left.
            if person not in self._employments or owner.earned_on > self._last_days.get(person, date.max):
                return IdentifierMatch(IdentifierKind.SERIAL, {}, is_foreign=True)
            return IdentifierMatch(IdentifierKind.SERIAL, {person: list(self._employments[person].values())})
        employed = self._by_number.get(identifier_key(entry), [])
        if not employed and entry in self._prefixed:
            slug, number = self._prefixed[entry]
            if slug not in self._organisations:
                return IdentifierMatch(IdentifierKind.NUMBER, {}, is_foreign=True)
            here = self._organisations[slug]
            employed = [
                each for each in self._by_number.get(identifier_key(number), []) if each.organisation_id == here
            ]
        kind = IdentifierKind.NUMBER if serial is None or employed else IdentifierKind.SERIAL
        matched: defaultdict[int, dict[int, MatchedEmployment]] = defaultdict(dict)
        for each in employed:
            person = self._surviving(each.person_id)
            matched[person][each.organisation_id] = self._employments[person][each.organisation_id]
        return IdentifierMatch(kind, {person: list(each.values()) for person, each in matched.items()})

    def _load_employments(self, actor: Actor) -> dict[int, dict[int, MatchedEmployment]]:
        """Loads the visible employments of everybody concerned, by surviving person and organisation."""
        persons = {employment.person_id for some in self._by_number.values() for employment in some}
        persons |= {person for some in self._by_email.values() for person in some}
        persons |= {owner.person_id for owner in self._owners.values()}
        found: defaultdict[int, dict[int, MatchedEmployment]] = defaultdict(dict)
        for each in queries.list_employments_of(actor, merged_ids(persons, self.canonical_ids)):
            person = self._surviving(each.person_id)
            # The surviving person's own name and staff number are shown rather than those of a merged record.
            if each.organisation_id not in found[person] or each.person_id == person:
                found[person][each.organisation_id] = replace(each, person_id=person)
        return dict(found)

    def _load_last_days(self, actor: Actor) -> dict[int, date]:
        found: dict[int, date] = {}
        owners = merged_ids({owner.person_id for owner in self._owners.values()}, self.canonical_ids)
        for each, last_day in queries.list_last_days(actor, owners).items():
            person = self._surviving(each)
            found[person] = max(last_day, found.get(person, date.min))
        return found

    def _surviving(self, person_id: int) -> int:
        return self.canonical_ids.get(person_id, person_id)
