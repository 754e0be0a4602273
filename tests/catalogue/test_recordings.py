"""Recordings of modules: which files are published, and every reason against the rest."""

import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import select

from lms.catalogue.models import ModuleRevision, PictureFile
from lms.catalogue.source.parsing.recordings import read_recording
from lms.kernel.db import reading, session
from tests.catalogue.course_files import CourseFiles
from tests.factories.recordings import opus

AUDIO = "modules/boats/audio"
QUAY = f"{AUDIO}/at-the-quay.opus"
HEAD = b"OpusHead\x01%c\0\0\x80\xbb\0\0\0\0\0"


@pytest.mark.parametrize("seconds", [1, 480])
@pytest.mark.parametrize("channels", [1, 2])
def test_a_recording_is_read_with_its_length(seconds: int, channels: int) -> None:
    data = opus(seconds, head=HEAD % channels, comments=("encoder=x", "ENCODER_OPTIONS=y", "REFERENCE=0123456789ab"))
    recording, problems = read_recording(data)
    assert problems == [] and recording is not None
    assert (recording.seconds, recording.reference) == (seconds, "0123456789ab")
    assert recording.data == data and len(recording.sha256) == 64


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "this is not Ogg Opus"),
        (b"ID3 an MP3", "this is not Ogg Opus"),
        (opus(head=b"\x01vorbis" + bytes(23)), "this is not Ogg Opus"),
        (opus(head=b"OpusHead"), "this is not Ogg Opus"),
        (opus(2) + opus(2).replace(b"\x07\0\0\0", b"\x08\0\0\0"), "this is not Ogg Opus alone"),
        (opus(head=HEAD % 6), "has 6 channels"),
        (opus()[:-1], "its end is missing"),
        (opus()[:-3000], "its end is missing"),
        (opus(last=0), "its end is missing"),
        (opus()[:48], "its end is missing"),
        (opus().replace(b"OggS", b"Oggs", 9).replace(b"Oggs", b"OggS", 5), "its end is missing"),
        (opus(0), "its end is missing"),
        (opus(comments=("ARTIST=Amina Noor",)), "has texts that may name people (ARTIST)"),
        (opus(comments=("ENCODER=x", "METADATA_BLOCK_PICTURE=face")), "people (METADATA_BLOCK_PICTURE)"),
        (opus().replace(b"\x0e\0\0\0ENCODER", b"\xff\0\0\0ENCODER"), "has texts that may name people"),
    ],
)  # fmt: skip
def test_another_type_a_part_or_texts_about_people_are_rejected(data: bytes, words: str) -> None:
    recording, problems = read_recording(data)
    assert recording is None and any(words in problem for problem in problems), problems


def outside(files: CourseFiles) -> None:
    """Lays a link to a file elsewhere into the folder."""
    files.write("elsewhere.opus", opus())
    (files.root / AUDIO).mkdir()
    (files.root / QUAY).symlink_to(files.root / "elsewhere.opus")


FAULTS: list[tuple[Callable[[CourseFiles], None], str]] = [
    (lambda files: files.write(QUAY, b"ID3"), f"{QUAY}:1: this is not Ogg Opus"),
    (lambda files: files.write(QUAY, bytes(3_000_001)), f"{QUAY}:1: this recording is larger than 3000 kB; "),
    (lambda files: files.write(f"{AUDIO}/ashore.opus", opus()), f"{AUDIO}/ashore.opus:1: there is no text"),
    (lambda files: files.write(f"{AUDIO}/at-the-quay.fr.opus", opus()), f"{AUDIO}/at-the-quay.fr.opus:1: there is no"),
    (lambda files: files.write(f"{AUDIO}/01-at-the-quay.opus", opus()), f"{AUDIO}/01-at-the-quay.opus:1: there is no"),
    (lambda files: files.write(f"{AUDIO}/Quay.opus", opus()), f"{AUDIO}/Quay.opus:1: warning: a recording is named"),
    (lambda files: files.write(f"{AUDIO}/at-the-quay.wav", b""), f"{AUDIO}/at-the-quay.wav:1: warning: a recording is"),
    (lambda files: files.write(QUAY, opus(comments=("REFERENCE=0123456789ab",))), f"{QUAY}:1: warning: the text has c"),
    (outside, f"{QUAY}:1: this link leads out of its folder"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "start"), FAULTS)
def test_what_is_wrong_is_said_at_its_path(
    course_files: CourseFiles, change: Callable[[CourseFiles], None], start: str
) -> None:
    change(course_files)
    (line,) = course_files.check()
    assert line.startswith(start)


@pytest.mark.usefixtures("context_outside_transaction")
def test_a_recording_belongs_to_one_text_and_a_changed_one_is_a_new_revision(course_files: CourseFiles) -> None:
    course_files.translate()
    assert course_files.publish().counts["recording"]["created"] == 0
    newest = select(ModuleRevision).order_by(ModuleRevision.id.desc()).limit(1)
    for seconds, change in ((60, "created"), (61, "revised")):
        data = opus(seconds)
        course_files.write(f"{AUDIO}/at-the-quay.fr.opus", data)
        counts = course_files.publish().counts
        assert (counts["recording"][change], counts["module"]["revised"], counts["picture"]["unchanged"]) == (1, 1, 1)
        digest = hashlib.sha256(data).hexdigest()
        with reading():
            revision, stored = session.scalars(newest).one(), session.get_one(PictureFile, digest)
            assert (stored.media_type, stored.data, revision.language) == ("audio/ogg", data, "fr")
            address = f"/courses/boats/audio/at-the-quay.fr.{digest[:12]}.opus"
            first, *others = revision.segments
            assert first == {"kind": "recording", "address": address, "seconds": seconds, "bytes": len(data)}
            assert "recording" not in {segment["kind"] for segment in others}
    course_files.remove(f"{AUDIO}/at-the-quay.fr.opus")
    counts = course_files.publish().counts
    assert (counts["recording"]["retired"], counts["module"]["revised"]) == (1, 1)
