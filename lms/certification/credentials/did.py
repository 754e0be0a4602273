"""The installation as an issuer of verifiable credentials: `did:web` of its public address. Pure."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from lms.certification.signing.rules import key_id

METHOD = "#key-"
"""What precedes a key's id in its address."""


def did_of(address: str) -> str:
    """Returns the identifier of the installation at a public address, which may have a port and a path."""
    parts = urlsplit(address)
    return ":".join(["did:web", quote(parts.netloc, safe=""), *parts.path.strip("/").split("/")]).rstrip(":")


def did_document(address: str, public_keys: Iterable[str]) -> dict[str, Any]:
    """Returns the document behind the identifier: the keys that count, in the form of Multikey."""
    did = did_of(address)
    methods = [
        {"id": f"{did}{METHOD}{key_id(key)}", "type": "Multikey", "controller": did, "publicKeyMultibase": key}
        for key in public_keys
    ]
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"],
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [method["id"] for method in methods],
    }
