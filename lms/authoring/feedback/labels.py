"""What can be wrong, in the learner's words."""

from enum import StrEnum

from lms.kernel.i18n import lazy_gettext as _l


class FeedbackKind(StrEnum):
    """What a learner says is wrong."""

    SECTOR = "sector"
    HARD = "hard"
    ERROR = "error"
    UNFAIR = "unfair"
    TRANSLATION = "translation"
    BROKEN = "broken"
    OTHER = "other"


KIND_LABELS = {
    FeedbackKind.SECTOR: _l("It does not fit the work of my sector"),
    FeedbackKind.HARD: _l("It is hard to understand"),
    FeedbackKind.ERROR: _l("A fact is not right"),
    FeedbackKind.UNFAIR: _l("A question is wrong or unfair"),
    FeedbackKind.TRANSLATION: _l("The translation"),
    FeedbackKind.BROKEN: _l("A picture or link does not work"),
    FeedbackKind.OTHER: _l("Something else"),
}
