"""Badges, keys and the status list as others see them: verified by programs of two other houses, not by ours."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.certification.awards import operations
from lms.certification.awards.rules import print_serial
from lms.certification.credentials.did import did_of
from lms.certification.models import Award, SigningKey
from lms.certification.signing.operations import ensure_key, replace_key
from lms.certification.signing.queries import find_signer
from lms.certification.signing.rules import STATUS_BLOCK, multibase, status_index
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.db import session, unit_of_work
from lms.people.models import Person
from tests.certification import world
from tests.factories.people import make_small_organisation, sign_in
from tests.shared import made_once

VERIFIERS = Path(__file__).parent / "verifiers"
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET")
NOW = datetime(2026, 9, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with clock.using(clock.FixedClock(NOW)):
        yield


@pytest.fixture(scope="session")
def verifiers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with both programs, installed once for all workers; what the second needs besides is left out."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed: apt-get install npm")

    def install(folder: Path) -> None:
        for path in VERIFIERS.glob("*.js*"):
            shutil.copy(path, folder)
        words = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--fetch-retries=1"]
        done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
        if any(
            reason in done.stderr for reason in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "ECONNRESET")
        ):
            pytest.skip(f"the npm registry cannot be reached: {done.stderr.splitlines()[0]}")
        assert done.returncode == 0, done.stderr

    return made_once(tmp_path_factory, "verifiers", install)


@pytest.fixture
def amina(app: Flask) -> FlaskClient:
    """Amina, signed in, in an installation with a key."""
    make_small_organisation(app)
    with app.app_context(), unit_of_work():
        assert ensure_key(app.secret_key)
        assert not ensure_key(app.secret_key)
    client = app.test_client()
    sign_in(client)
    return client


def earns(app: Flask, slug: str, name: str = "") -> str:
    """Records a certificate of Amina's, printed with another name where one is given; returns its printed serial."""
    with app.app_context(), unit_of_work():
        person = session.scalars(select(Person).where(Person.name == "Amina Yusuf")).one()
        award = world.earned(person, world.course(slug, code=slug.upper()[:10]), "2026-06-19")
        if name:
            award = operations.supersede(SYSTEM, award, name=name, reason="The name was misspelt.")
        return print_serial(award.serial)


def test_two_verifiers_of_other_houses_agree_on_every_badge(app: Flask, amina: FlaskClient, verifiers: Path) -> None:
    def badge(serial: str) -> dict[str, Any]:
        return json.loads(amina.get(f"/certificates/{serial}.json").data)

    plain, revoked = earns(app, "plain"), earns(app, "revoked")
    badges = {"plain": badge(plain), "revoked": badge(revoked)}
    badges["arabic"] = badge(earns(app, "arabic", 'أمينة بنت يوسف <b>"الطاهر"</b>'))
    badges["altered"] = json.loads(json.dumps(badges["plain"]).replace("Amina Yusuf", "Amina Youssef"))
    with app.app_context(), unit_of_work():
        award = session.scalars(select(Award).where(Award.serial == revoked.replace("-", ""))).one()
        operations.revoke(SYSTEM, award, reason="Recorded by mistake.", effective_on=date(2026, 9, 1))
        replace_key(app.secret_key)
    badges["new key"] = badge(plain)
    assert badges["new key"]["proof"]["proofValue"] != badges["plain"]["proof"]["proofValue"]
    badges["list"] = amina.get("/certificates/status").json
    replaced = earns(app, "replaced")
    badges["replaced"] = badge(replaced)
    with app.app_context(), unit_of_work():
        award = session.scalars(select(Award).where(Award.serial == replaced.replace("-", ""))).one()
        operations.supersede(SYSTEM, award, name="Amina Y. Yusuf", reason="The name was misspelt.")

    said = verify(verifiers, app, badges)
    genuine = {"plain", "arabic", "new key", "list"}
    assert {name for name, each in said.items() if each["digitalBazaar"]["verified"]} == genuine, said
    assert {name for name, each in said.items() if each["spruce"]["verified"]} == {*genuine, "revoked", "replaced"}, (
        said
    )

    with app.app_context(), unit_of_work():
        replace_key(app.secret_key, withdraw=True)
    said = verify(verifiers, app, {"withdrawn": badges["plain"], "after": badge(plain)})
    assert {name for name, each in said.items() for word in each.values() if word["verified"]} == {"after"}, said


