"""QR codes: as SVG for a page and for a printed design."""

import re

import zxingcpp

# Medium correction survives a fold or a stamp and still prints small.
_CORRECTION = "M"
# Any of the eight masks is read by every reader, which finds its number in the code; trying them all to find the one
# that looks most even takes five times as long as the code itself. This one is a chessboard.
_MASK = 0
_DIGITS = bytes.maketrans(b"\0\xff", b"10")
_DARK = re.compile("1+")
_BORDER = 4
"""The light modules that readers need around a code."""


def svg(text: str) -> str:
    """Returns the code as an inline `<svg>` that scales with its box and is hidden from screen readers.

    The page names the address in words beside it, so that the picture adds nothing for who cannot see it.
    """
    lines = rows(text)
    size = len(lines) + 2 * _BORDER
    return (
        f'<svg class="qr" aria-hidden="true" focusable="false" viewBox="0 0 {size} {size}">'
        f'<path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{_path(lines, _BORDER)}"/></svg>'
    )


def rows(text: str) -> list[str]:
    """Returns the code's modules row by row, `1` for dark, without a border.

    Runs of digits take a third of the room of other characters.
    """
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=_CORRECTION, data_mask=_MASK)
    image = code.to_image(scale=1, add_quiet_zones=False)
    pixels = bytes(image)  # type: ignore[call-overload]  # it has the buffer protocol, and does not say so
    digits, size = pixels.translate(_DIGITS).decode(), image.shape[1]
    return [digits[start : start + size] for start in range(0, len(digits), size)]


def picture(text: str) -> str:
    """Returns the code as an SVG document for a printed design, without a border."""
    lines = rows(text)
    size = len(lines)
    return f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {size} {size}'><path d='{_path(lines)}'/></svg>"


def _path(lines: list[str], border: int = 0) -> str:
    """Returns one path for all dark modules: separate squares would show hairlines between them on screens."""
    runs = ((run, y) for y, line in enumerate(lines, border) for run in _DARK.finditer(line))
    return "".join(
        f"M{run.start() + border} {y}h{run.end() - run.start()}v1h-{run.end() - run.start()}z" for run, y in runs
    )
