"""People and places for tests. Call inside an application context with the session ready to write."""

from datetime import date
from functools import cache, partial

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select

from lms.accounts import operations as accounts
from lms.accounts.api import find_account, load_actor
from lms.accounts.models import Account
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.clock import today
from lms.kernel.db import session, unit_of_work
from lms.people import operations as people
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement, Sector
from tests.factories.remembered import remembered

PASSWORD = "learn-safely-2026"
SECTORS = (
    "protection", "food-security-livelihoods", "education", "health", "mhpss", "nutrition", "wash",
    "shelter-settlement", "camp-management",
)  # fmt: skip


def sectors() -> None:
    """Records the nine sectors with plain names."""
    known = set(session.scalars(select(Sector.slug)))
    session.add_all(
        Sector(
            slug=slug,
            position=position,
            names={"en": slug.replace("-", " ").title()},
            short={"en": slug.upper()[:12]},
            icon="shield",
            hue={"light": "#3f5f8f", "dark": "#9fb8dd"},
            priority_action={"en": "Be reachable."},
            core=True,
        )
        for position, slug in enumerate(SECTORS)
        if slug not in known
    )
    session.flush()


def organisation(slug: str = "rivers-relief", **changes: object) -> Organisation:
    """Records an organisation."""
    values: dict[str, object] = {"name": slug.replace("-", " ").title(), "initials": "RR"}
    return people.record_organisation(SYSTEM, slug=slug, **(values | changes))  # type: ignore[arg-type]


def station(slug: str = "north-river", **changes: object) -> DutyStation:
    """Records a duty station."""
    values: dict[str, object] = {"name": slug.replace("-", " ").title(), "country": "Aravia"}
    return people.record_station(SYSTEM, slug=slug, **(values | changes))  # type: ignore[arg-type]


def person(name: str = "Amina Yusuf", email: str | None = None) -> Person:
    """Records a person."""
    return people.record_person(SYSTEM, name=name, email=email)


def employed(who: Person, at: Organisation, number: str = "W-1") -> Employment:
    """Records an employment."""
    return people.record_employment(SYSTEM, who, at.id, number)


def placed(
    employment: Employment,
    where: DutyStation,
    sector: str = "wash",
    from_on: date = date(2026, 1, 1),
    through_on: date | None = None,
    **changes: object,
) -> Placement:
    """Records a placement."""
    details = people.AssignmentDetails(station_id=where.id, sector=sector, role="promoter", **changes)  # type: ignore[arg-type]
    return people.record_placement(SYSTEM, employment, details, from_on, through_on)


@cache
def hashed() -> str:
    """Returns the hash of everybody's password, made once: Argon2 is slow on purpose."""
    return str(hash_password(PASSWORD))


def account(who: Person, *roles: Role, at: Organisation | None = None) -> Account:
    """Opens an account with roles, in an organisation where one is given."""
    opened = accounts.open_account(SYSTEM, who, email=who.email, hashed=hashed())
    for role in roles:
        accounts.grant_role(SYSTEM, opened, role, at.id if at else None)
    return opened


def actor_of(opened: Account) -> Actor:
    """Returns who acts with an account."""
    found = find_account(opened.id)
    assert found is not None
    return load_actor(found, today())


def make_small_organisation(app: Flask) -> None:
    """Records one organisation and station with Amina (WASH), Tomas, Hana, Karim and Root, all able to sign in.

    E-mails are amina@, tomas@, hana@, karim@ and root@demo.example; staff numbers W-1 and so on.
    """
    remembered(app, "small organisation", partial(_record_small_organisation, app))


def _record_small_organisation(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        sectors()
        here, place = organisation(), station()
        cast: tuple[tuple[str, str, str, tuple[Role, ...], bool], ...] = (
            ("Amina Yusuf", "amina", "wash", (), False),
            ("Tomas Silva", "tomas", "education", (Role.TRAINER,), False),
            ("Hana Haddad", "hana", "protection", (Role.HR,), True),
            ("Karim Nasser", "karim", "health", (Role.COORDINATOR,), False),
            ("Root Admin", "root", "protection", (Role.ADMIN,), False),
        )
        for index, (name, word, sector, roles, scoped) in enumerate(cast):
            who = person(name, f"{word}@demo.example")
            placed(employed(who, here, f"W-{index + 1}"), place, sector)
            account(who, *roles, at=here if scoped else None)


def sign_in(client: FlaskClient, identity: str = "amina@demo.example", password: str = PASSWORD) -> None:
    """Signs a test client in, as a person would."""
    response = client.post("/login", data={"email": identity, "password": password})
    assert response.status_code == 302, response.get_data(as_text=True)[:2000]
