"""QR codes: as SVG for a page, as rows of 0 and 1 for a printed design."""

import re

import segno

# Readers need four light modules around the code.
_BORDER = 4


def svg(text: str) -> str:
    """Returns the code as an inline `<svg>` that scales with its box and is hidden from screen readers.

    The page names the address in words beside it, so that the picture adds nothing for who cannot see it.
    """
    lines = rows(text).split(" ")
    size = len(lines) + 2 * _BORDER
    # One path for all dark modules: separate squares would show hairlines between them.
    path = "".join(
        f"M{run.start() + _BORDER} {row + _BORDER}h{len(run[0])}v1h-{len(run[0])}z"
        for row, line in enumerate(lines)
        for run in re.finditer("1+", line)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="qr" viewBox="0 0 {size} {size}" aria-hidden="true"'
        f' focusable="false"><path fill="#fff" d="M0 0h{size}v{size}H0z"/><path d="{path}"/></svg>'
    )


def rows(text: str) -> str:
    """Returns the code's modules, `1` for dark, one row after the other with a space between, no border."""
    # Medium correction survives a fold or a stamp and still prints small.
    code = segno.make_qr(text, error="m")
    return " ".join("".join("1" if dark else "0" for dark in row) for row in code.matrix)
