"""What a provider says is believed only where it is right: a provider of the test says anything, signed as it likes."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from joserfc.jws import JWSRegistry
from sqlalchemy import delete, select, update

from lms.accounts.models import Account, SignedInSession, SignInLink, SignInProvider
from lms.accounts.single_sign_on.client_secrets import encrypt
from lms.accounts.single_sign_on.openid import LOGOUT_EVENT
from lms.accounts.single_sign_on.rules import SignInProblem
from lms.kernel import clock
from lms.kernel.db import reading, session, unit_of_work
from tests.factories.pages import form_on
from tests.factories.people import make_small_organisation

CLIENT_ID, CLIENT_SECRET = "every-sector", "a secret of at least 32 characters for HS256"
CALLBACK = "/login/with/odd/callback"
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "one"})
REGISTRY = JWSRegistry(algorithms=["RS256", "HS256"])


@dataclass
class Provider:
    """A provider that answers what a test wants."""

    port: int = 0
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Returns right claims with some changed; None leaves one out."""
        now = int(time.time())
        right = {"iss": self.issuer, "sub": "s-1", "aud": CLIENT_ID, "exp": now + 60, "iat": now}
        right |= {"email": "amina@demo.example", "email_verified": True}
        return {name: value for name, value in (right | changes).items() if value is not None}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, answer = found.answers.get(self.path, (404, {}))
            body = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            found.sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.do_GET()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.port = server.server_port
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture
def odd(app: Flask, provider: Provider) -> Flask:
    """The small organisation with the provider; Amina has no password yet."""
    make_small_organisation(app)
    networks = {"sign_in_networks": [ip_network("127.0.0.0/8")]}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=networks)
    with app.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.id == 1).values(password=None))
        values = {"slug": "odd", "name": "Odd", "issuer": provider.issuer, "client_id": CLIENT_ID}
        secret = encrypt(str(app.secret_key), CLIENT_SECRET)
        more = {"match_by": "email", "email_domains": ["demo.example"], "organisation_id": 1}
        session.add(SignInProvider(**values, **more, client_secret=secret, recorded_at=clock.now()))
    paths = {"authorization": "/authorize", "token": "/token", "userinfo": "/userinfo", "end_session": "/end"}
    provider.answers = {
        "/.well-known/openid-configuration": (
            200,
            {f"{name}_endpoint": f"{provider.issuer}{path}" for name, path in paths.items()}
            | {"issuer": provider.issuer, "jwks_uri": f"{provider.issuer}/keys"},
        ),
        "/keys": (200, {"keys": [KEY.as_dict(private=False)]}),
        "/userinfo": (200, {"sub": "s-1", "employee_number": "W-1"}),
    }
    return app


def signed(claims: dict[str, Any], key: Any = KEY, **header: str) -> str:
    return jwt.encode({"alg": "RS256", "kid": "one"} | header, claims, key, registry=REGISTRY)


