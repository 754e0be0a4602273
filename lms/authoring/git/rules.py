"""What is brought in from git as drafts, what is committed, and who may say that git has changed: pure."""

import hashlib
import hmac
from collections.abc import Collection, Mapping

from lms.authoring.drafts.rules import restore_line_ends
from lms.catalogue.api import merge_texts

Files = Mapping[str, str]
"""Ids of files by path."""


def changes_to_bring_in(seen: Files, theirs: Files, ours: Files) -> dict[str, str | None]:
    """Returns by path what git has changed since it was last seen and differs from what is published.

    None stands for a file that was removed.
    """
    changed = {path for path in {*seen, *theirs} if seen.get(path) != theirs.get(path)}
    return {path: theirs.get(path) for path in sorted(changed) if theirs.get(path) != ours.get(path)}


def paths_to_commit(theirs: Files, ours: Files, waiting: Collection[str]) -> list[str]:
    """Returns the paths in which git differs from what is published, but those that wait in drafts from git."""
    return [path for path in sorted({*theirs, *ours}) if theirs.get(path) != ours.get(path) and path not in waiting]


def merge_files(base: bytes, git: bytes, ours: bytes) -> bytes | None:
    """Returns a text with the changes of git and ours, with git's line ends; None where they touch."""
    base_text, git_text, our_text = (data.decode("utf-8", "surrogateescape") for data in (base, git, ours))
    parts = merge_texts(base_text, our_text, git_text)
    if any(part.is_conflict for part in parts):
        return None
    merged = "".join(part.result for part in parts)
    return restore_line_ends(merged, git_text).encode("utf-8", "surrogateescape")


def course_of(path: str) -> str | None:
    """Returns the course that a file belongs to, None for files that all courses share."""
    match path.split("/"):
        case ["modules", course, *rest] if rest:
            return course
        case ["quizzes", name]:
            return name.partition(".")[0]
    return None


def is_signed(body: bytes, headers: Mapping[str, str], secret: str) -> bool:
    """Returns whether who sent a request knows the secret; how long that takes says nothing about it.

    GitHub, Gitea and Forgejo sign the body with HMAC-SHA-256, GitLab sends the secret itself.
    """
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    proofs = {"X-Hub-Signature-256": f"sha256={signature}", "X-Gitea-Signature": signature, "X-Gitlab-Token": secret}
    return any(hmac.compare_digest(headers.get(name, "").encode(), proof.encode()) for name, proof in proofs.items())
