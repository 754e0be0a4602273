"""An award as an Open Badges 3.0 credential: what its certificate says, and nothing else."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from lms.catalogue.api import PublishedCourse
from lms.certification.awards.document import WITHHELD
from lms.certification.awards.queries import RecordedAward
from lms.certification.credentials.did import METHOD, did_of
from lms.certification.credentials.proof import CREDENTIALS, OPEN_BADGES, with_proof
from lms.certification.signing.queries import Signer
from lms.certification.signing.rules import status_index


def signed_badge(
    known: RecordedAward, course: PublishedCourse, how: str, signer: Signer, address: str
) -> dict[str, Any]:
    """Returns the credential of an award, signed as of the moment it was recorded.

    ``address`` is the installation's today, whose identifier signs; ``how`` says how it was earned. The holder is
    identified by the name alone, as on the certificate.
    """
    award, printed, did = known.award, known.award.printed, did_of(address)
    issuer = {"id": did, "type": ["Profile"], "name": printed["product"], "url": address}
    narrative = " · ".join(filter(None, (how, printed["organisation"], printed["sector"])))
    achievement = {
        "id": f"{address}/courses/{course.slug}#edition-{printed['edition']}",
        "type": ["Achievement"],
        "achievementType": "Certificate",
        "name": printed["course"],
        "humanCode": printed["code"],
        "version": str(printed["edition"]),
        "inLanguage": printed["language"],
        "description": course.summary,
        "criteria": {"narrative": narrative},
        "creator": issuer,
    }
    name = {"type": "IdentityObject", "identityType": "name", "hashed": False, "identityHash": known.name or WITHHELD}
    subject: dict[str, Any] = {"type": ["AchievementSubject"], "identifier": [name], "achievement": achievement}
    if award.score is not None:
        subject["result"] = [{"type": ["Result"], "value": str(award.score)}]
    index = str(status_index(award.id, signer.status_key))
    status = f"{address}/certificates/status"
    credential = {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"{address}/certificates/{known.serial}.json",
        "type": ["VerifiableCredential", "AchievementCredential"],
        "name": printed["course"],
        "issuer": issuer,
        "validFrom": _begin(award.valid_from, award.zone),
        "validUntil": _begin(award.valid_until + timedelta(days=1), award.zone),
        "credentialSubject": subject,
        "credentialStatus": {
            "id": f"{status}#{index}",
            "type": "BitstringStatusListEntry",
            "statusPurpose": "revocation",
            "statusListIndex": index,
            "statusListCredential": status,
        },
    }
    return with_proof(credential, signer, f"{did}{METHOD}{signer.key_id}", award.recorded_at)


def _begin(day: date, zone: str) -> str:
    """Returns the moment a day begins in a zone, in UTC."""
    moment = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
