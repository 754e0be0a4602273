"""What other packages may use of certification: awards, their dates and serials.

The rules of periods, dates and serials are exported for everybody; modules that must load no database import them
from ``lms.certification.awards.rules``, which is pure.
"""

from lms.certification.awards.document import SECTOR_KEYS
from lms.certification.awards.operations import revoke, supersede
from lms.certification.awards.queries import RecordedAward, find_last_award, list_awards_of, list_awards_seen_by
from lms.certification.awards.rules import normalise_serial, parse_period, print_serial
from lms.certification.awards.snapshot import EarnedAward, Issuer, build_awards
from lms.certification.hooks import Renewal

__all__ = [
    "SECTOR_KEYS",
    "EarnedAward",
    "Issuer",
    "RecordedAward",
    "Renewal",
    "build_awards",
    "find_last_award",
    "list_awards_of",
    "list_awards_seen_by",
    "normalise_serial",
    "parse_period",
    "print_serial",
    "revoke",
    "supersede",
]
