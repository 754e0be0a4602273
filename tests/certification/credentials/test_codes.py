"""The code on a certificate, read back from the PDF at print size and from bad copies of it."""

import io
import json
import re
from datetime import UTC, date, datetime

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from cryptography.exceptions import InvalidSignature
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image, ImageFilter

from lms.certification.awards.document import render_certificate
from lms.certification.models import Award
from lms.certification.signing.queries import Signer, storage_key
from lms.certification.signing.rules import key_id, multikey, shortened
from tests.certification import world

ARABIC = "محمد عبد الرحمن بن عبد الله الأنصاري"


def signer() -> tuple[Signer, Ed25519PrivateKey]:
    private, storage = Ed25519PrivateKey.from_private_bytes(bytes(range(32))), storage_key("a secret key of a test")
    encrypted = Fernet(storage).encrypt(private.private_bytes_raw()).decode()
    return Signer(key_id(multikey(private.public_key().public_bytes_raw())), encrypted, storage, bytes(16)), private


def award(course: str) -> Award:
    printed = {
        "course": course, "code": "CP-ID", "edition": 1, "organisation": "Rivers Relief", "initials": "RR",
        "sector": "WASH", "sector_slug": "wash", "product": "Every Sector", "language": "en", "design": "standard",
        "address": "https://training.example.org",
    }  # fmt: skip
    return Award(
        id=7, serial="7F3K92QD6MTVA", how="quiz", score=92, printed=printed, earned_on=date(2026, 6, 19),
        valid_from=date(2026, 6, 19), valid_until=date(2027, 6, 18), recorded_at=datetime(2026, 6, 19, tzinfo=UTC),
    )  # fmt: skip


def scanned(document: bytes, dpi: int) -> Image.Image:
    return pypdfium2.PdfDocument(io.BytesIO(document))[0].render(scale=dpi / 72).to_pil().convert("L")


def photocopied(paper: Image.Image) -> Image.Image:
    """A copy as a worn machine makes it: out of focus, askew, grey on grey, with grain."""
    soft = paper.filter(ImageFilter.GaussianBlur(0.8)).rotate(1.5, expand=True, fillcolor=255)
    grain = np.random.default_rng(1).normal(0, 14, (soft.height, soft.width))
    return Image.fromarray(np.clip(110 + (np.asarray(soft) - 128.0) * 0.75 + grain, 0, 255).astype("uint8"))


@pytest.mark.parametrize(
    ("name", "course"),
    [("Amina Yusuf", world.TITLE), (ARABIC, world.TITLE), ("Mn" * 100, "Ww" * 100), (ARABIC * 5, ARABIC * 5)],
    ids=["usual", "arabic", "longest", "longest arabic"],
)
def test_the_code_is_read_from_a_printed_page_and_from_its_photocopy(name: str, course: str) -> None:
    key, private = signer()
    document = render_certificate(award(course), name, key)
    assert render_certificate(award(course), name, key) == document
    read = [
        [code.text for code in zxingcpp.read_barcodes(image)]
        for paper in [scanned(document, 150)]
        for image in (scanned(document, 100), paper, photocopied(paper), paper.point(lambda grey: 255 * (grey > 105)))
    ]
    address, _sharp, digits = read[0][0].partition("#")
    assert read == [[f"{address}#{digits}"]] * 4
    assert address == "https://training.example.org/verify/7F3K-92QD-6MTVA"

    data = int(digits).to_bytes((int(digits).bit_length() + 7) // 8, "big")
    version, signed_by, signature, body = data[0], data[1:5], data[5:69], data[69:]
    assert (version, signed_by.hex()) == (1, key.key_id)
    said = json.loads(body)
    assert said[:4] == [shortened(name), shortened(course), 20623, 20987]
    public, line = private.public_key(), b"Every Sector certificate 1\n"
    public.verify(signature, line + b"7F3K92QD6MTVA" + body)
    with pytest.raises(InvalidSignature):
        public.verify(signature, line + b"7F3K92QD6MTVB" + body)


def test_a_long_name_is_cut_between_letters() -> None:
    assert shortened("A" * 90) == "A" * 90
    assert re.fullmatch("A{87}…", shortened("A" * 91))
    cut = shortened("ñ" * 90)
    assert len(cut.encode()) <= 90
    assert cut.rstrip("…") == "ñ" * 43
