"""The fingerprint of course files depends on every byte, every path, and the database they were published to."""

from pathlib import Path

from lms.catalogue.api import source_fingerprint


def test_any_change_changes_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.md").write_text("One")
    (tmp_path / "two.md").write_text("Two")
    seen = {source_fingerprint(tmp_path, database=""), source_fingerprint(tmp_path, database="postgresql://here")}
    assert source_fingerprint(tmp_path, database="") in seen
    (tmp_path / "two.md").write_text("TwO")
    seen.add(source_fingerprint(tmp_path, database=""))
    (tmp_path / "two.md").rename(tmp_path / "three.md")
    seen.add(source_fingerprint(tmp_path, database=""))
    (tmp_path / "three.md").unlink()
    seen.add(source_fingerprint(tmp_path, database=""))
    assert len(seen) == 5
