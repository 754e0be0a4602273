"""A second provider of another house, oidc-provider, which also tells when somebody signs out there."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from urllib.parse import parse_qs

import httpx
import pytest
from flask import Flask
from sqlalchemy import update

from lms.accounts.models import Account, SignInProvider
from lms.accounts.single_sign_on.client_secrets import encrypt
from lms.accounts.single_sign_on.rules import SignInProblem
from lms.kernel import clock
from lms.kernel.db import session, unit_of_work
from tests.factories.canaille import CLIENT_ID, CLIENT_SECRET, sign_in_at
from tests.factories.oidc_provider import running_oidc_provider
from tests.factories.pages import form_on, read_html
from tests.factories.people import make_small_organisation
from tests.waiting import DEADLINE_SECONDS, wait_until

CALLBACK, BACK = "/login/with/hills/callback", "http://localhost/login/with/hills/callback"


@dataclass
class Running:
    """A running provider, and where it tells that somebody signed out."""

    issuer: str
    receiver: HTTPServer

    def token(self) -> str:
        """Returns the token of the sign-out that it has sent."""
        return wait_until(lambda: getattr(self.receiver, "token", ""), "the provider tells of the sign-out")


@pytest.fixture
def hills(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.server.token = parse_qs(body)["logout_token"][0]  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    receiver = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    tells = f"http://127.0.0.1:{receiver.server_port}/logout"
    with running_oidc_provider(tmp_path_factory, BACK, tells) as issuer:
        yield Running(issuer, receiver)
    receiver.shutdown()
    receiver.server_close()


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_verified_email_signs_in_and_signing_out_there_signs_out_here(app: Flask, hills: Running) -> None:
    make_small_organisation(app)
    networks = {"sign_in_networks": [ip_network("127.0.0.0/8")]}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=networks)
    with app.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.id == 1).values(password=None))
        values = {"slug": "hills", "name": "Hills", "issuer": hills.issuer, "client_id": CLIENT_ID}
        secret = encrypt(str(app.secret_key), CLIENT_SECRET)
        more = {"match_by": "email", "email_domains": [], "organisation_id": 1, "recorded_at": clock.now()}
        session.add(SignInProvider(**values, **more, client_secret=secret))

    def signs_in(name: str, browser: httpx.Client) -> str:
        address = client.get("/login/with/hills").headers["Location"]
        consents: dict[str, str] = {"prompt": "consent"}
        back = sign_in_at(browser, address, BACK, {"login": name, "password": "any"}, consents)
        page = client.get(back.removeprefix("http://localhost"))
        return client.post(CALLBACK, data=form_on(page, CALLBACK).values).headers["Location"]

    client, neighbour = app.test_client(), app.test_client()
    with httpx.Client(timeout=DEADLINE_SECONDS) as browser:
        # Amina's e-mail, which somebody else has typed there and nobody has verified.
        assert signs_in("tomas", browser) == f"/login/with/hills/problem/{SignInProblem.UNVERIFIED_EMAIL}"
    with httpx.Client(timeout=DEADLINE_SECONDS) as browser:
        assert signs_in("amina", browser) == "/my"
        assert client.get("/account").status_code == 200
        page = browser.get(f"{hills.issuer}/session/end")
        (form, *_more), _links = read_html(page.text)
        assert browser.post(form.action, data=form.values | {"logout": "yes"}).status_code < 400
    token = hills.token()
    assert neighbour.post("/login/with/hills/logout", data={"logout_token": f"{token}x"}).status_code == 400
    assert client.get("/account").status_code == 200
    assert neighbour.post("/login/with/hills/logout", data={"logout_token": token}).status_code == 200
    assert client.get("/account").status_code == 302
