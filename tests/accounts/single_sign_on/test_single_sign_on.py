"""Signing in through a real directory, Canaille, and what it must never open."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lms.accounts.models import Account, SignedInSession, SignInLink, SignInProvider
from lms.accounts.operations import grant_role
from lms.accounts.queries import find_account_by_email
from lms.accounts.single_sign_on.client_secrets import encrypt
from lms.accounts.single_sign_on.operations import NotSignedIn, find_holder
from lms.accounts.single_sign_on.queries import list_sign_in_providers
from lms.accounts.single_sign_on.rules import ProviderIdentity, SignInProblem
from lms.audit.models import AuditEntry
from lms.kernel import clock
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.config import SignInProviderSettings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import OutboxRow
from lms.people.api import end_placement
from lms.people.models import Employment, Person, Placement
from tests.factories import people as make
from tests.factories.canaille import CLIENT_ID, CLIENT_SECRET, Canaille, running_canaille
from tests.factories.pages import form_on, read_page
from tests.factories.people import PASSWORD, make_small_organisation, sign_in
from tests.factories.second_step import set_up_app

BACK = "http://localhost/login/with/rivers/callback"
CALLBACK = "/login/with/rivers/callback"
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(scope="module")
def canaille() -> Iterator[Canaille]:
    with running_canaille(BACK) as running:
        yield running


@pytest.fixture
def rivers(app: Flask, canaille: Canaille) -> Flask:
    """The small organisation with the directory as its provider; Amina has no password yet."""
    make_small_organisation(app)
    networks = {"sign_in_networks": [ip_network("127.0.0.0/8")]}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=networks)
    with app.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.id == 1).values(password=None))
        session.add(provider(app, canaille))
    return app


def provider(app: Flask, canaille: Canaille, **changes: object) -> SignInProvider:
    values: dict[str, object] = {
        "organisation_id": 1, "slug": "rivers", "name": "Rivers Relief", "issuer": canaille.issuer,
        "client_id": CLIENT_ID, "client_secret": encrypt(str(app.secret_key), CLIENT_SECRET),
        "match_by": "staff_number", "staff_number_claim": "preferred_username", "email_domains": [],
        "recorded_at": clock.now(),
    }  # fmt: skip
    return SignInProvider(**(values | changes))


def link_of(issuer: str, account_id: int, subject: str) -> SignInLink:
    values = {"account_id": account_id, "organisation_id": 1, "issuer": issuer, "subject": subject}
    return SignInLink(**values, recorded_at=clock.now())


def change(app: Flask, **changes: object) -> None:
    with app.app_context(), unit_of_work():
        session.execute(update(SignInProvider).values(**changes))


def comes_back(client: FlaskClient, canaille: Canaille, name: str, *, begin: str = "/login/with/rivers") -> str:
    """Goes to the directory and signs in there; returns the path by which the browser comes back."""
    away = client.get(begin)
    assert away.status_code == 302
    return canaille.signs_in(away.headers["Location"], name, BACK).removeprefix("http://localhost")


def finishes(client: FlaskClient, path: str) -> str:
    """Sends the form of the page on which the browser comes back; returns where it is led."""
    page = client.get(path)
    assert page.status_code == 200, page.headers.get("Location")
    answer = client.post(CALLBACK, data=form_on(page, CALLBACK).values)
    assert answer.status_code in (302, 303), answer.text[:2000]
    return answer.headers["Location"]


def signs_in(client: FlaskClient, canaille: Canaille, name: str = "amina") -> str:
    return finishes(client, comes_back(client, canaille, name))


def problem(kind: SignInProblem) -> str:
    return f"/login/with/rivers/problem/{kind}"


def is_signed_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def trail(app: Flask) -> list[str]:
    with app.app_context(), reading():
        found = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id))
        return [each for each in found if each.startswith("accounts.")]


def test_a_first_sign_in_a_second_one_and_signing_out(rivers: Flask, canaille: Canaille) -> None:
    client = rivers.test_client()
    page = client.get("/login?next=/courses")
    assert "Sign in with Rivers Relief" in page.text
    (button,) = [link for link in read_page(page)[1] if "/with/" in link]
    assert finishes(client, comes_back(client, canaille, "amina", begin=button)) == "/courses"
    assert is_signed_in(client)
    # Signing out here leads on to the directory, with what it needs to know whom.
    out = client.post("/logout")
    assert out.status_code == 200
    away = out.headers["Refresh"].removeprefix("0; url=")
    assert away.startswith(f"{canaille.issuer}/oauth/end_session?client_id=every-sector&post_logout_redirect_uri=")
    assert "id_token_hint=ey" in away
    assert not is_signed_in(client)
    # The second time the link says who it is, whatever the staff number is now.
    with rivers.app_context(), unit_of_work():
        session.execute(update(Employment).where(Employment.id == 1).values(staff_number="W-9", staff_number_key="w9"))
    assert signs_in(client, canaille) == "/my"
    assert trail(rivers)[-3:] == ["accounts.link", "accounts.sign_in", "accounts.sign_in"]
    with rivers.app_context(), reading():
        (link,) = session.scalars(select(SignInLink))
        assert (link.account_id, link.subject, link.issuer) == (1, "amina", canaille.issuer)
        assert link.used_at is not None
        (signed_in,) = session.scalars(select(SignedInSession))
        assert (signed_in.link_id, signed_in.second_step) == (link.id, False)


def test_what_came_back_is_used_once_and_only_by_the_browser_that_began(rivers: Flask, canaille: Canaille) -> None:
    client, thief = rivers.test_client(), rivers.test_client()
    path = comes_back(client, canaille, "amina")
    assert thief.get(path).headers["Location"] == problem(SignInProblem.LOST)
    # Of another issuer: the code of one provider must not be sent to another.
    other = re.sub(r"iss=[^&]*", "iss=https://other.example", path)
    assert client.get(other).headers["Location"] == problem(SignInProblem.NOT_TRUSTED)
    form = form_on(client.get(path), CALLBACK).values
    assert thief.post(CALLBACK, data=form).headers["Location"] == problem(SignInProblem.LOST)
    assert client.post(CALLBACK, data=form).headers["Location"] == "/my"
    client.post("/logout")
    assert client.post(CALLBACK, data=form).headers["Location"] == problem(SignInProblem.LOST)
    # Another code with the state of a sign-in that goes on: the directory refuses it.
    state = re.search(r"state=([^&]+)", client.get("/login/with/rivers").headers["Location"])
    assert state is not None
    used = client.post(CALLBACK, data={"state": state[1], "code": form["code"]})
    assert used.headers["Location"] == problem(SignInProblem.LOST)
    denied = client.get("/login/with/rivers").headers["Location"]
    state = re.search(r"state=([^&]+)", denied)
    assert state is not None
    answer = client.get(f"{CALLBACK}?error=access_denied&state={state[1]}")
    assert answer.headers["Location"] == problem(SignInProblem.DENIED)
    assert not is_signed_in(client)
    # It took too long.
    path = comes_back(client, canaille, "amina")
    with clock.using(clock.FixedClock(datetime.now(UTC) + timedelta(minutes=16))):
        assert client.get(path).headers["Location"] == problem(SignInProblem.LOST)


def test_a_new_key_of_the_directory_is_fetched(rivers: Flask, canaille: Canaille) -> None:
    client = rivers.test_client()
    assert signs_in(client, canaille) == "/my"
    client.post("/logout")
    canaille.rotates_its_key()
    assert signs_in(client, canaille) == "/my"
    # Not twice within half a minute: whoever sends tokens with invented keys makes nobody wait.
    client.post("/logout")
    canaille.rotates_its_key()
    assert signs_in(client, canaille) == problem(SignInProblem.NOT_TRUSTED)


def hana_elsewhere() -> None:
    """Lets Amina work for another organisation too."""
    other = make.organisation("hill-health")
    amina = session.get_one(Person, 1)
    make.placed(make.employed(amina, other, "H-1"), make.station("hill"))


def leave() -> None:
    placement = session.get_one(Placement, 1)
    end_placement(SYSTEM, placement, session.get_one(Employment, 1), date(2026, 2, 1))


def nothing() -> None:
    """Leaves things as they are."""


def move_away() -> None:
    leave()
    hana_elsewhere()


def close() -> None:
    session.execute(update(Account).where(Account.id == 1).values(active=False))


def get_password() -> None:
    session.execute(update(Account).where(Account.id == 1).values(password="hash"))


def of_coordinator() -> None:
    account = find_account_by_email("amina@demo.example")
    assert account is not None
    grant_role(SYSTEM, account, Role.COORDINATOR)


def other_link() -> None:
    session.add(link_of(session.scalars(select(SignInProvider.issuer)).one(), 1, "before"))


def other_number() -> None:
    session.execute(update(Employment).where(Employment.id == 1).values(staff_number="W-9", staff_number_key="w9"))


def unverified() -> None:
    session.execute(update(SignInProvider).values(match_by="email"))


def no_claim() -> None:
    session.execute(update(SignInProvider).values(staff_number_claim="employee_number"))


def of_other_organisation() -> None:
    """Lets another organisation have the directory: it says the same number, and must not open Amina's account."""
    other = make.organisation("hill-health")
    session.execute(update(SignInProvider).values(organisation_id=other.id))


