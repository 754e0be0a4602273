"""Who would have to renew for a new edition, as an author may read it."""

from datetime import date

from lms.authoring.publishing.renewals import RenewalCounts, by_name
from lms.compliance.api import EarlierCertificates

SPRING = (date(2027, 3, 31), 4)
COUNTS: dict[int | None, EarlierCertificates] = {
    None: EarlierCertificates(33, 11, 25, {SPRING: 8}),
    1: EarlierCertificates(22, 8, 18, {SPRING: 8}),
    2: EarlierCertificates(4, 1, 3),
    3: EarlierCertificates(7, 2, 4),
}
NAMES = {1: "Rivers Relief", 2: "Hill Aid", 3: "Third Aid"}


def test_an_author_of_one_organisation_reads_its_name_alone() -> None:
    assert by_name(COUNTS, NAMES, frozenset({1})) == [
        RenewalCounts("Rivers Relief", 20, 10, 20, 10, {SPRING: 10}),
        # Added up before they are rounded: 11, 3 and 7.
        RenewalCounts(None, 10, None, 5, None, {}),
    ]


def test_an_author_of_all_reads_every_name_and_no_small_count() -> None:
    rows = by_name(COUNTS, NAMES, None)
    assert [(row.name, row.people, row.ending_soon, row.must_renew) for row in rows] == [
        ("Hill Aid", None, None, None),
        ("Rivers Relief", 20, 10, 10),
        ("Third Aid", 5, None, None),
    ]
