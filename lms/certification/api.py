"""What other packages may use of certification: awards, sessions, and recognised prior training.

The rules of periods, dates and serials are exported for everybody; modules that must load no database import them
from ``lms.certification.awards.rules``, which is pure.
"""

from lms.certification.awards.bulk import EarnedAward, build_awards
from lms.certification.awards.document import SECTOR_KEYS
from lms.certification.awards.issuer import Issuer
from lms.certification.awards.operations import NewAward, issue_list, revoke, supersede
from lms.certification.awards.queries import AwardRow, find_last_award, list_awards_of
from lms.certification.awards.rules import normalise_serial, parse_period, print_serial
from lms.certification.training.operations import TrainingDetails, record_session

__all__ = [
    "SECTOR_KEYS",
    "AwardRow",
    "EarnedAward",
    "Issuer",
    "NewAward",
    "TrainingDetails",
    "build_awards",
    "find_last_award",
    "issue_list",
    "list_awards_of",
    "normalise_serial",
    "parse_period",
    "print_serial",
    "record_session",
    "revoke",
    "supersede",
]