def lost_secret() -> None:
    session.execute(update(SignInProvider).values(client_secret=encrypt("another key", CLIENT_SECRET)))


def wrong_secret() -> None:
    session.execute(update(SignInProvider).values(client_secret=encrypt("a-key-for-tests-only", "wrong")))


@pytest.mark.parametrize(
    ("name", "what", "kind"),
    [
        ("amina", hana_elsewhere, SignInProblem.ONLY_HERE),
        ("amina", leave, SignInProblem.ONLY_HERE),
        ("amina", move_away, SignInProblem.ONLY_HERE),
        ("amina", of_coordinator, SignInProblem.ONLY_HERE),
        ("root", nothing, SignInProblem.ONLY_HERE),
        ("amina", close, SignInProblem.CLOSED),
        ("amina", get_password, SignInProblem.NOT_LINKED),
        ("hana", nothing, SignInProblem.NOT_LINKED),
        ("amina", other_link, SignInProblem.OTHER_LINK),
        ("amina", other_number, SignInProblem.UNKNOWN_PERSON),
        ("amina", of_other_organisation, SignInProblem.UNKNOWN_PERSON),
        ("nadia", nothing, SignInProblem.UNKNOWN_PERSON),
        ("visitor", nothing, SignInProblem.NO_MATCH_BY),
        ("amina", no_claim, SignInProblem.NO_MATCH_BY),
        ("amina", unverified, SignInProblem.UNVERIFIED_EMAIL),
        ("amina", lost_secret, SignInProblem.NOT_SET_UP),
        ("amina", wrong_secret, SignInProblem.NOT_SET_UP),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_whom_a_directory_does_not_sign_in(
    rivers: Flask, canaille: Canaille, name: str, what: object, kind: SignInProblem
) -> None:
    assert callable(what)
    with rivers.app_context(), unit_of_work():
        what()
    client = rivers.test_client()
    assert signs_in(client, canaille, name) == problem(kind)
    page = client.get(problem(kind))
    assert page.status_code == 200
    assert "Sign in with your password" in page.text
    assert not is_signed_in(client)
    with rivers.app_context(), reading():
        assert [link.subject for link in session.scalars(select(SignInLink)) if link.subject == name] == []


@pytest.mark.parametrize("what", [hana_elsewhere, leave, move_away, of_coordinator, close])
def test_a_link_opens_nothing_once_somebody_belongs_elsewhere(rivers: Flask, canaille: Canaille, what: object) -> None:
    assert callable(what)
    client = rivers.test_client()
    assert signs_in(client, canaille) == "/my"
    client.post("/logout")
    with rivers.app_context(), unit_of_work():
        what()
    kind = SignInProblem.CLOSED if what is close else SignInProblem.ONLY_HERE
    assert signs_in(client, canaille) == problem(kind)
    assert trail(rivers)[-1] == "accounts.refuse_sign_in"


def test_somebody_unknown_is_made_only_where_that_is_allowed(rivers: Flask, canaille: Canaille) -> None:
    client = rivers.test_client()
    change(rivers, makes_people=True)
    assert signs_in(client, canaille, "nadia") == "/my"
    assert "You have no placement today" in client.get("/account").text
    with rivers.app_context(), reading():
        employment = session.scalars(select(Employment).where(Employment.staff_number == "W-77")).one()
        made = session.get_one(Person, employment.person_id)
        # The e-mail is not verified, so it is not stored: links to set a password go there.
        assert (made.name, made.email, employment.organisation_id) == ("Nadia Directory", None, 1)
    client.post("/logout")
    assert signs_in(client, canaille, "nadia") == "/my"
    # Without a staff number nobody is made.
    client.post("/logout")
    assert signs_in(client, canaille, "visitor") == problem(SignInProblem.NO_MATCH_BY)


@pytest.mark.parametrize(("email", "is_made"), [("hugo@hill.example", True), ("amina@demo.example", False)])
def test_making_somebody_tells_nothing_of_other_organisations(rivers: Flask, email: str, *, is_made: bool) -> None:
    """An e-mail that somebody of another organisation has is not refused; that of a colleague is HR's to decide."""
    change(rivers, makes_people=True)
    said = ProviderIdentity("s-1", email, "W-88", "Somebody New", is_strong=False, session=None, id_token="")
    with rivers.app_context(), unit_of_work():
        elsewhere = make.account(make.person("Hugo", "hugo@hill.example")).id
    with rivers.test_request_context(), unit_of_work():
        (given,) = list_sign_in_providers(str(rivers.secret_key), [])
        if not is_made:
            with pytest.raises(NotSignedIn, match="unknown_person"):
                find_holder(given, said)
            return
        made, _link = find_holder(given, said)
        assert (made.id != elsewhere, made.email, made.person.email) == (True, None, email)


def test_hr_allows_it_for_somebody_with_a_password(rivers: Flask, canaille: Canaille) -> None:
    hana, client = rivers.test_client(), rivers.test_client()
    with rivers.app_context(), unit_of_work():
        get_password()
    sign_in(hana, "hana@demo.example")
    page = "/people/1/sign-in"
    assert page in read_page(hana.get("/people/1/placement"))[1]
    assert hana.post(f"{page}/rivers").headers["Location"] == page
    assert hana.post(f"{page}/rivers").status_code == 422
    # For two weeks.
    with rivers.app_context(), unit_of_work():
        (link,) = session.scalars(select(SignInLink))
        assert link.expires_at is not None
        assert timedelta(days=13) < link.expires_at - clock.now() < timedelta(days=15)
        expires_at, link.expires_at = link.expires_at, clock.now() - timedelta(seconds=1)
    assert signs_in(client, canaille) == problem(SignInProblem.NOT_LINKED)
    with rivers.app_context(), unit_of_work():
        session.execute(update(SignInLink).values(expires_at=expires_at))
    assert signs_in(client, canaille) == "/my"
    assert is_signed_in(client)
    # Removing the connection ends what came by it.
    (remove,) = [form.action for form in read_page(hana.get(page))[0] if form.action.endswith("/remove")]
    assert hana.post(remove).headers["Location"] == page
    assert not is_signed_in(client)
    assert signs_in(client, canaille) == problem(SignInProblem.NOT_LINKED)
    # Whoever has a role connects their own account.
    assert hana.get("/people/3/sign-in").status_code == 403


def test_an_administrator_removes_a_connection_and_reads_what_follows(rivers: Flask, canaille: Canaille) -> None:
    root, client = rivers.test_client(), rivers.test_client()
    sign_in(root, "root@demo.example")
    assert signs_in(client, canaille) == "/my"
    with rivers.app_context(), unit_of_work():
        # Hana has a role and no password, Tomas a password.
        session.execute(update(Account).where(Account.id == 3).values(password=None))
        session.add_all([link_of(canaille.issuer, 3, "hana"), link_of(canaille.issuer, 2, "tomas")])
    for account_id, says in (
        (1, "They have no password. Without this connection they cannot sign in: print a sign-in code"),
        (2, "From then on their password signs in"),
        (3, "They have no password. Without this connection they cannot sign in: print a sign-in code"),
    ):
        page = f"/admin/users/{account_id}"
        (remove,) = [link for link in read_page(root.get(page))[1] if link.endswith("/remove")]
        assert says in re.sub(r"<[^>]+>|\s+", " ", root.get(remove).text).replace("  ", " ")
        assert root.post(remove, data={"reason": ""}).status_code == 422
        assert is_signed_in(client) == (account_id == 1)
        assert root.post(remove, data={"reason": "A test."}).headers["Location"] == page
        assert root.post(remove, data={"reason": "A test."}).status_code == 404
        assert remove not in root.get(page).text
    assert not is_signed_in(client)
    # What HR has only allowed signs nobody out, and nobody is told.
    with rivers.app_context(), unit_of_work():
        allowed = link_of(canaille.issuer, 2, "")
        allowed.subject, allowed.expires_at = None, clock.now() + timedelta(days=1)
        session.add(allowed)
    (remove,) = [link for link in read_page(root.get("/admin/users/2"))[1] if link.endswith("/remove")]
    assert "nobody has signed in by it yet" in root.get(remove).text and "gets an e-mail" not in root.get(remove).text
    assert root.post(remove, data={"reason": "A test."}).status_code == 303
    assert trail(rivers)[-4:] == ["accounts.unlink"] * 4
    with rivers.app_context(), reading():
        told = session.scalars(select(OutboxRow.payload).where(OutboxRow.kind == "mail")).all()
        removed = [str(each) for each in told if "“Rivers Relief” was removed" in str(each)]
        assert [name in "".join(removed) for name in ("amina@", "tomas@", "hana@")] == [True] * len(removed)
    # As the page said: nothing comes back by itself.
    assert signs_in(client, canaille) == problem(SignInProblem.NOT_LINKED)
    assert signs_in(rivers.test_client(), canaille, "hana") == problem(SignInProblem.NOT_LINKED)


def test_one_connects_ones_own_account(rivers: Flask, canaille: Canaille) -> None:
    client = rivers.test_client()
    sign_in(client, "hana@demo.example")
    page = client.get("/account/sign-in")
    leave_page = client.post(form_on(page, "/account/sign-in/rivers").action)
    away = leave_page.headers["Refresh"].removeprefix("0; url=")
    path = canaille.signs_in(away, "hana", BACK).removeprefix("http://localhost")
    assert finishes(client, path) == "/account/sign-in"
    assert "Your account is connected with Rivers Relief." in client.get("/account/sign-in").text
    client.post("/logout")
    assert signs_in(client, canaille, "hana") == "/my"
    # A colleague cannot connect with the same person there, and whoever signed in meanwhile connects nothing.
    client.post("/logout")
    sign_in(client, "tomas@demo.example")
    assert "There is nothing to connect" in client.get("/account/sign-in").text  # a trainer of all organisations
    with rivers.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.id == 1).values(password=make.hashed()))
    client.post("/logout")
    sign_in(client)
    away = client.post("/account/sign-in/rivers").headers["Refresh"].removeprefix("0; url=")
    path = canaille.signs_in(away, "hana", BACK).removeprefix("http://localhost")
    assert finishes(client, path) == problem(SignInProblem.OTHER_LINK)
    away = client.post("/account/sign-in/rivers").headers["Refresh"].removeprefix("0; url=")
    path = canaille.signs_in(away, "amina", BACK).removeprefix("http://localhost")
    page = client.get(path)
    client.post("/logout")
    sign_in(client, "karim@demo.example")
    refused = client.post(CALLBACK, data=form_on(page, CALLBACK).values)
    assert refused.headers["Location"] == problem(SignInProblem.LOST)


