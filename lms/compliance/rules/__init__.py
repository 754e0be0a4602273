"""Standing as pure functions of facts, by the definitions of docs/handbook/standing.md.

No clock, no database, no web. `known(facts, moment)` first, then `by_person`, then `standings_of_person` for
one day, or an `Obligation` for many days.
"""

from lms.compliance.rules.endings import effective_end
from lms.compliance.rules.evaluation import (
    Obligation,
    PersonStanding,
    change_days,
    standing,
    standings_of_person,
)
from lms.compliance.rules.facts import (
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
from lms.compliance.rules.sentences import ENGLISH, Language, english_day, sentence
from lms.compliance.rules.stretches import PostStretch, Stretch, post_stretches, stretches_of
from lms.compliance.rules.timeline import main_placement
from lms.compliance.rules.vocabulary import (
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
