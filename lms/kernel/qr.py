"""QR codes: as SVG for a page and for a printed design."""

import re

import segno

# Medium correction survives a fold or a stamp and still prints small.
_CORRECTION = "m"
# Any of the eight masks is read by every reader, which finds its number in the code; trying them all to find the one
# that looks most even takes five times as long as the code itself. This one is a chessboard.
_MASK = 0
_DIGITS = bytes.maketrans(b"\0\1", b"01")
_DARK = re.compile("1+")


def svg(text: str) -> str:
    """Returns the code as an inline `<svg>` that scales with its box and is hidden from screen readers.

    The page names the address in words beside it, so that the picture adds nothing for who cannot see it. Around the
    code are the four light modules that readers need.
    """
    code = segno.make_qr(text, error=_CORRECTION, mask=_MASK)
    drawn: str = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return drawn.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def rows(text: str) -> list[str]:
    """Returns the code's modules row by row, `1` for dark, without a border."""
    code = segno.make_qr(text, error=_CORRECTION, mask=_MASK)
    return [row.translate(_DIGITS).decode() for row in code.matrix]


def picture(text: str) -> str:
    """Returns the code as an SVG document for a printed design, without a border.

    It is one path for all dark modules: separate squares would show hairlines between them on screens.
    """
    lines = rows(text)
    runs = ((run, y) for y, line in enumerate(lines) for run in _DARK.finditer(line))
    path = "".join(f"M{run.start()} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z" for run, y in runs)
    size = len(lines)
    return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size} {size}'><path d='{path}'/></svg>"