def test_the_second_step_is_taken_here_unless_the_directory_takes_it(rivers: Flask, canaille: Canaille) -> None:
    client = rivers.test_client()
    now = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)
    with clock.using(clock.FixedClock(now)):
        with rivers.app_context(), unit_of_work():
            session.execute(update(Account).where(Account.id == 1).values(password=make.hashed()))
        sign_in(client)
        otp = set_up_app(client, now)
        client.post("/logout")
    with rivers.app_context(), unit_of_work():
        session.add(link_of(canaille.issuer, 1, "amina"))
    assert signs_in(client, canaille) == "/login/code"
    assert not is_signed_in(client)
    moment = clock.now()
    assert client.post("/login/code", data={"code": otp.at(moment)}).status_code == 302
    assert is_signed_in(client)
    with rivers.app_context(), reading():
        assert [each.link_id for each in session.scalars(select(SignedInSession))] == [1]
    client.post("/logout")
    # Who goes to the directory, and then signs in with the password after all, is not signed in by the directory.
    assert signs_in(client, canaille) == "/login/code"
    client.post("/login", data={"email": "amina@demo.example", "password": PASSWORD})
    with clock.using(clock.FixedClock(moment + timedelta(minutes=1))) as fixed:
        assert client.post("/login/code", data={"code": otp.at(fixed.moment)}).status_code == 302
    with rivers.app_context(), reading():
        assert [each.link_id for each in session.scalars(select(SignedInSession))] == [None]
    client.post("/logout")
    change(rivers, is_second_step=True)
    assert signs_in(client, canaille) == "/my"
    # So the roles of who has no second step here work in that session.
    rivers.extensions["settings"] = rivers.extensions["settings"].model_copy(
        update={"second_step_required": True, "second_step_after_days": 0}
    )
    hana = rivers.test_client()
    with rivers.app_context(), unit_of_work():
        session.add(link_of(canaille.issuer, 3, "hana"))
    assert signs_in(hana, canaille, "hana") == "/my"
    assert hana.get("/people").status_code == 200
    hana.post("/logout")
    sign_in(hana, "hana@demo.example")
    assert hana.get("/people").status_code == 302


