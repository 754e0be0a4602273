"""Training status as pure functions of facts, by the definitions of docs/handbook/status.md.

No clock, no database, no web. `known(facts, moment)` first, then `by_person`, then `standings_of_person` for
one day, or an `Obligation` for many days.
"""

from lms.compliance.status.award_end import effective_end
from lms.compliance.status.definitions import (
    DEFINITIONS_VERSION,
    GROUPS,
    SEVERITY,
    ExplainedStatus,
    Limit,
    Reason,
    StatusGroup,
    StatusRule,
    TrainingStatus,
    overall,
    rate,
    urgency,
)
from lms.compliance.status.evaluate import Obligation, PersonStatus, change_days, status_on, statuses_of_person
from lms.compliance.status.explain import ENGLISH, Language, details, english_day, sentence
from lms.compliance.status.facts import (
    DEFAULT_SETTINGS,
    AwardFact,
    ExemptionFact,
    Facts,
    Id,
    Match,
    PersonFacts,
    PlacementFact,
    ProgressFact,
    RequirementFact,
    RequirementVersionFact,
    RevocationFact,
    StatusSettings,
    by_person,
    first_revocations,
    known,
)
from lms.compliance.status.intervals import ObligationInterval, OverallInterval, intervals_of, overall_intervals
from lms.compliance.status.obligation import main_placement

__all__ = [
    "DEFAULT_SETTINGS",
    "DEFINITIONS_VERSION",
    "ENGLISH",
    "GROUPS",
    "SEVERITY",
    "AwardFact",
    "ExemptionFact",
    "ExplainedStatus",
    "Facts",
    "Id",
    "Language",
    "Limit",
    "Match",
    "Obligation",
    "ObligationInterval",
    "OverallInterval",
    "PersonFacts",
    "PersonStatus",
    "PlacementFact",
    "ProgressFact",
    "Reason",
    "RequirementFact",
    "RequirementVersionFact",
    "RevocationFact",
    "StatusGroup",
    "StatusRule",
    "StatusSettings",
    "TrainingStatus",
    "by_person",
    "change_days",
    "details",
    "effective_end",
    "english_day",
    "first_revocations",
    "intervals_of",
    "known",
    "main_placement",
    "overall",
    "overall_intervals",
    "rate",
    "sentence",
    "status_on",
    "statuses_of_person",
    "urgency",
]
