"""Which text was signed off, and by whom it may be: pure."""

import hashlib
from collections.abc import Collection, Mapping


def digest_of(changed: Mapping[str, str | None]) -> str:
    """Returns what identifies the text of a draft: SHA-256 over path and digest of each file that it changes."""
    lines = "".join(f"{path} {digest or '-'}\n" for path, digest in sorted(changed.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def may_sign_off(account_id: int | None, authors: Collection[int | None]) -> bool:
    """Returns whether an account may sign off a draft: none that began it or saved a version in it."""
    return account_id is not None and account_id not in authors
