"""The list of certificates that count no longer, for verifiers who may not ask about one: W3C Bitstring Status List."""

import gzip
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Any

from lms.certification.credentials.did import METHOD, did_of
from lms.certification.credentials.proof import CREDENTIALS, with_proof
from lms.certification.credentials.queries import list_ended_ids
from lms.certification.signing.queries import Signer
from lms.certification.signing.rules import STATUS_BLOCK, status_index


def signed_status_list(signer: Signer, address: str, blocks: int, as_of: datetime) -> dict[str, Any]:
    """Returns the list as of a moment: a bit for each certificate, set where it was revoked or replaced."""
    bits = bytearray(blocks * STATUS_BLOCK // 8)
    for award_id in list_ended_ids():
        place = status_index(award_id, signer.status_key)
        bits[place // 8] |= 0x80 >> place % 8
    did, itself = did_of(address), f"{address}/certificates/status"
    encoded = "u" + urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).decode().rstrip("=")
    document = {
        "@context": [CREDENTIALS],
        "id": itself,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": did,
        "validFrom": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "credentialSubject": {
            "id": f"{itself}#list",
            "type": "BitstringStatusList",
            "statusPurpose": "revocation",
            "encodedList": encoded,
        },
    }
    return with_proof(document, signer, f"{did}{METHOD}{signer.key_id}", as_of)
