"""Signs JSON-LD documents with a Data Integrity proof, cryptosuite eddsa-rdfc-2022 (W3C, vc-di-eddsa, section 3.2).

The two contexts are files of this package: nothing is fetched.
"""

import hashlib
import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from lms.certification.signing.queries import Signer
from lms.certification.signing.rules import multibase

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
_FOLDER = Path(__file__).parent / "contexts"
_FILES = {CREDENTIALS: "credentials-v2.json", OPEN_BADGES: "open-badges-3.0.3.json"}


def with_proof(document: dict[str, Any], signer: Signer, method: str, created: datetime) -> dict[str, Any]:
    """Returns a document with its proof; ``method`` is the address of the signer's key."""
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-rdfc-2022",
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "proofPurpose": "assertionMethod",
    }
    digests = _digest({"@context": document["@context"], **proof}) + _digest(document)
    return document | {"proof": proof | {"proofValue": multibase(signer.sign(digests))}}


def _digest(document: dict[str, Any]) -> bytes:
    from pyld import jsonld  # noqa: PLC0415 - takes half a second, and only few requests sign

    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _load_context}
    return hashlib.sha256(jsonld.normalize(document, options).encode()).digest()


@lru_cache
def _read(name: str) -> Any:
    return json.loads((_FOLDER / name).read_text())


def _load_context(address: str, _options: object = None) -> dict[str, Any]:
    """Returns a context from its file; raises KeyError for any other address."""
    return {
        "contextUrl": None,
        "documentUrl": address,
        "document": _read(_FILES[address]),
        "contentType": "application/ld+json",
    }
