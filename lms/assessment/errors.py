"""Why an attempt cannot start."""

from datetime import datetime

from flask_babel import lazy_gettext as _l

from lms.kernel.errors import Refusal


class AttemptsExhausted(Refusal):
    """All attempts before the pause are used; another one may start at ``next_attempt_at``."""

    default = _l("You have used all your attempts for now. Please read the modules again during the pause.")

    def __init__(self, next_attempt_at: datetime) -> None:
        super().__init__()
        self.next_attempt_at = next_attempt_at


class NoQuestions(Refusal):
    """The course has no questions, or none for this sector."""

    default = _l("This course has no questions yet. Please ask the people responsible for training.")
