"""The codes of papers that come back, such as a quiz: 50 random bits, printed in two groups and as a QR code."""

from lms.kernel import base32, rng

LENGTH = 10
"""In characters, of which there are 32."""
LONGEST_TYPED = 40


def draw_paper_code() -> str:
    """Draws a code, as it is stored."""
    return base32.encode([rng.randbelow(len(base32.ALPHABET)) for _place in range(LENGTH)])


def write_paper_code(code: str) -> str:
    """Returns a stored code as it is printed: two groups of five."""
    return f"{code[:5]}-{code[5:]}"


def read_paper_code(text: str) -> str:
    """Returns the stored form of a code as somebody typed it; empty where it cannot be one."""
    return base32.encode(base32.decode(text[:LONGEST_TYPED]) or [])
