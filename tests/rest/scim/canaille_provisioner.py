"""Canaille, a directory of another house, as a process that provisions its people to an address by SCIM.

Its words are the address of the service and the access token. Each line of stdin is JSON: the user name of somebody and
what changes of them, nothing for who is deleted. It answers with a line once it is provisioned.
"""

import datetime
import json
import sys
import types
from typing import Any

import httpx
import scim2_client
from scim2_client import BaseSyncSCIMClient, SCIMClientException

DEADLINE_SECONDS = 120


class HttpxClient(BaseSyncSCIMClient):
    """Sends the requests of scim2-client by httpx; newer versions of it send them by httpx2."""

    def __init__(self, client: httpx.Client, **options: Any) -> None:
        super().__init__(**options)
        self.client = client
        # On a busy machine five seconds are too few.
        client.timeout = httpx.Timeout(DEADLINE_SECONDS)

    def _stays_under_base_url(self, endpoint: str) -> bool:  # noqa: ARG002 - its signature
        return True

    def _parse_json(self, response: Any) -> Any:
        return response.json()

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        # Canaille has versions of its own, which the library did not send when it was written.
        options.get("headers", {}).pop("If-Match", None)
        return self.client.request(method, url, **options)


# What Canaille 0.3 calls them, which was written for older versions of the library.
scim2_client.SCIMClientError = SCIMClientException  # type: ignore[attr-defined]
sys.modules["scim2_client.engines.httpx"] = types.ModuleType("httpx")
sys.modules["scim2_client.engines.httpx"].SyncSCIMClient = HttpxClient  # type: ignore[attr-defined]

from canaille import create_app  # noqa: E402 - it looks for the module above
from canaille.app import models  # noqa: E402
from canaille.backends import Backend  # noqa: E402


def main(service: str, token: str) -> None:
    """Reads what is to become of people, a line each, and says so once it is done."""
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
