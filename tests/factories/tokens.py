"""Access tokens, and the requests of programs that have one."""

from collections.abc import Collection
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.accounts.api import TokenScope
from lms.accounts.queries import find_account_by_email
from lms.accounts.tokens.operations import make_token
from lms.certification.api import print_serial
from lms.certification.models import Award
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import Person
from tests.certification import world
from tests.factories.compliance import hill_aid, required_course
from tests.factories.people import actor_of, make_small_organisation


def token_of(app: Flask, who: str, *scopes: TokenScope, organisation_id: int = 1, days: int = 30) -> str:
    """Makes a token of somebody by the first part of their e-mail, for everything their role allows unless told."""
    with app.app_context(), unit_of_work():
        account = find_account_by_email(f"{who}@demo.example")
        assert account is not None
        actor = actor_of(account)
        allowed = scopes or allowed_scopes(actor.roles)
        return make_token(actor, name="a test", organisation_id=organisation_id, scopes=allowed, days=days)[1]


def allowed_scopes(roles: Collection[str]) -> tuple[TokenScope, ...]:
    """Returns what somebody with roles may make a token for."""
    return tuple(set(TokenScope) - {TokenScope.ROLES}) if "hr" in roles else (TokenScope.COURSES_READ,)


def ask(app: Flask, token: str, path: str, method: str = "GET", **more: Any) -> TestResponse:
    """Sends one request of a program: with its token, and without cookies."""
    headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
    return app.test_client(use_cookies=False).open(f"/api/v1{path}", method=method, headers=headers, **more)


def two_organisations(app: Flask) -> None:
    """Rivers Relief and Hill Aid, who both ask for a course: Amina and Omar hold it, the others are overdue."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        course = world.course()
        for organisation_id in (1, hill_aid().id):
            required_course(organisation_id, course.course_id)
        for name in ("Amina Yusuf", "Omar Said"):
            world.earned(session.scalars(select(Person).where(Person.name == name)).one(), course, "2026-06-01")


def serial_of(app: Flask, name: str) -> str:
    """Returns the serial of the award of somebody, as printed."""
    with app.app_context(), reading():
        award = session.scalars(
            select(Award).join(Person, Person.id == Award.person_id).where(Person.name == name)
        ).one()
        return print_serial(award.serial)
