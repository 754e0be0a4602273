"""QR codes: as SVG for a page, as rows of 0 and 1 for a printed design."""

import segno

# Medium correction survives a fold or a stamp and still prints small.
_CORRECTION = "m"
# Any of the eight masks is read by every reader, which finds its number in the code; trying them all to find the one
# that looks most even takes five times as long as the code itself. This one is a chessboard.
_MASK = 0


def svg(text: str) -> str:
    """Returns the code as an inline `<svg>` that scales with its box and is hidden from screen readers.

    The page names the address in words beside it, so that the picture adds nothing for who cannot see it. Around the
    code are the four light modules that readers need.
    """
    code = segno.make_qr(text, error=_CORRECTION, mask=_MASK)
    drawn: str = code.svg_inline(border=4, omitsize=True, svgclass="qr", lineclass=None, light="#fff")
    return drawn.replace("<svg", '<svg aria-hidden="true" focusable="false"', 1)


def rows(text: str) -> str:
    """Returns the code's modules, `1` for dark, one row after the other with a space between, no border."""
    code = segno.make_qr(text, error=_CORRECTION, mask=_MASK)
    return " ".join("".join("1" if dark else "0" for dark in row) for row in code.matrix)
