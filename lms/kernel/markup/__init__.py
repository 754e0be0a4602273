"""Markdown to safe segments, and the one function that makes HTML safe.

``outline`` finds every problem of structure with its line, ``blocks`` are our own blocks for the library,
``rendering`` turns a text into segments, ``safety`` sanitises all HTML.
"""

from lms.kernel.markup.outline import MAX_BYTES, read_outline
from lms.kernel.markup.rendering import RENDERER, Rendered, RenderedPicture, Segment, render
from lms.kernel.markup.safety import address_allowed, image_allowed, safe_html
from lms.kernel.markup.terms import LinkedTerm, Vocabulary
from lms.kernel.markup.words import count_words, plain_text

__all__ = [
    "MAX_BYTES",
    "RENDERER",
    "LinkedTerm",
    "Rendered",
    "RenderedPicture",
    "Segment",
    "Vocabulary",
    "address_allowed",
    "count_words",
    "image_allowed",
    "plain_text",
    "read_outline",
    "render",
    "safe_html",
]
