"""Whether files are unchanged is told by every byte of them, by where they lie, and by the database they went to."""

from pathlib import Path

from lms.catalogue.source.unchanged import digest_of


def test_any_change_is_told(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.md").write_text("One")
    (tmp_path / "two.md").write_text("Two")
    seen = {digest_of(tmp_path, database=""), digest_of(tmp_path, database="postgresql://here")}
    assert digest_of(tmp_path, database="") in seen
    (tmp_path / "two.md").write_text("TwO")
    seen.add(digest_of(tmp_path, database=""))
    (tmp_path / "two.md").rename(tmp_path / "three.md")
    seen.add(digest_of(tmp_path, database=""))
    (tmp_path / "three.md").unlink()
    seen.add(digest_of(tmp_path, database=""))
    assert len(seen) == 5
