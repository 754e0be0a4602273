"""What a mail looks like, and what ``flask mail test`` says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from lms.kernel import clock, mail, outbox, smtp
from lms.kernel.config import Settings
from lms.kernel.db import unit_of_work
from lms.kernel.mail_failures import AddressUnusable, SenderWrong
from tests.factories.application import make_settings, running_application
from tests.factories.mail_server import Scripted, Sink, mail_server, mails, scripted_server, text_of
from tests.waiting import reserved_port

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
LONG = "word " * 400 + "https://training.example/" + "a" * 300


def server(sender: str = "every-sector@localhost") -> smtp.MailServer:
    return smtp.MailServer("localhost", 25, "none", "", "", None, sender, "Évery, Sector", 10.0)


def written(to: str = "amina@demo.example", subject: str = "Hello", body: str = "Text", sender: str = "") -> Any:
    made = smtp.compose(server(sender or "every-sector@localhost"), to, subject, body, "ar", NOON)
    raw = made.as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.splitlines())) <= 78
    return message_from_bytes(raw, policy=policy.default)


def test_the_headers() -> None:
    found = written(sender="t@exämple.org")
    assert found["From"].addresses[0].display_name == "Évery, Sector"
    assert found["From"].addresses[0].addr_spec == "t@xn--exmple-cua.org"
    assert found["Date"].datetime == NOON
    assert found["Message-ID"].endswith("@xn--exmple-cua.org>")
    assert found["Message-ID"] != written()["Message-ID"]
    assert (found["Auto-Submitted"], found["Content-Language"]) == ("auto-generated", "ar")
    assert written(sender="Training <t@example.org>")["From"] == "Training <t@example.org>"


@pytest.mark.parametrize("body", ["Plain\n", "مرحبا\n", LONG + "\n", "مرحبا " * 500 + "\n"])
def test_a_text_arrives_as_it_was_written(body: str) -> None:
    assert text_of(written(body=body)) == body


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: x@evil.example", "Hello\nBcc: x@evil.example\n\nBody", "a\x00b\rc"])
def test_a_subject_begins_no_other_header(subject: str) -> None:
    found = written(subject=subject)
    assert sorted(found.keys()) == sorted(written().keys())
    assert "\n" not in found["Subject"]


@pytest.mark.parametrize(
    "to", ["a@demo.example\r\nBcc: x@evil.example", "a@demo.example, x@evil.example", "A <a@demo.example>", "a b", ""]
)
def test_an_address_is_one_address(to: str) -> None:
    with pytest.raises(AddressUnusable):
        written(to=to)


@pytest.mark.parametrize("sender", ["nobody", "a@", "A <>", "@b.example"])
def test_a_sender_is_an_address(sender: str) -> None:
    with pytest.raises(SenderWrong):
        written(sender=sender)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(tmp_path, database_url)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("knows_utf8", [True, False])
def test_letters_outside_ascii_in_an_address(settings: Settings, *, knows_utf8: bool) -> None:
    sink = Sink()
    with mail_server(sink, enable_SMTPUTF8=knows_utf8) as controller:
        changes = {"mail_server": "127.0.0.1", "mail_port": controller.port}
        with running_application(settings.model_copy(update=changes)) as app, app.app_context():
            with unit_of_work():
                mail.queue("jürgen@exämple.org", "Hello", "Text", language="en")
                mail.queue("amina@exämple.org", "Hello", "Text", language="en")
            outbox.sweep()
    expected = ["jürgen@xn--exmple-cua.org"] if knows_utf8 else []
    assert sink.recipients == [*expected, "amina@xn--exmple-cua.org"]


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_mails_that_wait_for_an_hour_are_in_the_log_and_others_are_not(
    app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        with clock.using(clock.FixedClock(NOON)), unit_of_work():
            mail.queue("amina@demo.example", "Hello", "Text")
            outbox.put("mail", "later", {}, not_before=NOON + timedelta(days=2))
        for minutes, expected in ((59, 0), (61, 1)):
            with clock.using(clock.FixedClock(NOON + timedelta(minutes=minutes))):
                capsys.readouterr()
                outbox.warn_of_overdue_mails()
                said = capsys.readouterr().err
                assert outbox.count_overdue_mails().num == expected
                assert said.count('"mails": 1') == expected
                assert "amina" not in said


def run(settings: Settings, port: int, **changes: object) -> tuple[int, str]:
    values = {"mail_server": "127.0.0.1", "mail_port": port, **changes}
    with running_application(settings.model_copy(update=values)) as app:
        app.config["MAIL_TIMEOUT_SECONDS"] = 30.0 if port else 1.0
        result = app.test_cli_runner().invoke(args=["mail", "test", str(changes.get("to", "amina@demo.example"))])
    return result.exit_code, result.output


@pytest.fixture
def sink() -> Iterator[Controller]:
    with mail_server(Sink()) as controller:
        yield controller


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_command_sends_one_mail(settings: Settings, sink: Controller) -> None:
    code, said = run(settings, sink.port)
    (arrived,) = mails(sink)
    assert (code, "has accepted the mail" in said, arrived["Message-ID"] in said) == (0, True, True)
    assert arrived["Subject"] == "Test mail from Every Sector"
    assert "If you can read it, mails arrive." in " ".join(text_of(arrived).split())


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_the_command_says_what_to_do(settings: Settings, sink: Controller, subtests: pytest.Subtests) -> None:
    port = sink.port
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"mail_server": ""}, ["Set LMS_MAIL_SERVER"]),
        ({"mail_sender": "nobody"}, ["LMS_MAIL_SENDER is no e-mail address"]),
        ({"mail_server": "mail.invalid"}, ["name of the mail server was not found"]),
        ({"mail_security": "starttls"}, ["offers no encryption (STARTTLS)", "Nothing was sent"]),
        ({"mail_security": "tls"}, ["tls belongs to port 465"]),
        ({"mail_username": "u", "mail_password": "secret"}, ["Set LMS_MAIL_SECURITY to starttls or tls"]),
        ({"mail_ca_file": Path("/nothing.pem")}, ["LMS_MAIL_CA_FILE"]),
        ({"to": "nobody@demo.example"}, ["550 no such mailbox", "Check the address"]),
        ({"to": "later@demo.example"}, ["450 greylisted", "in some minutes"]),
        ({"to": "no address"}, ["Check its spelling"]),
    ]
    for changes, sentences in cases:
        with subtests.test(changes=changes):
            code, said = run(settings, port, **changes)
            assert code == 1
            assert [sentence for sentence in sentences if sentence not in said] == []
            assert "secret" not in said
    assert mails(sink) == []
    with reserved_port() as free:
        assert "587 for starttls" in run(settings, free)[1]

    def hang_up(_server: Scripted, _client: Any) -> None:
        pass

    with scripted_server(hang_up) as broken:
        assert "broke off" in run(settings, broken.port)[1]
