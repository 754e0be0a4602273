"""Canaille, a directory of another house, as a process that provisions its people to an address by SCIM.

Its words are the address of the service and the access token. Each line of stdin is JSON: the user name of somebody and
what changes of them, nothing for who is deleted. It answers with a line once it is provisioned.
"""

import datetime
import json
import sys

import httpx
from canaille import create_app
from canaille.app import models
from canaille.backends import Backend

DEADLINE_SECONDS = 120


def main(service: str, token: str) -> None:
    """Reads what is to become of people, a line each, and says so once it is done."""
    # On a busy machine five seconds are too few.
    limits = httpx._config.DEFAULT_TIMEOUT_CONFIG
    limits.connect = limits.read = limits.write = limits.pool = DEADLINE_SECONDS
    app = create_app(
        {
            "SECRET_KEY": "of the directory",
            "SERVER_NAME": "directory.example",
            "CANAILLE": {"DATABASE": "memory", "SMTP": None},
            "CANAILLE_OIDC": {},
            "CANAILLE_SCIM": {"ENABLE_CLIENT": True},
        }
    )
    with app.app_context(), Backend.instance.session():
        client = models.Client(client_id="every-sector", client_name="Every Sector", client_uri=service)
        Backend.instance.save(client)
        now = datetime.datetime.now(datetime.UTC)
        of_service = {"token_id": "given", "access_token": token, "subject": None, "issue_date": now, "lifetime": 86400}
        Backend.instance.save(models.Token(**of_service, client=client, audience=[client], scope=["openid"]))
        for line in sys.stdin:
            changes = json.loads(line)
            name = changes.pop("user_name")
            user = Backend.instance.get(models.User, user_name=name) or models.User(user_name=name)
            for attribute, value in changes.items():
                setattr(user, attribute, now if attribute == "lock_date" else value)
            (Backend.instance.save if changes else Backend.instance.delete)(user)
            print(user.id, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
