"""Which passwords are guessed soon: those that have leaked most, and those that zxcvbn finds a pattern in."""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from lms.accounts import rules
from lms.kernel.before_transaction import computed_first
from lms.kernel.i18n import N_

COMMON = Path(__file__).with_name("common_passwords.bin")
"""The first bytes of the digests of 100 000 passwords, sorted (`tools/common_passwords.py` writes it)."""
PREFIX_BYTES = 4
"""Of 43 000 other passwords one is taken for a common one."""

LEAST_SCORE = 3
"""Of zxcvbn's 0 to 4: at least 100 million guesses by somebody who knows how people choose."""
LONGEST_LOOKED_AT = 24
"""How much of a password is looked at, in characters: more only makes it stronger, and some texts take seconds."""

LEAKED = N_("This is one of the passwords that are tried first, because many people have had it. Choose another one.")
WHY = {
    "Sequences": N_("Rows of letters or digits, such as abcd or 6543, are easy to guess. Use three or four words."),
    "Repeats": rules.REPEATED,
    "Straight rows": N_("Rows of keys on the keyboard are easy to guess. Use three or four words."),
    "Short keyboard": N_("Rows of keys on the keyboard are easy to guess. Use three or four words."),
    "Dates": N_("Dates are easy to guess. Leave them out, or add two or three words."),
    "Recent years": N_("Years are easy to guess. Leave them out, or add two or three words."),
    "Names": N_("Names are easy to guess. Add two or three other words."),
    "Common names": N_("Names are easy to guess. Add two or three other words."),
    "A word by itself": N_("A single word is easy to guess. Add two or three other words."),
}
"""What is said, by the beginning of zxcvbn's own words."""


def weakness_of(password: str, product: str = "", personal: Iterable[str] = ()) -> str | None:
    """Returns why a password is refused, as a message for the catalogue, or ``None``.

    ``personal`` are words that others know of its holder.
    """
    known_words = tuple(personal)
    return (
        rules.weakness_of(password, product, known_words)
        or (LEAKED if is_common(password) else None)
        or _why_guessable(password, (product, *known_words))
    )


def is_common(password: str) -> bool:
    """Returns whether a password is one of those that have leaked most, in capitals or not."""
    known, prefix = _common(), prefix_of(password)
    size = len(known) // PREFIX_BYTES
    at = bisect_left(range(size), prefix, key=lambda index: known[index * PREFIX_BYTES : (index + 1) * PREFIX_BYTES])
    return known[at * PREFIX_BYTES : (at + 1) * PREFIX_BYTES] == prefix


def prefix_of(password: str) -> bytes:
    """Returns the first bytes of a password's digest, as they are in the file."""
    return hashlib.sha256(password.casefold().encode()).digest()[:PREFIX_BYTES]


def _why_guessable(password: str, known_words: tuple[str, ...]) -> str | None:
    """Returns why somebody who knows how people choose would guess a password soon; before a transaction begins."""

    def estimate() -> str | None:
        from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take 60 ms and 15 MB, and few processes are asked

        found = zxcvbn(password[:LONGEST_LOOKED_AT], user_inputs=list(known_words))
        if found["score"] >= LEAST_SCORE:
            return None
        said = found["feedback"]["warning"] or ""
        return next((ours for beginning, ours in WHY.items() if said.startswith(beginning)), rules.GUESSABLE)

    return computed_first(("zxcvbn", password, known_words), estimate)


@cache
def _common() -> bytes:
    return COMMON.read_bytes()
