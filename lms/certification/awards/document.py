"""The certificate as a PDF: a pure function of the award, its name, its design and the key that signs its code."""

from babel.dates import format_date

from lms.certification.awards.rules import print_serial
from lms.certification.models import Award
from lms.certification.signing.queries import Signer
from lms.certification.signing.rules import signed_code, status_index
from lms.kernel import pdf, qr

SECTOR_KEYS = {
    "protection": "protection",
    "food-security-livelihoods": "food",
    "education": "education",
    "health": "health",
    "mhpss": "mhpss",
    "nutrition": "nutrition",
    "wash": "wash",
    "shelter-settlement": "shelter",
    "camp-management": "camp",
}
"""The keys of the sectors in the designs, which raise the tab of a sector at the foot."""

_DESIGN_HOW = {"quiz": "quiz", "session": "in_person", "prior": "prior_training", "import": "prior_training"}

WITHHELD = "Name withheld"
"""Printed where the name was erased on request."""


UNREVIEWED = "Edition {edition}, not yet reviewed by a child protection adviser"
"""Printed where no adviser had reviewed the course; the design fills the edition in."""


def verify_address(award: Award) -> str:
    """Returns the address under which anybody can check the certificate, as of the day it was issued."""
    return f"{award.printed['address']}/verify/{print_serial(award.serial)}"


def code_address(award: Award, name: str | None, signer: Signer | None) -> str:
    """Returns what the certificate's code holds: that address, and signed behind the # what can be checked offline.

    A browser never sends what is behind a #. Without a signer the code holds the address alone.
    """
    address = verify_address(award)
    if signer is None:
        return address
    index = status_index(award.id, signer.status_key)
    said = (name or WITHHELD, award.printed["course"], award.valid_from, award.valid_until, index)
    return f"{address}#{signed_code(award.serial, said, signer.key_id, signer.sign)}"


def design_inputs(award: Award, name: str | None, signer: Signer | None = None) -> dict[str, str]:
    """Returns the inputs of a design; `name` is None where it was erased."""
    printed = award.printed
    address = verify_address(award)
    inputs = {
        "name": name or WITHHELD,
        "course_title": printed["course"],
        "course_code": printed["code"],
        "edition": str(printed["edition"]),
        "organisation": printed["organisation"] or printed["product"],
        "initials": printed["initials"],
        "sector": printed["sector"],
        "sector_key": SECTOR_KEYS.get(printed["sector_slug"], ""),
        "earned_on": format_date(award.earned_on, "d MMMM y", printed["language"]),
        "valid_through": format_date(award.valid_until, "d MMMM y", printed["language"]),
        "score": "" if award.score is None else str(award.score),
        "how": _DESIGN_HOW[award.how],
        "serial": print_serial(award.serial),
        "verify_address": address,
        "qr": qr.picture(code_address(award, name, signer)),
        "product": printed["product"],
        "lang": printed["language"],
        f"label_how_{_DESIGN_HOW[award.how]}": "Earlier record" if award.how == "import" else printed.get("how", ""),
        "issued_at": award.recorded_at.isoformat(),
    }
    if printed.get("review") == "draft":
        inputs["label_edition"] = UNREVIEWED
    # Unknown values are left out, so that the design uses its own default.
    return {key: value for key, value in inputs.items() if value}


def render_certificate(award: Award, name: str | None, signer: Signer | None = None) -> bytes:
    """Returns the certificate's PDF: the same bytes for the same award, name, design and signing key."""
    return pdf.render(award.printed["design"], design_inputs(award, name, signer))