def unsigned(claims: dict[str, Any]) -> str:
    """Returns a token without a signature, which joserfc does not make."""
    parts = ({"alg": "none", "kid": "one"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."


def comes_back(client: FlaskClient, provider: Provider, answer: Callable[[str], tuple[int, Any]]) -> str:
    """Goes to the provider and comes back; ``answer`` makes what it says of the nonce. Returns where one is led."""
    address = client.get("/login/with/odd").headers["Location"]
    values = {name: each[0] for name, each in parse_qs(urlsplit(address).query).items()}
    provider.answers["/token"] = answer(values["nonce"])
    page = client.get(f"{CALLBACK}?code=c&state={values['state']}")
    return client.post(CALLBACK, data=form_on(page, CALLBACK).values).headers["Location"]


NOT_TRUSTED, WRONG_TIME = SignInProblem.NOT_TRUSTED, SignInProblem.WRONG_TIME
UNVERIFIED = SignInProblem.UNVERIFIED_EMAIL
CLAIMS: tuple[tuple[str, dict[str, Any], SignInProblem | None], ...] = (
    ("right", {}, None),
    ("several audiences", {"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID}, None),
    ("other issuer", {"iss": "https://other.example"}, NOT_TRUSTED),
    ("no issuer", {"iss": None}, NOT_TRUSTED),
    ("other audience", {"aud": "other"}, NOT_TRUSTED),
    ("several audiences, of another", {"aud": [CLIENT_ID, "other"], "azp": "other"}, NOT_TRUSTED),
    ("several audiences, of nobody", {"aud": [CLIENT_ID, "other"]}, NOT_TRUSTED),
    ("other nonce", {"nonce": "other"}, NOT_TRUSTED),
    ("no nonce", {"nonce": None}, NOT_TRUSTED),
    ("expired", {"exp": 1_700_000_000}, WRONG_TIME),
    ("no end", {"exp": None}, NOT_TRUSTED),
    ("of tomorrow", {"iat": 4_000_000_000}, WRONG_TIME),
    ("not yet valid", {"nbf": 4_000_000_000}, WRONG_TIME),
    ("no subject", {"sub": None}, NOT_TRUSTED),
    ("a number as subject", {"sub": 7}, NOT_TRUSTED),
    ("an empty subject", {"sub": ""}, NOT_TRUSTED),
    ("a long subject", {"sub": "s" * 256}, NOT_TRUSTED),
    ("a subject in two lines", {"sub": "s\n1"}, NOT_TRUSTED),
    ("a word as list", {"amr": "mfa"}, NOT_TRUSTED),
    ("of another access token", {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}, NOT_TRUSTED),
    ("unverified", {"email_verified": False}, UNVERIFIED),
    ("unverified in words", {"email_verified": "false"}, UNVERIFIED),
    ("nothing said of verifying", {"email_verified": None}, UNVERIFIED),
    ("something odd said", {"email_verified": [1]}, UNVERIFIED),
    ("of another domain", {"email": "amina@evil.example"}, UNVERIFIED),
    ("of a longer domain", {"email": "amina@demo.example.evil.example"}, UNVERIFIED),
    ("a list of e-mails", {"email": ["amina@demo.example"]}, UNVERIFIED),
    ("nobody's", {"email": "nobody@demo.example"}, SignInProblem.UNKNOWN_PERSON),
    ("an administrator's", {"email": "root@demo.example"}, SignInProblem.ONLY_HERE),
)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_right_claims_sign_somebody_in(odd: Flask, provider: Provider, subtests: pytest.Subtests) -> None:
    for name, changes, problem in CLAIMS:
        with subtests.test(name):
            client = odd.test_client()
            led = comes_back(
                client,
                provider,
                lambda nonce, changes=changes: (
                    200,
                    {"id_token": signed(provider.claims(**{"nonce": nonce} | changes)), "access_token": "a"},
                ),
            )
            assert led == (f"/login/with/odd/problem/{problem}" if problem else "/my")
            assert (client.get("/account").status_code == 200) is (problem is None)
        with odd.app_context(), unit_of_work():
            session.execute(delete(SignedInSession))
            session.execute(delete(SignInLink))
    # What a code is exchanged with: the proof that it is the browser that began.
    assert set(provider.sent) == {"grant_type", "code", "redirect_uri", "code_verifier"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_the_providers_own_signature_counts(odd: Flask, provider: Provider, subtests: pytest.Subtests) -> None:
    secret = OctKey.import_key(CLIENT_SECRET)
    for name, sign in {
        "another key of the same name": lambda claims: signed(claims, OTHER_KEY),
        "an unknown key": lambda claims: signed(claims, OTHER_KEY, kid="two"),
        "the shared secret": lambda claims: signed(claims, secret, alg="HS256"),
        "no signature": unsigned,
        "no token": lambda _claims: "ey",
        "a changed token": lambda claims: signed(claims)[:-6] + "AAAAAA",
    }.items():
        with subtests.test(name):
            client = odd.test_client()
            led = comes_back(
                client,
                provider,
                lambda nonce, sign=sign: (200, {"id_token": sign(provider.claims(nonce=nonce)), "access_token": "a"}),
            )
            assert led == f"/login/with/odd/problem/{NOT_TRUSTED}"
    for name, answer, problem in (
        ("no ID token", (200, {"access_token": "a"}), NOT_TRUSTED),
        ("no JSON", (200, "<html>"), SignInProblem.NOT_SET_UP),
        ("a list", (200, []), SignInProblem.NOT_SET_UP),
        ("a wrong secret", (401, {"error": "invalid_client"}), SignInProblem.NOT_SET_UP),
        ("led elsewhere", (302, {}), SignInProblem.NOT_SET_UP),
        ("down", (503, ""), SignInProblem.UNREACHABLE),
        ("much too long", (200, " " * 1_100_000), SignInProblem.UNREACHABLE),
    ):
        with subtests.test(name):
            led = comes_back(odd.test_client(), provider, lambda _nonce, answer=answer: answer)
            assert led == f"/login/with/odd/problem/{problem}"
    with odd.app_context(), reading():
        assert list(session.scalars(select(SignInLink))) == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_what_is_said_beside_the_token(odd: Flask, provider: Provider, subtests: pytest.Subtests) -> None:
    with odd.app_context(), unit_of_work():
        session.execute(update(SignInProvider).values(match_by="staff_number", staff_number_claim="employee_number"))
    for name, userinfo, problem in (
        ("of the same person", {"sub": "s-1", "employee_number": "W-1"}, None),
        ("of another one", {"sub": "s-2", "employee_number": "W-1"}, SignInProblem.NO_MATCH_BY),
        ("nothing", {"sub": "s-1"}, SignInProblem.NO_MATCH_BY),
        ("a list", {"sub": "s-1", "employee_number": ["W-1"]}, SignInProblem.NO_MATCH_BY),
    ):
        provider.answers["/userinfo"] = (200, userinfo)
        with subtests.test(name):
            led = comes_back(
                odd.test_client(),
                provider,
                lambda nonce: (200, {"id_token": signed(provider.claims(nonce=nonce)), "access_token": "a"}),
            )
            assert led == (f"/login/with/odd/problem/{problem}" if problem else "/my")
        with odd.app_context(), unit_of_work():
            session.execute(delete(SignedInSession))
            session.execute(delete(SignInLink))


SIGN_OUTS: tuple[tuple[str, dict[str, Any], bool], ...] = (
    ("neither person nor session", {"sub": None}, False),
    ("not for signing out", {"events": None}, False),
    ("of another event", {"events": {"https://other.example": {}}}, False),
    ("events that are none", {"events": LOGOUT_EVENT}, False),
    ("a token of signing in", {"nonce": "n"}, False),
    ("no number", {"jti": None}, False),
    ("old", {"iat": 1_700_000_000, "exp": None}, False),
    ("of tomorrow", {"iat": 4_000_000_000}, False),
    ("expired", {"exp": 1_700_000_000}, False),
    ("other audience", {"aud": "other"}, False),
    ("other issuer", {"iss": "https://other.example"}, False),
    ("another person", {"sub": "s-2"}, True),
    ("another session", {"sid": "z"}, True),
    ("right, without an end", {"exp": None}, True),
    ("right again", {}, True),
)


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_only_a_right_token_signs_out(odd: Flask, provider: Provider, subtests: pytest.Subtests) -> None:
    client, out = odd.test_client(), "/login/with/odd/logout"
    answer = lambda nonce: (200, {"id_token": signed(provider.claims(nonce=nonce, sid="a")), "access_token": "a"})  # noqa: E731
    assert comes_back(client, provider, answer) == "/my"
    right = {"email": None, "jti": "1", "events": {LOGOUT_EVENT: {}}}

    def signs_out(token: str) -> int:
        return odd.test_client().post(out, data={"logout_token": token}).status_code

    assert signs_out(signed(provider.claims(**right), OTHER_KEY)) == 400
    assert signs_out("") == 400
    for name, changes, accepted in SIGN_OUTS:
        with subtests.test(name):
            assert signs_out(signed(provider.claims(**right | changes))) == (200 if accepted else 400)
            assert (client.get("/account").status_code == 200) is not name.startswith("right")
    # One session of several, by its name alone.
    first, second = odd.test_client(), odd.test_client()
    assert comes_back(first, provider, answer) == "/my"
    other = lambda nonce: (200, {"id_token": signed(provider.claims(nonce=nonce, sid="b")), "access_token": "a"})  # noqa: E731
    assert comes_back(second, provider, other) == "/my"
    assert signs_out(signed(provider.claims(**right | {"sub": None, "sid": "a"}))) == 200
    assert [each.get("/account").status_code for each in (first, second)] == [302, 200]
