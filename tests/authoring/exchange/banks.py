"""What two questions are compared by."""

from typing import Any

from lms.authoring.exchange.questions import PARTS


def comparable(question: dict[str, Any]) -> dict[str, Any]:
    """A question without what no format says: the ids of its parts, and what is false or empty anyway."""
    found = {key: value for key, value in question.items() if value not in ([], None)}
    for name in PARTS:
        if name in found:
            found[name] = [
                {key: value for key, value in part.items() if key != "id" and (value or key == "true")}
                for part in found[name]
            ]
    return found
