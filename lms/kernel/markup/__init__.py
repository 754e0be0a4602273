"""Markdown to safe segments, and the one function that makes HTML safe.

``outline`` finds every problem of structure with its line, ``blocks`` are our own blocks for the library,
``rendering`` turns a text into segments, ``safety`` sanitises all HTML.
"""

from lms.kernel.markup.foreign import our_block
from lms.kernel.markup.rendering import RENDERER, Rendered, RenderedPicture, Segment, TextSummary, render
from lms.kernel.markup.terms import LinkedTerm, Vocabulary
from lms.kernel.markup.words import plain_text

__all__ = [
    "RENDERER",
    "LinkedTerm",
    "Rendered",
    "RenderedPicture",
    "Segment",
    "TextSummary",
    "Vocabulary",
    "our_block",
    "plain_text",
    "render",
]
