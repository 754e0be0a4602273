"""What a picture of a course may take, and what is cut off."""

from dataclasses import dataclass

BUDGET_BYTES = 40_000
"""What a picture should take at most: two or three seconds on a slow phone line."""


@dataclass(frozen=True, slots=True)
class Crop:
    """How much is cut off each side, in percent of the width or the height."""

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0


@dataclass(frozen=True, slots=True)
class PreparedPicture:
    """A picture ready for a course: its bytes, the ending of its name, its size in pixels."""

    data: bytes
    ending: str
    width: int
    height: int

    @property
    def is_within_budget(self) -> bool:
        """Returns whether it is as small as a picture should be."""
        return len(self.data) <= BUDGET_BYTES
