"""Our own banks as plain questions, as they are published."""

from pathlib import Path
from typing import Any

from lms.catalogue.source.parsing.yaml_document import read_yaml
from lms.catalogue.source.schemas.banks import BankFile, stored_body
from lms.kernel.config import ROOT

FILES = sorted((ROOT / "quizzes").glob("*.yml"))


def load_bank(path: Path) -> list[dict[str, Any]]:
    """Returns the questions of a bank."""
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
