"""Whom a new edition would have renew, and by when: rounded counts, by organisation for those an author reads about."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from lms.authoring.correcting.rules import name_of, named_organisations
from lms.authoring.statistics.rules import round_people
from lms.compliance.api import EarlierCertificates, count_earlier_certificates
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.people.api import load_organisation_names


@dataclass(frozen=True, slots=True)
class RenewalCounts:
    """People who must hold a course, and do by an earlier edition, rounded to fives; None for fewer than five.

    ``name`` is None for organisations that are not named. ``ending_soon`` are those whose certificate ends within 90
    days, ``ending_later`` within a year. ``must_renew`` are those who have to renew because requirements ask for an
    edition that is not published yet; ``renew_by`` has them by the day and that edition.
    """

    name: str | None
    people: int | None
    ending_soon: int | None
    ending_later: int | None
    must_renew: int | None
    renew_by: Mapping[tuple[date, int], int | None]


@dataclass(frozen=True, slots=True)
class Renewals:
    """The counts of all organisations together and of each, those that are not named as one at the end."""

    total: RenewalCounts
    organisations: list[RenewalCounts]


def list_renewals(actor: Actor, course_id: int, edition: int) -> Renewals | None:
    """Counts who would have to renew for an edition, and by when; None while statuses are being updated."""
    counts = count_earlier_certificates(course_id, edition, clock.today(actor.time_zone))
    if counts is None:
        return None
    names = load_organisation_names([each for each in counts if each is not None])
    return Renewals(_add_up(None, [counts[None]]), by_name(counts, names, named_organisations(actor)))


def by_name(
    counts: Mapping[int | None, EarlierCertificates], names: Mapping[int, str], named: Collection[int] | None
) -> list[RenewalCounts]:
    """Returns the counts of organisations by name; those that are not named are added up before they are rounded."""
    groups: defaultdict[str | None, list[EarlierCertificates]] = defaultdict(list)
    for organisation, found in counts.items():
        if organisation is not None:
            groups[name_of(organisation, names[organisation], named)].append(found)
    return [_add_up(name, groups[name]) for name in sorted(groups, key=lambda name: (name is None, name or ""))]


def _add_up(name: str | None, counts: Collection[EarlierCertificates]) -> RenewalCounts:
    renew_by: Counter[tuple[date, int]] = Counter()
    for each in counts:
        renew_by.update(each.renew_by)
    return RenewalCounts(
        name,
        round_people(sum(each.people for each in counts)),
        round_people(sum(each.ending_soon for each in counts)),
        round_people(sum(each.ending_later for each in counts)),
        round_people(sum(renew_by.values())),
        {key: round_people(people) for key, people in sorted(renew_by.items())},
    )