def test_providers_of_the_settings_and_none_at_all(app: Flask, canaille: Canaille) -> None:
    make_small_organisation(app)
    client = app.test_client()
    assert "/login/with/" not in client.get("/login").text
    assert client.get("/login/with/rivers").status_code == 404
    given = SignInProviderSettings(
        slug="rivers", name="Rivers by settings", organisation="rivers-relief", issuer=canaille.issuer,
        client_id=CLIENT_ID, client_secret=CLIENT_SECRET, match_by="staff_number",
        staff_number_claim="preferred_username",
    )  # fmt: skip
    changed = {"sign_in_providers": [given], "sign_in_networks": [ip_network("127.0.0.0/8")]}
    app.extensions["settings"] = app.extensions["settings"].model_copy(update=changed)
    with app.app_context(), unit_of_work():
        session.execute(update(Account).where(Account.id == 1).values(password=None))
    assert signs_in(client, canaille) == "/my"
    # In a network that is not the installation's own, nobody is asked.
    app.extensions["settings"] = app.extensions["settings"].model_copy(update={"sign_in_networks": []})
    app.extensions["caches"].clear()
    client.post("/logout")
    assert client.get("/login/with/rivers").headers["Location"] == problem(SignInProblem.NOT_SET_UP)


def test_an_administrator_adds_tests_changes_and_removes_a_provider(rivers: Flask, canaille: Canaille) -> None:
    root, client = rivers.test_client(), rivers.test_client()
    sign_in(root, "root@demo.example")
    assert root.get("/admin/sign-in").status_code == 200
    new = "/admin/sign-in/new"
    typed = form_on(root.get(new), new if new in [f.action for f in read_page(root.get(new))[0]] else "").values | {
        "organisation": "1", "name": "Hills", "slug": "hills", "issuer": canaille.issuer, "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET, "match_by": "staff_number", "staff_number_claim": "preferred_username",
        "password": PASSWORD,
    }  # fmt: skip
    for wrong in ({"password": "wrong"}, {"slug": "rivers"}, {"issuer": "http://10.3.0.1"}, {"staff_number_claim": ""}):
        assert root.post(new, data=typed | wrong).status_code == 422, wrong
    added = root.post(new, data=typed)
    assert added.headers["Location"] == "/admin/sign-in/2"
    page = root.get("/admin/sign-in/2").text
    assert "http://localhost/login/with/hills/callback" in page
    assert CLIENT_SECRET not in page
    root.post("/admin/sign-in/2/test")
    assert "its keys can be read" in root.get("/admin/sign-in/2").text
    # Turned off, it signs nobody in, and what it began ends.
    assert signs_in(client, canaille) == "/my"
    form = form_on(root.get("/admin/sign-in/1"), "/admin/sign-in/1").values
    assert "client_secret" in form
    off = {name: value for name, value in form.items() if name != "is_on"} | {"password": PASSWORD}
    assert root.post("/admin/sign-in/1", data=off).headers["Location"] == "/admin/sign-in/1"
    assert not is_signed_in(client)
    assert client.get("/login/with/rivers").status_code == 404
    assert "Rivers Relief" not in client.get("/login").text
    # The secret stays where none is typed; a wrong issuer is said in words.
    wrong_issuer = form | {"password": PASSWORD, "issuer": f"{canaille.issuer}/"}
    root.post("/admin/sign-in/1", data=wrong_issuer)
    root.post("/admin/sign-in/1/test")
    assert f"calls itself {canaille.issuer}." in root.get("/admin/sign-in/1").text
    root.post("/admin/sign-in/1", data=form | {"password": PASSWORD})
    assert signs_in(client, canaille) == "/my"
    assert root.post("/admin/sign-in/1/remove").headers["Location"] == "/admin/sign-in"
    assert not is_signed_in(client)
    assert root.get("/admin/sign-in/1").status_code == 404
    # The word is free again.
    assert root.post(new, data=typed | {"slug": "rivers"}).status_code == 303
