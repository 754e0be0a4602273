"""Why an attempt cannot start."""

from datetime import datetime

from lms.kernel.errors import Refusal


class AttemptsExhausted(Refusal):
    """Every try before the pause is used; another attempt may start ``from_when``."""

    def __init__(self, from_when: datetime) -> None:
        super().__init__("You have used all tries for now. Please take the pause and read the modules again.")
        self.from_when = from_when


class NothingToExamine(Refusal):
    """The course has no questions, or none for this sector."""

    def __init__(self) -> None:
        super().__init__("This course has no questions yet. Please tell the people who look after training.")