def verify(verifiers: Path, app: Flask, badges: dict[str, Any]) -> dict[str, Any]:
    """Returns what both say, with what anybody can fetch without signing in."""
    anybody = app.test_client()
    did, listed = anybody.get("/.well-known/did.json").json, anybody.get("/certificates/status").json
    documents = {did["id"]: did, "https://localhost/.well-known/did.json": did, listed["id"]: listed}
    documents["http://localhost/.well-known/did.json"] = did
    given = json.dumps({"credentials": badges, "documents": documents, "now": NOW.isoformat()})
    words = ["node", "verify.js"]
    done = subprocess.run(words, cwd=verifiers, input=given, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_badge_says_what_its_certificate_says_and_is_the_same_each_time(app: Flask, amina: FlaskClient) -> None:
    serial = earns(app, "plain")
    answer = amina.get(f"/certificates/{serial}.json")
    assert answer.headers["Content-Disposition"] == f"attachment; filename={serial}.json"
    badge = answer.json
    subject = badge["credentialSubject"]
    assert [(each["identityType"], each["identityHash"]) for each in subject["identifier"]] == [("name", "Amina Yusuf")]
    assert subject["achievement"]["criteria"]["narrative"].startswith("Course quiz · ")
    # The station's days, in UTC: the last valid one is whole.
    assert (badge["validFrom"], badge["validUntil"]) == ("2026-06-19T00:00:00Z", "2027-06-19T00:00:00Z")
    assert "example" not in json.dumps(subject), "an e-mail address"
    amina.post("/language", data={"language": "ar"})
    assert amina.get(f"/certificates/{serial}.json").data == answer.data
    sign_in(somebody := app.test_client(), "tomas@demo.example")
    assert somebody.get(f"/certificates/{serial}.json").status_code == 404


def test_without_a_key_nothing_is_signed_and_certificates_are_printed_as_before(app: Flask, amina: FlaskClient) -> None:
    serial = earns(app, "plain")
    with app.app_context(), unit_of_work():
        session.query(SigningKey).delete()
    assert amina.get(f"/certificates/{serial}.json").status_code == 503
    assert amina.get("/certificates/status").status_code == 503
    assert amina.get("/.well-known/did.json").json["assertionMethod"] == []
    assert amina.get(f"/certificates/{serial}.pdf").status_code == 200


def test_private_keys_are_encrypted_and_a_changed_secret_key_gets_a_new_one(app: Flask, amina: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        signer = find_signer(app.secret_key)
        assert signer is not None
        assert find_signer(app.secret_key + "x") is None
        assert ensure_key(app.secret_key + "x")
        first, second = session.scalars(select(SigningKey).order_by(SigningKey.id))
        assert first.private_key is None
        assert second.private_key is not None
        assert find_signer(app.secret_key + "x") is not None
        newest_first = [second.public_key, first.public_key]
    keys = amina.get("/.well-known/did.json").json["verificationMethod"]
    assert [each["publicKeyMultibase"] for each in keys] == newest_first


def test_places_in_the_status_list_are_all_different_and_not_in_order(app: Flask) -> None:
    key = bytes(range(16))
    places = [status_index(number, key) for number in range(20_000)]
    assert len(set(places)) == len(places)
    assert 0 <= min(places) < max(places) < STATUS_BLOCK
    assert sum(abs(after - before) < 100 for before, after in pairwise(places)) < 50
    assert status_index(STATUS_BLOCK, key) == STATUS_BLOCK + places[0]
    assert places[:100] != [status_index(number, key[::-1]) for number in range(100)]


@pytest.mark.parametrize(
    ("address", "did"),
    [
        ("https://training.example.org", "did:web:training.example.org"),
        ("http://127.0.0.1:8000", "did:web:127.0.0.1%3A8000"),
        ("https://example.org/lms/one", "did:web:example.org:lms:one"),
    ],
)
def test_the_installation_is_named_by_its_public_address(app: Flask, address: str, did: str) -> None:
    assert did_of(address) == did


def test_bytes_are_written_in_base58(app: Flask) -> None:
    # The examples of the Internet draft on base58.
    assert multibase(b"Hello World!") == "z2NEpo7TZRRrLZSi2U"
    assert multibase(bytes.fromhex("0000287fb4cd")) == "z11233QC4"
