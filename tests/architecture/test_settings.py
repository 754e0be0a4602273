"""Every setting is in the manual, word for word."""

from pathlib import Path

from lms.kernel.config import Settings

MANUAL = Path(__file__).resolve().parents[2] / "docs" / "handbook" / "settings.md"


def test_every_setting_is_documented() -> None:
    manual = MANUAL.read_text()
    missing = [
        name
        for name, field in Settings.model_fields.items()
        if f"`LMS_{name.upper()}`" not in manual or (field.description or "?").replace("\n", " ") not in manual
    ]
    assert missing == []
