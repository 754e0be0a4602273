"""Standing as pure functions of facts, by the definitions of docs/handbook/standing.md.

No clock, no database, no web. `known(facts, moment)` first, then `by_person`, then `standings_of_person` for
one day, or an `Obligation` for many days.
"""

from lms.compliance.status.award_end import effective_end
from lms.compliance.status.definitions import (
    DEFINITIONS_VERSION,
    GROUPS,
    SEVERITY,
    Because,
    Explained,
    Group,
    Limit,
    Rule,
    Standing,
    overall,
    rate,
)
from lms.compliance.status.evaluate import (
    Obligation,
    PersonStanding,
    change_days,
    standing,
    standings_of_person,
)
from lms.compliance.status.explain import ENGLISH, Language, english_day, sentence
from lms.compliance.status.facts import (
    DEFAULTS,
    Award,
    Exemption,
    Facts,
    Id,
    Match,
    PersonFacts,
    Placement,
    Progress,
    Requirement,
    RequirementVersion,
    Revocation,
    Settings,
    by_person,
    first_revocations,
    known,
)
from lms.compliance.status.intervals import PostStretch, Stretch, post_stretches, stretches_of
from lms.compliance.status.obligation import main_placement

__all__ = [
    "DEFAULTS",
    "DEFINITIONS_VERSION",
    "ENGLISH",
    "GROUPS",
    "SEVERITY",
    "Award",
    "Because",
    "Exemption",
    "Explained",
    "Facts",
    "Group",
    "Id",
    "Language",
    "Limit",
    "Match",
    "Obligation",
    "PersonFacts",
    "PersonStanding",
    "Placement",
    "PostStretch",
    "Progress",
    "Requirement",
    "RequirementVersion",
    "Revocation",
    "Rule",
    "Settings",
    "Standing",
    "Stretch",
    "by_person",
    "change_days",
    "effective_end",
    "english_day",
    "first_revocations",
    "known",
    "main_placement",
    "overall",
    "post_stretches",
    "rate",
    "sentence",
    "standing",
    "standings_of_person",
    "stretches_of",
]
