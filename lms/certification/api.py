"""What other packages may use of certification: awards, their dates and serials.

The rules of periods, dates and serials are exported for everybody; modules that must load no database import them
from ``lms.certification.awards.rules``, which is pure.
"""

from lms.certification.awards.document import SECTOR_KEYS, render_certificate
from lms.certification.awards.operations import revoke, supersede
from lms.certification.awards.queries import (
    RecordedAward,
    find_last_award,
    list_awards_after,
    list_awards_of,
    list_awards_seen_by,
    load_award_for,
)
from lms.certification.awards.rules import AwardState, normalise_serial, parse_period, print_serial
from lms.certification.awards.snapshot import EarnedAward, Issuer, build_awards
from lms.certification.hooks import Renewal
from lms.certification.signing.operations import ensure_key as ensure_signing_key
from lms.certification.signing.queries import can_sign

__all__ = [
    "SECTOR_KEYS",
    "AwardState",
    "EarnedAward",
    "Issuer",
    "RecordedAward",
    "Renewal",
    "build_awards",
    "can_sign",
    "ensure_signing_key",
    "find_last_award",
    "list_awards_after",
    "list_awards_of",
    "list_awards_seen_by",
    "load_award_for",
    "normalise_serial",
    "parse_period",
    "print_serial",
    "render_certificate",
    "revoke",
    "supersede",
]
