"""Our own banks as plain questions, and what two questions are compared by."""

from pathlib import Path
from typing import Any

from lms.authoring.exchange.questions import PARTS
from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.catalogue.source.schemas.banks import BankFile, stored_body

FILES = sorted((Path(__file__).parents[3] / "quizzes").glob("*.yml"))


def load_bank(path: Path) -> list[dict[str, Any]]:
    """The questions of a bank as they are published."""
    bank = BankFile.model_validate(read_yaml(path.name, path.read_text("utf-8")).value)
    return [
        {
            "id": question.id,
            "objective": question.objective,
            "type": question.type,
            "red_line": question.red_line,
            "sectors": question.sectors,
            **stored_body(question),
        }
        for question in bank.questions
    ]


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
