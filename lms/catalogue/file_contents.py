"""Stores the bytes of course files, each once."""

import hashlib
from collections.abc import Iterable, Mapping

from lms.catalogue.models import FileContent
from lms.catalogue.queries.files import list_published_files, stored_digests
from lms.kernel import clock
from lms.kernel.db import session


def store_contents(contents: Iterable[bytes]) -> list[str]:
    """Stores bytes unless they are stored already; returns the SHA-256 of each, in their order."""
    listed = list(contents)
    digests = [hashlib.sha256(data).hexdigest() for data in listed]
    by_digest = dict(zip(digests, listed, strict=True))
    known = stored_digests(by_digest)
    session.add_all(
        FileContent(digest=digest, data=data, recorded_at=clock.now())
        for digest, data in by_digest.items()
        if digest not in known
    )
    session.flush()
    return digests


def changed_paths(files: Mapping[str, bytes]) -> dict[str, str | None]:
    """Returns the SHA-256 of each file that is not published as it is, by path; None for those no longer there."""
    published = {path: change.digest for path, change in list_published_files().items()}
    digests = {path: hashlib.sha256(data).hexdigest() for path, data in files.items()}
    changed: dict[str, str | None] = {path: it for path, it in digests.items() if published.get(path) != it}
    return changed | dict.fromkeys(published.keys() - digests.keys())
