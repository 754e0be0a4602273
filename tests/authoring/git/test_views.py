"""The address that a git server calls: who knows the secret has the worker look, and nobody else does anything."""

import hashlib
import hmac
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.authoring.git import jobs
from lms.authoring.git.rules import is_signed
from lms.kernel import outbox
from lms.kernel.config import Settings
from lms.kernel.db import reading, session
from tests.authoring.git.remote import MODULE, Remote, open_drafts, ours

ADDRESS, SECRET = "/webhooks/git", "a-long-secret-of-both"
BODY = b'{"ref": "refs/heads/other", "repository": {"clone_url": "https://evil.example/x.git"}}'


def signature(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


KNOW_IT = (
    {"X-Hub-Signature-256": f"sha256={signature(BODY)}"},
    {"X-Gitea-Signature": signature(BODY)},
    {"X-Gitlab-Token": SECRET},
)
DO_NOT: tuple[Mapping[str, str], ...] = (
    {},
    {"X-Hub-Signature-256": ""},
    {"X-Hub-Signature-256": signature(BODY)},
    {"X-Hub-Signature-256": f"sha256={signature(BODY + b' ')}"},
    {"X-Hub-Signature-256": f"sha256={signature(BODY, 'another')}"},
    {"X-Hub-Signature-256": "sha256=\xe9"},
    {"X-Gitlab-Token": "another"},
    {"X-Gitlab-Token": signature(BODY)},
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"git_webhook_secret": SECRET, "rate_limits": True})


def waiting() -> int:
    with reading():
        return session.query(outbox.OutboxRow).filter_by(kind=jobs.JOB, done_at=None).count()


def test_whoever_knows_the_secret_is_believed() -> None:
    """Signature and body are an example in GitHub's documentation, "Validating webhook deliveries"."""
    header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    assert is_signed(b"Hello, World!", {"X-Hub-Signature-256": header}, "It's a Secret to Everybody")
    for headers in DO_NOT:
        assert not is_signed(BODY, headers, SECRET)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.usefixtures("folder")
def test_a_push_comes_in_at_once_and_strangers_do_nothing(app: Flask, client: FlaskClient, remote: Remote) -> None:
    with app.app_context():
        assert jobs.synchronise()
        remote.push("Mend a sentence", **{MODULE: ours()[MODULE].decode() + "\nFrom git.\n"})
    answers = [client.post(ADDRESS, data=BODY, headers=headers).status_code for headers in DO_NOT]
    with app.app_context():
        assert (set(answers), waiting()) == ({403}, 0)
    sent = [client.post(ADDRESS, data=BODY, headers=headers) for headers in KNOW_IT]
    # GitHub can send it as a form, too.
    form = b"payload=%7B%7D"
    proof = {"X-Hub-Signature-256": f"sha256={signature(form)}", "Content-Type": "application/x-www-form-urlencoded"}
    sent.append(client.post(ADDRESS, data=form, headers=proof))
    assert [(each.status_code, each.text) for each in sent] == [(202, "")] * 4
    assert client.get(ADDRESS).status_code == 405
    with app.app_context():
        assert waiting() == 4
        while outbox.sweep():
            pass
        assert [draft.title for draft in open_drafts()] == ["From git: Mend a sentence"]
    # Whatever is sent, it is not sent without end.
    assert [client.post(ADDRESS, data=BODY).status_code for _ in range(31)].count(403) == 30 - len(answers) - len(sent)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize("missing", ["git_webhook_secret", "git_repository"])
def test_without_a_secret_or_a_repository_there_is_no_such_address(
    app: Flask, client: FlaskClient, missing: str
) -> None:
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={missing: ""})
    assert client.post(ADDRESS, data=b"", headers={"X-Gitlab-Token": ""}).status_code == 404
