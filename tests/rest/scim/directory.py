"""A directory that provisions people of Rivers Relief: its requests, and what came of them."""

from datetime import date
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.api import TokenScope, grant_role
from lms.accounts.queries import find_account_by_email
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import Employment, Placement
from tests.factories.people import make_small_organisation
from tests.factories.tokens import token_of

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
NOOR: dict[str, Any] = {
    "schemas": [USER, ENTERPRISE],
    "externalId": "8f1c",
    "userName": "Noor.Nasser@demo.example",
    "name": {"givenName": "Noor", "familyName": "Nasser"},
    "title": "Driver",
    "active": True,
    "emails": [{"value": "Noor@demo.example", "type": "work", "primary": True}],
    "addresses": [{"type": "work", "locality": "North River", "country": "Aravia"}],
    # What nobody here needs is ignored.
    "phoneNumbers": [{"value": "+252 61 000", "type": "mobile"}],
    ENTERPRISE: {"employeeNumber": "W-77", "department": "WASH", "costCenter": "4711"},
}


class Directory:
    """The requests of one directory, with a token of HR, or of an administrator who is HR too and gives roles."""

    def __init__(self, app: Flask, *, prepared: bool = False, gives_roles: bool = False) -> None:
        self.app = app
        if not prepared:
            make_small_organisation(app)
        if gives_roles:
            with app.app_context(), unit_of_work():
                root = find_account_by_email("root@demo.example")
                assert root is not None
                grant_role(SYSTEM, root, Role.HR, 1)
            token = token_of(app, "root", TokenScope.DIRECTORY, TokenScope.ROLES, days=365)
        else:
            token = token_of(app, "hana", TokenScope.DIRECTORY, days=365)
        self.headers = {"Authorization": f"Bearer {token}"}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.app.test_client(use_cookies=False).open(
            f"/scim/v2{path}", method=method, json=body, headers=self.headers | headers
        )

    def join(self, **changes: Any) -> Any:
        """Adds Noor, with changes; returns what was answered."""
        answer = self.send("POST", "/Users", NOOR | changes)
        assert answer.status_code == 201, answer.text
        return answer.json

    def patch(self, user_id: str, *operations: dict[str, Any]) -> TestResponse:
        return self.send("PATCH", f"/Users/{user_id}", {"schemas": [PATCH], "Operations": list(operations)})

    def read(self, user_id: str) -> Any:
        answer = self.send("GET", f"/Users/{user_id}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def found(self, scim_filter: str) -> list[str]:
        """Returns the staff numbers that a filter finds."""
        answer = self.send("POST", "/Users/.search", {"filter": scim_filter})
        assert answer.json is not None
        assert answer.status_code == 200, answer.text
        return [each[ENTERPRISE]["employeeNumber"] for each in answer.json.get("Resources", ())]

    def placements(self, number: str = "W-77") -> list[tuple[str, str, date, date | None]]:
        """Returns sector, role, first and last day of somebody's placements, the earliest first."""
        with self.app.app_context(), reading():
            found = session.scalars(
                select(Placement)
                .join(Employment, Employment.id == Placement.employment_id)
                .where(Employment.staff_number == number, Placement.retracted_at.is_(None))
                .order_by(Placement.from_on)
            )
            return [(each.sector, each.role, each.from_on, each.through_on) for each in found]
