"""Canaille, a directory of another house, as a process. Its words are a port and the address to lead back to.

Its people sign in with their name and PASSWORD. Stdin is read: a line gives it another key, and it answers with a line
once it has it.
"""

import datetime
import sys
import threading
from typing import Any

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from flask import request
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

PASSWORD = "directory-2026"
CLIENT = {"client_id": "every-sector", "client_secret": "secret-of-tests"}
PEOPLE = {"amina": "W-1", "hana": "W-3", "root": "W-5", "nadia": "W-77", "visitor": ""}
"""Who has an account there, with the staff number."""


def new_key() -> dict[str, Any]:
    """Returns a new private key to sign with."""
    return dict(RSAKey.generate_key(2048, auto_kid=True).as_dict(private=True))


def forget_codes() -> None:
    """Forgets the codes that nobody used: its memory would find them in place of the right one."""
    if request.path == "/oauth/authorize":
        for code in Backend.instance.query(models.AuthorizationCode):
            Backend.instance.delete(code)


def main(port: str, return_address: str) -> None:
    """Runs the directory on a port of 127.0.0.1 until the process is ended."""
    app = create_app(
        {
            "SECRET_KEY": "of the directory",
            "SERVER_NAME": f"127.0.0.1:{port}",
            "PREFERRED_URL_SCHEME": "http",
            "CANAILLE": {"DATABASE": "memory", "SMTP": None, "JAVASCRIPT": False, "HTMX": False},
            "CANAILLE_OIDC": {
                "ACTIVE_JWKS": [new_key()],
                # It has no claim of its own for a staff number.
                "USERINFO_MAPPING": {"PREFERRED_USERNAME": "{{ user.employee_number or '' }}"},
            },
        }
    )
    app.before_request(forget_codes)
    home = return_address.partition("/login/")[0]
    with app.app_context(), Backend.instance.session():
        for name, number in PEOPLE.items():
            values = {"emails": [f"{name}@demo.example"], "password": PASSWORD, "employee_number": number or None}
            full_name = f"{name.title()} Directory"
            user = models.User(user_name=name, family_name="Directory", formatted_name=full_name, **values)
            Backend.instance.save(user)
        client = models.Client(
            **CLIENT,
            client_name="Every Sector",
            client_uri=home,
            client_id_issued_at=datetime.datetime.now(datetime.UTC),
            redirect_uris=[return_address],
            post_logout_redirect_uris=[f"{home}/login"],
            token_endpoint_auth_method="client_secret_basic",
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "profile", "email"],
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    server = make_server("127.0.0.1", int(port), app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for _line in sys.stdin:
        app.config["CANAILLE_OIDC"]["ACTIVE_JWKS"] = [new_key()]
        print("ready", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
