"""The text that a speaker reads aloud, and encoding what was recorded."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.catalogue.course_files import CourseFiles
from tools.curriculum.__main__ import main

MORE = """
/// caution
Act now:

1. Stop.
2. Ask *nobody*.
///

| who | when |
|---|---|
| Amina | now |

/// scenario | The last seat.
One seat is left.

/// option | best
Wait.

Yes.
///

/// option | harmful
Go.

No.
///
///

/// local
The rules of your place.
///
"""
READ_ALOUD = """\
# At the quay

## Where you stand

Text with help and more.

The page has examples from each sector.

The page has a question for practice: What first?

Caution

Act now:

1. Stop.

2. Ask nobody.

who; when

Amina; now

The page has a situation in which you choose what to do: The last seat.

The rules of your place.

The page shows who to tell at your duty station.
"""
ENCODER = """\
#!/bin/sh
for last; do :; done
echo "$*" > "$last"
"""


def run(files: CourseFiles, *words: str) -> str:
    arguments = ["--modules", str(files.modules), "--quizzes", str(files.quizzes), *words]
    return CliRunner().invoke(main, arguments).output


def test_a_script_has_what_a_speaker_reads_aloud_in_its_order(course_files: CourseFiles) -> None:
    path = "modules/boats/01-at-the-quay.md"
    course_files.write(path, course_files.read(path) + MORE)
    assert run(course_files, "script", "boats/at-the-quay") == READ_ALOUD
    picture = run(course_files, "script", "boats/on-board")
    assert picture.endswith("The page has a picture: A boat with two seats.\n\nTwo seats.\n")
    for words in (("boats/ashore",), ("ships/on-board",), ("boats/on-board", "--language", "fr")):
        assert "no module is called" in run(course_files, "script", *words)


def test_a_script_of_a_translation_is_in_its_language(course_files: CourseFiles) -> None:
    course_files.translate()
    lines = run(course_files, "script", "boats/at-the-quay", "--language", "fr").splitlines()
    assert lines[0] == "# Titre 01-at-the-quay" and "La page donne des exemples de chaque secteur." in lines


def test_what_was_recorded_is_encoded_once_with_the_digest_of_its_text(
    course_files: CourseFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "apt-get install opus-tools" in run(course_files, "encode")
    program = tmp_path / "opusenc"
    program.write_text(ENCODER)
    program.chmod(0o755)
    course_files.write("modules/boats/audio/at-the-quay.wav", b"RIFF")
    course_files.write("modules/boats/audio/ashore.wav", b"RIFF")
    first, second = run(course_files, "encode").splitlines()
    assert first.endswith("ashore.wav: there is no text of this name") and second.endswith("at-the-quay.opus: 0 kB")
    encoded = course_files.modules / "boats/audio/at-the-quay.opus"
    reference = course_files.reference("modules/boats/01-at-the-quay.md")
    options = encoded.read_text()
    assert "--bitrate 24 --speech --downmix-mono --discard-comments --discard-pictures" in options
    assert f"--comment REFERENCE={reference} " in options
    encoded.unlink()
