"""Settings are checked when a program starts: a sentence for each that is wrong, with what to write."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lms.kernel.config import ROOT, Settings, load_settings
from lms.kernel.errors import CannotStart

WRONG = [
    ("TIME_ZONE", "Mars/Olympus", "this is not a time zone. Write it like Africa/Nairobi"),
    ("PUBLIC_ADDRESS", "learn.example.org", "write a whole address, such as https://learn.example.org"),
    ("PUBLIC_ADDRESS", "https://learn.example.org:99999", "write a whole address"),
    ("QUICK_EXIT_ADDRESS", "javascript:alert(1)", "write a whole address"),
    ("LANGUAGES", "en,fr", 'write a JSON list of codes of languages, the default first, such as ["en", "fr"]'),
    ("LANGUAGES", "[]", "write a JSON list"),
    ("LANGUAGES", '["english"]', "write a JSON list"),
    ("MAIL_PORT", "-1", "write 0 or more"),
    ("MAIL_PER_MINUTE", "-1", "write 0 or more"),
    ("MAIL_PORT", "65536", "write 65535 or less"),
    ("MAIL_PORT", "smtp", "write a whole number"),
    ("MAIL_SERVER", "smtp://mail.example.org:25", "write only the machine's name"),
    ("MAIL_SENDER", "Every Sector", "write an e-mail address"),
    ("SECURITY_CONTACT", "the administrator", "write an e-mail address, such as security@example.org, or the address"),
    ("SECURITY_CONTACT", "http://example.org/security", "write an e-mail address"),
    ("SECURITY_CONTACT", "https://", "write a whole address"),
    ("GAP_DAYS", "366", "write 365 or less"),
    ("PRIOR_TRAINING_MONTHS", "two", "write a whole number"),
    ("REMINDERS_HOUR", "24", "write 23 or less"),
    ("SIGN_IN_HOURS", "0", "write 1 or more"),
    ("TRUSTED_PROXIES", "-1", "write 0 or more"),
    ("MAX_REQUEST_BYTES", "2 MB", "write a whole number"),
    ("MAX_IMPORT_BYTES", "5", "write 100000 or more"),
    ("SECURE_COOKIES", "perhaps", "write true or false"),
    ("MAIL_SECURITY", "true", "write 'starttls', 'tls' or 'none'"),
    ("RATE_LIMITS", "many", "write true or false"),
    ("LOG_FORMAT", "xml", "write 'json' or 'console'"),
]
SECRET = [
    ("DATABASE_URL", "mysql://amina:s3cret@host/name", "write an address such as postgresql://"),
    ("DATABASE_URL", "s3cret", "write an address such as postgresql://"),
    ("SECRET_KEY", "s3cret", "it is shorter than 16 characters. Make one"),
    ("RATE_LIMIT_STORAGE", "http://:s3cret@host", "write the address of a Redis"),
]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have settings of their own."""
    for name in os.environ:
        if name.upper().startswith("LMS_"):
            monkeypatch.delenv(name)


def problems() -> list[str]:
    with pytest.raises(CannotStart) as refused:
        load_settings()
    *sentences, where = str(refused.value).split("\n")
    assert where == "All settings: docs/handbook/settings.md"
    return sentences


@pytest.mark.parametrize(("name", "value", "advice"), WRONG)
def test_a_wrong_value_is_named_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str
) -> None:
    monkeypatch.setenv(f"LMS_{name}", value)
    [sentence] = problems()
    assert sentence.startswith(f"LMS_{name}={value}: {advice}")


@pytest.mark.parametrize(("name", "value", "advice"), SECRET)
def test_a_secret_is_not_repeated(monkeypatch: pytest.MonkeyPatch, name: str, value: str, advice: str) -> None:
    monkeypatch.setenv(f"LMS_{name}", value)
    [sentence] = problems()
    assert sentence.startswith(f"LMS_{name}: {advice}")
    assert "s3cret" not in sentence


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("LMS_SECURE_COOKIE", "LMS_SECURE_COOKIE is not a setting. Did you mean LMS_SECURE_COOKIES?"),
        ("LMS_TIMEZONE", "LMS_TIMEZONE is not a setting. Did you mean LMS_TIME_ZONE?"),
        ("lms_gap_day", "lms_gap_day is not a setting. Did you mean LMS_GAP_DAYS?"),
        ("LMS_MAIL_USE_TLS", "LMS_MAIL_USE_TLS is not a setting. Did you mean LMS_MAIL_SECURITY?"),
        ("LMS_QQQ", "LMS_QQQ is not a setting. Remove it from the environment."),
    ],
)
def test_a_misspelt_name_is_named_with_the_nearest_right_one(
    monkeypatch: pytest.MonkeyPatch, name: str, sentence: str
) -> None:
    monkeypatch.setenv(name, "true")
    assert problems() == [sentence]


def test_all_problems_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LMS_TIMEZONE", "LMS_TIME_ZONE", "LMS_MAIL_PORT"):
        monkeypatch.setenv(name, "x")
    assert len(problems()) == 3


def test_what_is_right_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    values = {
        "PUBLIC_ADDRESS": "https://learn.example.org/",
        "LANGUAGES": '["ar", "fr", "pt_BR"]',
        "DATABASE_URL": "postgresql://a:p%40ss@host/name",
        "RATE_LIMIT_STORAGE": "rediss://:password@host:6379/0",
        "MAIL_SERVER": "::1",
        "MAIL_SENDER": "Every Sector <learn@example.org>",
        "MAIL_PORT": "587",
        "INSTANCE": str(tmp_path),
        "MAX_IMPORT_BYTES": "",
        # Not a setting, but what `flask database move` reads.
        "MOVE_TO": "postgresql://host/name",
        "POSTGRESQL_PROGRAMS": "",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"LMS_{name}", value)
    settings = load_settings()
    assert settings.public_address == "https://learn.example.org"
    assert settings.languages == ["ar", "fr", "pt_BR"]
    # Empty is as if it were not set.
    assert settings.max_import_bytes == Settings.model_fields["max_import_bytes"].default
    assert settings.postgresql_programs is None


def test_a_command_ends_with_the_sentence_alone(tmp_path: Path) -> None:
    environment = os.environ | {"LMS_INSTANCE": str(tmp_path), "LMS_TIME_ZONE": "Mars/Olympus", "LMS_TIMEZONE": "UTC"}
    ended = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "serve"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "LMS_TIMEZONE is not a setting. Did you mean LMS_TIME_ZONE?",
        "LMS_TIME_ZONE=Mars/Olympus: this is not a time zone. Write it like Africa/Nairobi, or UTC.",
        "All settings: docs/handbook/settings.md",
    ]
