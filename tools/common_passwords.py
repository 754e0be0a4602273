"""Writes the file of common passwords: `python -m tools.common_passwords LIST`, the most frequent first in the list.

Kept are the first 100 000 that are long enough to be chosen, by a part of their digests: no list of passwords lies on
the server, and a look-up takes microseconds. The list was `10-million-password-list-top-1000000.txt` of SecLists.
"""

import sys
from pathlib import Path

from lms.accounts.passwords import COMMON, prefix_of
from lms.accounts.rules import MIN_PASSWORD_LENGTH

MOST = 100_000


def main(source: Path) -> None:
    """Reads the list, and writes the file."""
    lines = source.read_text(encoding="utf-8", errors="ignore").splitlines()
    kept = list(dict.fromkeys(line.casefold() for line in lines if len(line) >= MIN_PASSWORD_LENGTH))[:MOST]
    COMMON.write_bytes(b"".join(sorted({prefix_of(password) for password in kept})))
    sys.stdout.write(f"{len(kept)} passwords\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
