"""An app with codes, and a passkey in software that signs as an authenticator does, for tests without a browser."""

import hashlib
import json
import re
import secrets
from datetime import datetime

import cbor2
import pyotp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from flask.testing import FlaskClient
from webauthn.helpers import bytes_to_base64url

from tests.factories.pages import form_on

ORIGIN = "http://localhost"
APP = "/account/second-step/app"


def set_up_app(client: FlaskClient, at: datetime) -> pyotp.TOTP:
    """Sets up an app for who is signed in, and returns it."""
    page = client.get(APP)
    key = re.search(r'<code dir="ltr">([^<]+)', page.text)
    assert key is not None
    otp = pyotp.TOTP(key[1].replace("-", ""))
    token = form_on(page, APP).values["token"]
    assert client.post(APP, data={"token": token, "code": otp.at(at)}).status_code == 303
    return otp


class SoftPasskey:
    """One key for one account."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(16)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._count = 0

    def create(self, options: dict[str, object]) -> str:
        """Answers the options of a new passkey, as passkey.js sends it."""
        numbers = self._key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        credential = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self._data(0x41, credential)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options)
        return self._answer(clientDataJSON=told, attestationObject=attestation)

    def sign(self, options: dict[str, object]) -> str:
        """Answers the options of a sign-in."""
        data, told = self._data(0x01), self._told("webauthn.get", options)
        signature = self._key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=told, authenticatorData=data, signature=signature)

    def _data(self, flags: int, more: bytes = b"") -> bytes:
        self._count += 1
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + self._count.to_bytes(4, "big") + more

    @staticmethod
    def _told(kind: str, options: dict[str, object]) -> bytes:
        return json.dumps({"type": kind, "challenge": options["challenge"], "origin": ORIGIN}).encode()

    def _answer(self, **response: bytes) -> str:
        name = bytes_to_base64url(self.id)
        parts = {key: bytes_to_base64url(value) for key, value in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})
