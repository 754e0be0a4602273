"""Refusals of pathways, as facts."""

from lms.kernel.errors import Refusal


class NewerVersion(Refusal):
    """Somebody published a newer version while this one was being written; ``number`` is the newest."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "Somebody published a newer version of this pathway while you were writing. Look at it, then decide."
        )
        self.number = number
